"""An import from upload to record: read in one job, agreed to by a person, written in another.

The workbook is read once. What the person saw is what is written, all of it or nothing (I8).
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong import bell
from khuyencong.core import files, jobs, permissions
from khuyencong.core.models import User
from khuyencong.core.querysets import set_each
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from khuyencong.core.workbooks import reading
from khuyencong.core.workbooks.limits import WorkbookError
from programmes.models import Programme
from projects.exchange import kinds
from projects.exchange.columns import plain
from projects.exchange.intake import Found, Read, recognised
from projects.models import ImportRow, ImportRun

State = ImportRun.State
READ: Final = "projects.read_import"
WRITE: Final = "projects.write_import"
# What a running import is at, in words.
READ_STEPS: Final = {
    "file": gettext_lazy("Mở tệp"),
    "rows": gettext_lazy("Kiểm tra từng dòng"),
    "keep": gettext_lazy("Lưu kết quả kiểm tra"),
}
WRITE_STEPS: Final = {
    "write": gettext_lazy("Ghi từng dòng"),
    "finish": gettext_lazy("Hoàn tất"),
}
_AT_ONCE: Final = 500
# How long a preview waits for somebody to agree to it.
CONFIRM_WITHIN: Final = datetime.timedelta(days=7)

logger = logging.getLogger(__name__)


def _not_read(run: ImportRun) -> str:
    return _(
        "Đã thử {count} lần mà chưa đọc được tệp. Dữ liệu của cổng không đổi. Tải tệp lên lại; nếu "
        "vẫn không được, báo quản trị viên số lượt nhập {number}."
    ).format(count=run.attempt, number=run.pk)


def _not_written(run: ImportRun) -> str:
    return _(
        "Đã thử {count} lần mà chưa ghi được; chưa dòng nào được ghi. Tải tệp lên lại; nếu vẫn "
        "không được, báo quản trị viên số lượt nhập {number}."
    ).format(count=run.attempt, number=run.pk)


def _forget(run_id: int) -> None:
    """What is not to be kept of an import that has ended: see ``Kind.forgets``."""
    run = ImportRun.objects.get(pk=run_id)
    codes = kinds.REGISTRY[run.kind].forgets
    if not codes:
        return
    told = [row for row in run.rows.all() if codes & row.values.keys()]
    for row in told:
        row.values = {code: row.values[code] for code in row.values if code not in codes}
    ImportRow.objects.bulk_update(told, ["values"], batch_size=_AT_ONCE)


READING: Final = jobs.Work(
    ImportRun,
    waiting=State.QUEUED,
    running=State.RUNNING,
    first_step="file",
    ring=lambda run_id: bell.ring(READ, run_id),
    tried_enough=_not_read,
    tidy=_forget,
)
WRITING: Final = jobs.Work(
    ImportRun,
    waiting=State.CONFIRMED,
    running=State.WRITING,
    first_step="write",
    ring=lambda run_id: bell.ring(WRITE, run_id),
    tried_enough=_not_written,
    tidy=_forget,
)


def order(
    kind: str, upload: Any, by: User, *, programme: Programme | None = None, key: str = ""
) -> ImportRun:
    """Keep an uploaded workbook and have it read. ``key`` makes it once only."""
    if reason := permissions.refusal(by, kinds.REGISTRY[kind].rule):
        raise NotAllowed(reason)
    if key and (known := ImportRun.objects.filter(ordered_by=by, order_key=key).first()):
        return known
    province_id = programme.province_id if programme else by.organisation.province_id
    with transaction.atomic():
        return jobs.place_order(
            READING,
            by=by,
            key=key,
            kind=kind,
            programme=programme,
            province_id=province_id,
            file=files.store_upload(upload, by),
        )


def read(run_id: int) -> None:
    """Read and judge the workbook of a waiting run: the work of one task."""
    run = READING.claim(run_id)
    if run is None:
        return
    try:
        with translation.override("vi"):
            _read(run)
    except jobs.Lost:
        logger.info("import %s, attempt %s: not ours any more", run.pk, run.attempt)
    except (WorkbookError, Refused) as refused:
        READING.fail(run, str(refused))
    except Exception:
        logger.exception("import %s, attempt %s failed", run.pk, run.attempt)
        READING.give_back(run)


def _read(run: ImportRun) -> None:
    READING.advance(run, 5, "file")
    sheets = reading.read(run.file.content.path)
    READING.advance(run, 30, "rows")
    kind = kinds.of(run)
    found = recognised(sheets, kind.plans())
    rows = kind.judge(found)
    if not rows:
        raise WorkbookError(
            _("Không có dòng nào để nhập. Dòng ghi «Ví dụ» ở cột đầu không được tính.")
        )
    READING.advance(run, 80, "keep")
    run.params |= kind.params
    _keep(run, found, rows)


def _keep(run: ImportRun, found: Sequence[Found], rows: Sequence[Read]) -> None:
    """The rows and the end of the reading, in one transaction, if the attempt is still ours."""
    faults = sum(len(row.faults) for row in rows)
    params = run.params | {
        "sheets": [
            {"name": one.sheet.name, "columns": list(one.at), "unused": one.unused[:20]}
            for one in found
        ]
    }
    with transaction.atomic():
        run.rows.all().delete()
        ImportRow.objects.bulk_create((_kept(run, row) for row in rows), batch_size=_AT_ONCE)
        changes = {"state": State.READY, "progress": 100, "step": "", "lease_until": None}
        counts = {"row_count": len(rows), "fault_count": faults, "params": params}
        if not READING.ours(run).update(error="", **changes, **counts):
            raise jobs.Lost(run)


def _kept(run: ImportRun, row: Read) -> ImportRow:
    return ImportRow(
        run=run,
        sheet=row.sheet,
        sheet_row=row.number,
        cells=row.typed,
        values={code: plain(value) for code, value in row.values.items()},
        faults=[list(fault) for fault in row.faults],
        notes=row.notes,
        action="" if row.faults else row.action,
    )


def confirm(run: ImportRun, by: User) -> None:
    """A person agrees to what the preview shows; the second job writes it.

    Pressed twice it is agreed once. Raises ``NotNow`` where there is nothing to agree to.
    """
    if reason := permissions.refusal(by, kinds.REGISTRY[run.kind].rule):
        raise NotAllowed(reason)
    with transaction.atomic():
        agreed = ImportRun.objects.filter(pk=run.pk, state=State.READY, fault_count=0).update(
            state=State.CONFIRMED, attempt=0, progress=0, step="", rung_at=timezone.now()
        )
        if agreed:
            jobs.ring_when_written(WRITING, run.pk)
            return
    now = ImportRun.objects.get(pk=run.pk)
    if now.state in (State.CONFIRMED, State.WRITING, State.DONE):
        return
    if now.fault_count:
        raise NotNow(_("Tệp còn lỗi nên chưa ghi được. Sửa tệp rồi tải lên lại."))
    raise NotNow(
        _("Lượt nhập này đang ở trạng thái «{state}», không ghi được.").format(
            state=now.get_state_display()
        )
    )


def cancel(run: ImportRun) -> bool:
    """End an import that is not written yet; a writing under way notices at its next row."""
    with transaction.atomic():
        return READING.cancel(run, ImportRun.UNFINISHED)


def keeps_workbook(run: ImportRun) -> bool:
    """Whether the workbook may still be had: one with numbers of persons only until the end."""
    return run.state in ImportRun.UNFINISHED or not kinds.REGISTRY[run.kind].forgets


def _expire() -> None:
    """End what was read and nobody agreed to for too long."""
    with translation.override("vi"):
        why = _("Quá {n} ngày không ai xác nhận nên cổng đã hủy lượt nhập này.").format(
            n=CONFIRM_WITHIN.days
        )
    now = timezone.now()
    stale = ImportRun.objects.filter(state=State.READY, ordered_at__lt=now - CONFIRM_WITHIN)
    for pk in list(stale.values_list("pk", flat=True)[:_AT_ONCE]):
        with transaction.atomic():
            if stale.filter(pk=pk).update(state=State.CANCELLED, error=why, ended_at=now):
                _forget(pk)


def _forget_left() -> None:
    """A worker may have died between the end of a run and the forgetting."""
    lately = timezone.now() - datetime.timedelta(days=1)
    for kind, definition in kinds.REGISTRY.items():
        if definition.forgets:
            left = ImportRow.objects.filter(
                run__kind=kind,
                run__ended_at__gte=lately,
                values__has_any_keys=sorted(definition.forgets),
            ).exclude(run__state__in=ImportRun.UNFINISHED)
            for pk in set(left.order_by().values_list("run_id", flat=True)):
                _forget(pk)


def write(run_id: int) -> None:
    """Write what was agreed to, all or nothing: the work of the second task."""
    run = WRITING.claim(run_id)
    if run is None:
        return
    try:
        # The way beside is opened before the transaction: it is told of while that is open.
        with translation.override("vi"), WRITING.beside(run) as advance, transaction.atomic():
            _write(run, advance)
    except jobs.Lost:
        logger.info("import %s, attempt %s: not ours any more", run.pk, run.attempt)
    except Refused as refused:
        WRITING.fail(run, str(refused))
    except Exception:
        logger.exception("import %s, attempt %s failed", run.pk, run.attempt)
        WRITING.give_back(run)


def _write(run: ImportRun, advance: Any) -> None:
    kind = kinds.of(run)
    rows = list(run.rows.all())
    kind.lock()
    written = kind.write(rows, lambda percent: advance(percent * 9 // 10, "write"))
    advance(95, "finish")
    # Locked only now: until here others see how far it is, and may cancel.
    if WRITING.ours(run).select_for_update().first() is None:
        raise jobs.Lost(run)
    named = [row for row in rows if row.pk in written]
    for row in named:
        row.written_id = written[row.pk]
    set_each(named, ["written_id"])
    _forget(run.pk)
    WRITING.ours(run).update(
        state=State.DONE,
        written_count=len(written),
        progress=100,
        step="",
        error="",
        lease_until=None,
        ended_at=timezone.now(),
    )


def sweep() -> int:
    """Ring again for imports that wait too long or whose worker is gone; how many bells.

    What nobody agreed to ends, and what is not to be kept of ended imports is forgotten.
    """
    _expire()
    _forget_left()
    return READING.sweep() + WRITING.sweep()
