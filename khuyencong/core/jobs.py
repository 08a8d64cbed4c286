"""The life of long work: claim, advance, fail, give back; and what happens when somebody dies.

Every change is one conditional UPDATE that names the attempt it belongs to. A worker whose attempt
is no longer the row's has lost it and writes nothing more.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation

from khuyencong.core.models import User
from khuyencong.core.models.job import Job

_SWEPT_AT_ONCE: Final = 100
_BESIDE: Final = "beside"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"


class Lost(Exception):
    """The attempt is no longer ours: cancelled, or taken up by another worker."""


def _nothing(_job_id: int) -> None:
    return None


@dataclass(frozen=True)
class Work:
    """One kind of long work on the rows of a model: its states, its bell, and its words.

    ``ring`` says whether the broker took the message; ``tried_enough`` is what a person reads
    after the last attempt; ``tidy`` removes what a job that ended without a result may have left.
    """

    model: type[Job]
    waiting: str
    running: str
    first_step: str
    ring: Callable[[int], bool]
    tried_enough: Callable[[Any], str]
    tidy: Callable[[int], None] = _nothing
    afresh: Mapping[str, Any] = field(default_factory=dict)

    def claim(self, job_id: int) -> Any:
        """Take a waiting row for one attempt, under a lease; None when there is none to take."""
        now = timezone.now()
        job = self.model.objects.filter(pk=job_id).first()
        if job is None or job.attempt >= settings.REPORT_MAX_ATTEMPTS:
            return None
        waiting = Q(state=self.waiting) | Q(state=self.running, lease_until__lt=now)
        taken = self.model.objects.filter(waiting, pk=job_id, attempt=job.attempt).update(
            state=self.running,
            attempt=job.attempt + 1,
            lease_until=_lease(),
            started_at=job.started_at or now,
            progress=0,
            step=self.first_step,
            **self.afresh,
        )
        if not taken:
            return None
        job.attempt, job.state = job.attempt + 1, self.running
        return job

    def ours(self, job: Any) -> QuerySet:
        """The row, while it is still this attempt's."""
        return self.model.objects.filter(pk=job.pk, state=self.running, attempt=job.attempt)

    def advance(self, job: Any, percent: int, step: str, **more: Any) -> None:
        """Say how far the attempt is and keep its lease; raises ``Lost`` when it is not ours."""
        changes = {"progress": percent, "step": step, "lease_until": _lease(), **more}
        if not self.ours(job).update(**changes):
            raise Lost(job)

    @contextmanager
    def beside(self, job: Any) -> Iterator[Callable[[int, str], None]]:
        """A way to advance that others see while a transaction of ours is still open.

        On SQLite there is one writer at a time: the open transaction itself keeps others off, and
        nothing is told before it ends. The same holds inside somebody else's transaction.
        """
        if connection.vendor != "postgresql" or connection.in_atomic_block:
            yield lambda _percent, _step: None
            return
        connections[_BESIDE] = connection.copy(_BESIDE)
        try:

            def advance(percent: int, step: str) -> None:
                changes = {"progress": percent, "step": step, "lease_until": _lease()}
                if not self.ours(job).using(_BESIDE).update(**changes):
                    raise Lost(job)

            yield advance
        finally:
            connections[_BESIDE].close()
            del connections[_BESIDE]

    def cancel(self, job: Any, unfinished: tuple[str, ...]) -> bool:
        """End a row that is not finished; whoever works on it notices at its next step."""
        rows = self.model.objects.filter(pk=job.pk, state__in=unfinished)
        done = rows.update(state=CANCELLED, lease_until=None, ended_at=timezone.now())
        if done:
            self.tidy(job.pk)
        return bool(done)

    def fail(self, job: Any, message: str) -> None:
        """End the attempt's row with a reason; trying again would not help."""
        changes = {"state": FAILED, "error": message, "lease_until": None}
        if self.ours(job).update(ended_at=timezone.now(), **changes):
            self.tidy(job.pk)

    def give_back(self, job: Any) -> None:
        """The attempt went wrong: the row waits for the next one, or has failed for good."""
        if job.attempt >= settings.REPORT_MAX_ATTEMPTS:
            self.fail(job, self._tried_enough(job))
            return
        again = {"state": self.waiting, "lease_until": None, "rung_at": timezone.now()}
        if self.ours(job).update(**again):
            self.ring(job.pk)

    def _tried_enough(self, job: Any) -> str:
        with translation.override("vi"):
            return self.tried_enough(job)

    def sweep(self) -> int:
        """Ring again for rows that wait too long or whose worker is gone; how many bells.

        Harmless at any time and from several places: a bell too many finds nothing to claim.
        """
        now = timezone.now()
        for job in self.model.objects.filter(state=self.running, lease_until__lt=now):
            late = self.ours(job).filter(lease_until=job.lease_until)
            if job.attempt < settings.REPORT_MAX_ATTEMPTS:
                late.update(state=self.waiting, lease_until=None, rung_at=None)
            elif late.update(
                state=FAILED, error=self._tried_enough(job), lease_until=None, ended_at=now
            ):
                self.tidy(job.pk)
        quiet = now - datetime.timedelta(seconds=settings.REPORT_LEASE_SECONDS)
        waiting = self.model.objects.filter(state=self.waiting)
        silent = waiting.filter(Q(rung_at__isnull=True) | Q(rung_at__lt=quiet))
        oldest = silent.order_by(F("rung_at").asc(nulls_first=True), "pk")
        rung = 0
        for pk in oldest.values_list("pk", flat=True)[:_SWEPT_AT_ONCE]:
            if not self.ring(pk):
                break
            waiting.filter(pk=pk).update(rung_at=timezone.now())
            rung += 1
        return rung


def _lease() -> datetime.datetime:
    return timezone.now() + datetime.timedelta(seconds=settings.REPORT_LEASE_SECONDS)


def place_order(work: Work, *, by: User, key: str, **fields: Any) -> Any:
    """A waiting row whose bell rings once it is there. ``key`` makes it once only."""
    if key and (known := work.model.objects.filter(ordered_by=by, order_key=key).first()):
        return known
    try:
        with transaction.atomic():
            job = work.model.objects.create(
                rung_at=timezone.now(), ordered_by=by, order_key=key, **fields
            )
            ring_when_written(work, job.pk)
    except IntegrityError:
        # The same page sent twice at the same moment: the other one was first.
        return work.model.objects.get(ordered_by=by, order_key=key)
    return job


def ring_when_written(work: Work, job_id: int) -> None:
    """The broker hears of a row when its transaction is over."""

    def ring_for_order() -> None:
        work.ring(job_id)

    transaction.on_commit(ring_for_order, robust=True)
