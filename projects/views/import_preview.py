"""What an import would write, in the sheet's own shape with the workbook's row numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import Case, Count, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _

from khuyencong.core.money import format_dong
from projects.checks import figures
from projects.exchange import kinds
from projects.exchange.columns import MILLIONS, MONEY, QUANTITY, WHOLE, Column
from projects.exchange.plan_sheet import FORESEEN
from projects.models import Enterprise, ImportRow, ImportRun, Proposal

_A_PAGE: Final = 50
_LINKS: Final = 20
# Lists that come back: what stood in a cell before is shown beside it.
_COMPARED: Final = frozenset({ImportRun.Kind.PLAN, ImportRun.Kind.ANNUAL})
_FIGURES: Final = frozenset({MONEY, MILLIONS, QUANTITY, WHOLE})


@dataclass(frozen=True)
class ShownCell:
    """One cell: what was typed, what was there before, what is wrong with it."""

    label: str
    text: str
    note: str = ""
    before: str | None = None
    faults: tuple[str, ...] = ()
    is_figure: bool = False
    unit: str = ""


@dataclass(frozen=True)
class ShownRow:
    row: ImportRow
    cells: list[ShownCell]
    foreseen: tuple[str, ...] = ()

    @property
    def state(self) -> tuple[str, str]:
        """Code and words of what happens with the row."""
        if self.row.faults:
            return "error", _("lỗi")
        if self.row.sheet:
            return "ok", _("đọc được")
        return {
            "same": ("cancelled", _("bỏ qua")),
            "change": ("warning", _("sửa")),
        }.get(self.row.action, ("ok", _("thêm mới")))

    def faults(self) -> Iterator[tuple[str, str]]:
        """«Dòng 14, cột Đơn giá: không phải số», with the row it is about."""
        anchor = f"r-{self.row.sheet_row}"
        for cell in self.cells:
            for message in cell.faults:
                said = _("Dòng {n}, cột {column}: {message}").format(
                    n=self.row.sheet_row, column=cell.label, message=message
                )
                yield said, anchor


@dataclass(frozen=True)
class Tab:
    """One sheet of the workbook."""

    number: int
    name: str
    rows: int
    faulty: int
    current: bool


def preview(run: ImportRun, query: Mapping[str, str]) -> dict[str, Any]:
    """Some rows at a time; those with faults alone, unless all are asked for. Four queries."""
    sheets = run.params.get("sheets", [])
    counted = (
        run.rows.order_by()
        .values_list("sheet", "action")
        .annotate(bad=Case(When(faults=[], then=Value(0)), default=Value(1)), n=Count("pk"))
    )
    rows_of, faulty_of, actions = Counter(), Counter(), Counter()
    for sheet, action, bad, n in counted:
        rows_of[sheet] += n
        faulty_of[sheet] += n if bad else 0
        actions[sheet, action] += n
    sheet = _asked(query.get("trang", ""), len(sheets))
    if sheet is None:
        sheet = min((at for at, n in faulty_of.items() if n), default=0)
    narrowed = query.get("xem") != "tat-ca"
    only_faults = narrowed and bool(faulty_of[sheet])
    # Of a list most rows come back as they went out.
    only_changed = narrowed and not only_faults and bool(actions[sheet, "change"])
    rows = run.rows.filter(sheet=sheet)
    if only_faults:
        rows = rows.exclude(faults=[])
    elif only_changed:
        rows = rows.filter(action="change")
    page = Paginator(rows, _A_PAGE).get_page(query.get("page"))
    columns = _columns(run, sheet)
    if run.kind in _COMPARED and (only_faults or only_changed):
        columns = _touched(columns, page)
    shown = [_shown(row, columns, run) for row in page]
    return {
        "tabs": [
            Tab(at, one["name"], rows_of[at], faulty_of[at], at == sheet)
            for at, one in enumerate(sheets)
        ],
        "sheet_name": sheets[sheet]["name"] if sheets else "",
        "unused": [name for one in sheets for name in one["unused"]],
        "page_obj": page,
        "columns": columns,
        "rows": shown,
        "faults": [fault for row in shown for fault in row.faults()],
        "only_faults": only_faults,
        "only_changed": only_changed,
        "faulty_rows": sum(faulty_of.values()),
        "created": actions[0, "create"],
        "changed": actions[0, "change"],
        "same": actions[0, "same"],
        "may_write": run.state == ImportRun.State.READY and not run.fault_count,
    }


def _asked(text: str, count: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text[:3]) < count else None


def _columns(run: ImportRun, sheet: int) -> list[Column]:
    """The columns that the workbook had, in its own order, as they are called today."""
    sheets = run.params.get("sheets", [])
    if not sheets:
        return []
    plan = kinds.of(run).plans()[sheet]
    return [plan.by_code[code] for code in sheets[sheet]["columns"] if code in plan.by_code]


def _touched(columns: list[Column], page: Iterable[ImportRow]) -> list[Column]:
    """Which proposal, then what was changed or is wrong in it; the rest says nothing new."""
    told = {code for row in page for code in (*row.notes, *(code for code, _said in row.faults))}
    first = [column for column in columns if column.code == "title"]
    return first + [one for one in columns if one.code in told and one.code != "title"]


def _shown(row: ImportRow, columns: list[Column], run: ImportRun) -> ShownRow:
    faults: dict[str, list[str]] = {}
    for code, message in row.faults:
        faults.setdefault(code, []).append(message)
    is_plan = run.kind in _COMPARED
    cells = [
        ShownCell(
            label=str(column.label),
            text=_now(row, column, run)
            if is_plan
            else _text(row.cells.get(column.code, ""), column),
            note="" if is_plan else row.notes.get(column.code, ""),
            before=row.notes.get(column.code) if is_plan else None,
            faults=tuple(faults.get(column.code, ())),
            is_figure=column.kind in _FIGURES,
            unit=_unit(run) if is_plan and column.kind == MONEY else "",
        )
        for column in columns
    ]
    return ShownRow(row, cells, tuple(row.notes.get(FORESEEN, "").splitlines()))


def _unit(run: ImportRun) -> str:
    return _("triệu đồng") if run.params.get("in_millions") else _("đồng")


def _now(row: ImportRow, column: Column, run: ImportRun) -> str:
    """A cell of the list, money in the unit in which the file says it."""
    typed, amount = row.cells.get(column.code, ""), row.values.get(column.code)
    if column.kind == MONEY and isinstance(amount, int):
        return figures.bare(amount) if run.params.get("in_millions") else format_dong(amount)
    return _text(typed, column)


def _text(typed: str, column: Column) -> str:
    """As it was typed; a whole number of đồng with its dots, so that it can be read."""
    is_plain = typed.isascii() and typed.isdigit() and len(typed) < 16
    return format_dong(int(typed)) if column.kind == MONEY and is_plain else typed


def links(run: ImportRun) -> list[tuple[str, str]]:
    """The first records that were written: how they are called, and where they are."""
    ids = list(
        run.rows.filter(sheet=0, written_id__isnull=False).values_list("written_id", flat=True)[
            :_LINKS
        ]
    )
    if run.kind == ImportRun.Kind.ENTERPRISES:
        rows = Enterprise.objects.in_bulk(ids)
        return [
            (rows[pk].name, reverse("enterprise_detail", kwargs={"pk": pk}))
            for pk in ids
            if pk in rows
        ]
    found = Proposal.objects.in_bulk(ids)
    return [
        (str(found[pk]), reverse("proposal_detail", kwargs={"code": found[pk].code}))
        for pk in ids
        if pk in found
    ]
