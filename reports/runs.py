"""The life of a run: order, claim, advance, finish; and what happens when somebody dies.

Every change is one conditional UPDATE that names the attempt it belongs to. A worker whose attempt
is no longer the row's has lost it and writes nothing more.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock, jobs, permissions
from khuyencong.core.jobs import Lost
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused
from reports import bell, pdf, registry, shelf
from reports.models import ReportRun

State = ReportRun.State
# What a running report is at, in words.
STEPS: Final = {
    "figures": gettext_lazy("Lấy số liệu"),
    "pages": gettext_lazy("Dựng trang"),
    "file": gettext_lazy("Ghi tệp"),
}
_SAY_EVERY: Final = 0.3  # seconds

logger = logging.getLogger(__name__)


def _tried_enough(run: ReportRun) -> str:
    return _(
        "Đã thử {count} lần mà chưa lập được. Số liệu không bị ảnh hưởng. Bấm «Lập lại»; nếu "
        "vẫn không được, báo quản trị viên số lượt {number}."
    ).format(count=run.attempt, number=run.pk)


WORK: Final = jobs.Work(
    ReportRun,
    waiting=State.QUEUED,
    running=State.RUNNING,
    first_step="figures",
    afresh={"page": 0},
    ring=lambda run_id: bell.ring(run_id),
    tried_enough=_tried_enough,
    tidy=lambda run_id: shelf.discard(run_id),
)


def order(report: str, params: Mapping[str, Any], fmt: str, by: User, key: str = "") -> ReportRun:
    """Order a report; the broker hears of it when the row is there. ``key`` makes it once only.

    Raises ``NotAllowed``, or ``Refused`` with every fault of the parameters.
    """
    if reason := permissions.refusal(by, "reports.run.order"):
        raise NotAllowed(reason)
    definition = registry.get(report)
    plain, about = definition.accept(params, by)
    if fmt not in definition.formats:
        raise Refused(
            Fault(
                _("Báo cáo này không có định dạng «{format}». Chọn: {formats}.").format(
                    format=str(fmt)[:10], formats=", ".join(definition.formats)
                ),
                "format",
            )
        )
    return jobs.place_order(
        WORK,
        by=by,
        key=key,
        report=report,
        format=fmt,
        params=plain,
        about=about[:400],
        snapshot_at=clock.now(),
    )


def claim(run_id: int) -> ReportRun | None:
    """Take a waiting run for one attempt, under a lease; None when there is nothing to take."""
    return WORK.claim(run_id)


def advance(run: ReportRun, percent: int, step: str, page: int = 0) -> None:
    """Say how far the attempt is and keep its lease; raises ``Lost`` when it is not ours."""
    WORK.advance(run, percent, step, page=page)


def cancel(run: ReportRun) -> bool:
    """End a run that is not finished; whoever works on it notices at its next step."""
    return WORK.cancel(run, ReportRun.UNFINISHED)


def again(run: ReportRun, by: User, key: str = "") -> ReportRun:
    """Order the same once more, with the figures of now."""
    if run.is_unfinished:
        raise NotNow(_("Báo cáo này đang được lập."))
    return order(run.report, run.params, run.format, by, key)


def build(run_id: int) -> None:
    """Make the report of a waiting run: the work of one task, also called by tests and commands."""
    run = claim(run_id)
    if run is None:
        return
    try:
        with translation.override("vi"):
            content = _content(run)
        advance(run, 90, "file")
        finish(run, content)
    except Lost:
        logger.info("run %s, attempt %s: not ours any more", run.pk, run.attempt)
    except Refused as refused:
        fail(run, str(refused))
    except Exception:
        logger.exception("run %s, attempt %s failed", run.pk, run.attempt)
        give_back(run)


def _content(run: ReportRun) -> bytes:
    report = registry.get(run.report)
    advance(run, 5, "figures")
    figures = run.figures or freeze(run, report)
    advance(run, 30, "pages")
    html = report.html(figures)
    said = time.monotonic()

    def on_page(number: int) -> None:
        nonlocal said
        if time.monotonic() - said > _SAY_EVERY:
            said = time.monotonic()
            # How many there will be is not known: each page brings it nearer to 85.
            advance(run, 85 - 50 // (number + 1), "pages", number)

    return pdf.render(html, on_page=on_page)


def freeze(run: ReportRun, report: registry.Report) -> dict[str, Any]:
    """Read the figures in one transaction and keep them with the run.

    Figures that have not changed since a paper of the same day keep its instant: the same data
    make the same file.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        now = clock.now()
        figures = json.loads(json.dumps(report.read(run.params, now)))
    plain = json.dumps([run.report, run.params, figures], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(plain.encode()).hexdigest().upper()
    code = f"{digest[:4]}-{digest[4:8]}-{digest[8:12]}"
    same = ReportRun.objects.filter(check_code=code, state=State.DONE).first()
    if same and timezone.localdate(same.snapshot_at) == timezone.localdate(now):
        now = same.snapshot_at
    figures |= {"snapshot_at": now.isoformat(), "check_code": code}
    if not WORK.ours(run).update(figures=figures, snapshot_at=now, check_code=code):
        raise Lost(run)
    return figures


def finish(run: ReportRun, content: bytes) -> None:
    """Put the file on the shelf and say done, in one transaction, if the attempt is still ours."""
    name = registry.get(run.report).file_name(run.params, run.ordered_at)
    part = shelf.Part(run.pk, run.attempt, content)
    try:
        with transaction.atomic():
            # The row is locked first: of two attempts one finishes, the other finds itself late.
            if WORK.ours(run).select_for_update().first() is None:
                raise Lost(run)
            stored = part.store(f"{name}.{run.format}", run.ordered_by)
            WORK.ours(run).update(
                state=State.DONE,
                file=stored,
                sha256=stored.sha256,
                progress=100,
                step="",
                lease_until=None,
                error="",
                ended_at=timezone.now(),
            )
    finally:
        part.remove()


def fail(run: ReportRun, message: str) -> None:
    """End the attempt's run with a reason; trying again would not help."""
    WORK.fail(run, message)


def give_back(run: ReportRun) -> None:
    """The attempt went wrong: the run waits for the next one, or has failed for good."""
    WORK.give_back(run)


def sweep() -> int:
    """Ring again for runs that wait too long or whose worker is gone; how many were rung for."""
    rung = WORK.sweep()
    shelf.tidy()
    return rung
