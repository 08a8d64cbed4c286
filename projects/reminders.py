"""What is about to be late or is late: told to who has it in hand, then to the head of the office.

Run often, it tells each thing once (``Notice.key``), on working days only. An office that the
portal cannot see into has no day to keep, and is never reminded.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from khuyencong.core import clock, workdays
from khuyencong.core.workdays import Calendar
from projects import notices
from projects.models import Notice, Review, Track
from projects.notices import HEADS, JUDGES, OFFICERS, Reader, Told

NOTICE_DAYS: Final = 2  # working days before the day
ESCALATED_ON: Final = (1, 3, 5, 10)  # working days late
FROM: Final = datetime.time(7)
BATCH: Final = 500
# How a notice of a day is keyed, so that another day for the same review is told again.
_DUE, _LATE, _REPLY, _REPLY_LATE = "due", "overdue", "reply", "reply-late"


@dataclass(frozen=True)
class _Stretch:
    """Reviews whose day lies in [first, before) are told this, once."""

    name: str
    first: datetime.date | None
    before: datetime.date
    mark: str = ""

    def key(self, review: Review, day: datetime.date) -> str:
        return f"{self.name}:{review.pk}:{self.mark or day.isoformat()}"

    def wanted(self, column: str) -> Q:
        """Rows of the stretch that nobody was told of yet."""
        inside = Q(**{f"{column}__lt": self.before})
        if self.first:
            inside &= Q(**{f"{column}__gte": self.first})
        mine = Notice.objects.filter(review=OuterRef("pk"), key__startswith=f"{self.name}:")
        mine = (
            mine.filter(key__endswith=f":{self.mark}")
            if self.mark
            else mine.filter(due_on=OuterRef(column))
        )
        return inside & ~Exists(mine)

    def holds(self, day: datetime.date) -> bool:
        return (self.first is None or day >= self.first) and day < self.before


def remind() -> int:
    """Write the reminders of today; how many were new."""
    now = timezone.localtime(clock.now())
    if now.time() < FROM:
        return 0
    told = 0
    with workdays.remembered():
        for province_id in _provinces():
            calendar = workdays.calendar_of(province_id)
            if calendar.works(now.date()):
                told += notices.once(_of_offices(province_id, calendar, now.date()))
                told += notices.once(_of_units(province_id, calendar, now.date()))
    return told


def _provinces() -> list[int]:
    """Provinces with a dossier that has a day to keep."""
    running = Track.objects.filter(
        Q(reviews__verdict="", reviews__due_on__isnull=False)
        | Q(status=Track.Status.RETURNED, reviews__reply_due_on__isnull=False)
    )
    return sorted(set(running.order_by().values_list("proposal__province_id", flat=True)))


def office_stretches(calendar: Calendar, today: datetime.date) -> list[_Stretch]:
    """Soon due, then the grades of lateness: the longest a review has reached."""
    worked = calendar.last_worked(today)
    found = [_Stretch(_DUE, worked, calendar.add(today, NOTICE_DAYS + 1))]
    for n, days in enumerate(ESCALATED_ON):
        longer = ESCALATED_ON[n + 1] if n + 1 < len(ESCALATED_ON) else None
        first = calendar.add(worked, 1 - longer) if longer else None
        found.append(_Stretch(_LATE, first, calendar.add(worked, 1 - days), str(days)))
    return found


def _of_offices(province_id: int, calendar: Calendar, today: datetime.date) -> Iterator[Told]:
    stretches = office_stretches(calendar, today)
    reviews = _open(province_id, stretches)
    offices = {review.organisation.lineage for review in reviews}
    judges, heads = (
        (notices.people(offices, JUDGES), notices.people(offices, HEADS)) if offices else ({}, {})
    )
    for review in reviews:
        stretch = next(each for each in stretches if each.holds(review.due_on))
        lineage = review.organisation.lineage
        late = stretch.name == _LATE
        readers = _in_hand(review, judges.get(lineage, []), heads.get(lineage, []))
        if late:
            readers = [*readers, *heads.get(lineage, [])]
        kind = Notice.Kind.OVERDUE if late else Notice.Kind.DUE
        key = stretch.key(review, review.due_on)
        for reader in readers:
            yield Told(reader, kind, review.track.proposal, key, review, review.due_on)


def _open(province_id: int, stretches: list[_Stretch]) -> list[Review]:
    wanted = Q(pk__in=[])
    for stretch in stretches:
        wanted |= stretch.wanted("due_on")
    rows: QuerySet[Review] = Review.objects.filter(
        wanted,
        verdict="",
        is_outside=False,
        paused_at=None,
        due_on__isnull=False,
        organisation__province__isnull=False,
        track__status__in=notices.WITH_AN_OFFICE,
        track__proposal__province_id=province_id,
    ).order_by("due_on", "pk")
    return list(rows.select_related("organisation", "track__proposal", "assigned_to")[:BATCH])


def _in_hand(review: Review, judges: list[Reader], heads: list[Reader]) -> list[Reader]:
    """Whose turn it is: the head's once a specialist has proposed, else who has it in hand."""
    if review.proposed and heads:
        return heads
    assigned = review.assigned_to
    # Who has left, or judges no more, cannot see to it.
    ours = [reader for reader in judges if assigned and reader.pk == assigned.pk]
    return ours or judges


def _of_units(province_id: int, calendar: Calendar, today: datetime.date) -> Iterator[Told]:
    """Hạn bổ sung of a returned dossier: told before the day, and once when it has passed."""
    worked = calendar.last_worked(today)
    stretches = [
        _Stretch(_REPLY, worked, calendar.add(today, NOTICE_DAYS + 1)),
        _Stretch(_REPLY_LATE, None, worked),
    ]
    wanted = Q(pk__in=[])
    for stretch in stretches:
        wanted |= stretch.wanted("reply_due_on")
    rows = Review.objects.filter(
        wanted,
        verdict=Review.Verdict.RETURN,
        reply_due_on__isnull=False,
        round=F("track__round"),
        track__status=Track.Status.RETURNED,
        track__proposal__province_id=province_id,
    ).order_by("reply_due_on", "pk")
    reviews = list(rows.select_related("track__proposal__implementing_unit")[:BATCH])
    units = {review.track.proposal.implementing_unit.lineage for review in reviews}
    officers = notices.people(units, OFFICERS) if units else {}
    for review in reviews:
        day, proposal = review.reply_due_on, review.track.proposal
        stretch = next(each for each in stretches if each.holds(day))
        for reader in officers.get(proposal.implementing_unit.lineage, []):
            key = stretch.key(review, day)
            yield Told(reader, Notice.Kind.REPLY_DUE, proposal, key, review, day)
