"""From a workbook to rows: which sheet, which column, which rows hold something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core import text
from khuyencong.core.workbooks.cells import Cell, Row, Sheet
from khuyencong.core.workbooks.limits import WorkbookError
from projects.exchange.columns import Column, SheetPlan, heading

MOST_ROWS: Final = 5_000
# The first cell of a row that only shows how to fill in the sheet.
EXAMPLE: Final = "vi du"
# Columns of our own making that mean nothing.
_IDLE: Final = frozenset({"stt", "tt", "dong", "loi"})
_HEAD_WITHIN: Final = 20
_SHOWN: Final = 300  # characters of a cell kept to be shown


@dataclass
class Read:
    """One row as it was read: what was typed, what it means, what is wrong with it."""

    sheet: int
    number: int
    typed: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    action: str = "create"

    def fault(self, code: str, message: str) -> None:
        self.faults.append((code, message))

    def has_fault(self, code: str) -> bool:
        return any(code == name for name, _message in self.faults)


@dataclass
class Found:
    """A sheet of the workbook with its columns recognised."""

    plan: SheetPlan
    index: int
    sheet: Sheet
    head: int
    at: dict[str, int]
    unused: list[str]

    def rows(self) -> Iterator[Read]:
        """Rows that hold something, the examples left out; each cell read by its column."""
        by_code = self.plan.by_code
        marks = [i for i in range(self.sheet.width) if i not in self.at.values()]
        count = 0
        for row in self.sheet.rows[self.head + 1 :]:
            if row.is_empty or self._is_example(row, marks) or self._is_numbering(row):
                continue
            if all(row[i].is_empty for i in self.at.values()):
                continue
            count += 1
            if count > MOST_ROWS:
                raise WorkbookError(
                    _("Trang «{sheet}» có hơn {n} dòng. Tách thành nhiều tệp.").format(
                        sheet=self.sheet.name, n=MOST_ROWS
                    )
                )
            yield self._read(row, by_code)

    def _is_example(self, row: Row, marks: list[int]) -> bool:
        return any(text.fold(row[i].text) == EXAMPLE for i in marks[:1])

    def _is_numbering(self, row: Row) -> bool:
        """The line «(1) (2) (3)…» that official tables have under their head."""
        count = 0
        for cell in row:
            said = cell.text
            if said and not (said.startswith("(") and said.endswith(")") and said[1:-1].isdigit()):
                return False
            count += bool(said)
        return count > 1

    def _read(self, row: Row, by_code: dict[str, Column]) -> Read:
        found = Read(self.index, row.number)
        for code, column in by_code.items():
            cell: Cell | None = row[self.at[code]] if code in self.at else None
            if cell is None:
                continue
            shown = cell.lines if column.kind == "lines" else cell.text
            if shown:
                found.typed[code] = shown[:_SHOWN]
            try:
                value = column.read(cell)
            except ValueError as error:
                found.fault(code, str(error))
                continue
            if value is not None:
                found.values[code] = value
        return found


def recognised(sheets: Sequence[Sheet], plans: Sequence[SheetPlan]) -> list[Found]:
    """Each planned sheet in the workbook; ``WorkbookError`` names what is not there."""
    visible = [sheet for sheet in sheets if not sheet.hidden]
    if not visible:
        raise WorkbookError(_("Tệp không có trang nào đang hiện. Bỏ ẩn trang rồi lưu lại."))
    found = []
    for index, plan in enumerate(plans):
        named = [one for one in visible if text.fold(one.name) == text.fold(str(plan.name))]
        taken = {id(one.sheet) for one in found}
        others = [one for one in visible if id(one) not in taken]
        candidates = named or (others if index == 0 else [])
        best = max(
            (_headed(one, plan, index) for one in candidates),
            key=lambda one: (len(_missing(one)) == 0, len(one.at)),
            default=None,
        )
        if best is None:
            raise WorkbookError(
                _(
                    "Không thấy trang «{sheet}» trong tệp (có: {names}). Tải mẫu về, chép số liệu "
                    "vào đúng trang rồi tải lên lại."
                ).format(sheet=plan.name, names=", ".join(one.name for one in visible)[:200])
            )
        if missing := _missing(best):
            raise WorkbookError(
                _(
                    "Trang «{sheet}» thiếu cột: {columns}. Tải mẫu về, chép số liệu vào đúng cột "
                    "rồi tải lên lại."
                ).format(sheet=best.sheet.name, columns=", ".join(missing))
            )
        found.append(best)
    return found


def _missing(found: Found) -> list[str]:
    return [
        str(column.label)
        for column in found.plan.columns
        if column.required and column.code not in found.at
    ]


def _headed(sheet: Sheet, plan: SheetPlan, index: int) -> Found:
    """The sheet read with the row of its first lines that names most columns as its head."""
    best = Found(plan, index, sheet, -1, {}, [])
    names = {name: column.code for column in plan.columns for name in column.names()}
    for at, row in enumerate(sheet.rows[:_HEAD_WITHIN]):
        places: dict[str, int] = {}
        unused = []
        for i, cell in enumerate(row):
            if cell.is_empty:
                continue
            code = names.get(heading(cell.text))
            if code is None:
                if heading(cell.text) not in _IDLE:
                    unused.append(cell.text[:60])
            elif code in places:
                raise WorkbookError(
                    _("Trang «{sheet}» có hai cột «{column}». Bỏ bớt một cột.").format(
                        sheet=sheet.name, column=plan.by_code[code].label
                    )
                )
            else:
                places[code] = i
        if len(places) > len(best.at):
            best = Found(plan, index, sheet, at, places, unused)
    return best
