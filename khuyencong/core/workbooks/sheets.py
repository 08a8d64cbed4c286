"""One worksheet being written: its columns, its rows from the top down, its live sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from khuyencong.core.workbooks.cells import column_letters

if TYPE_CHECKING:
    from khuyencong.core.workbooks.writing import Book

Value = str | int | float | Decimal | date | bool | None

LONGEST_TEXT: Final = 32_767
_BEFORE_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    ``kind``: "text", "lines" (text that wraps), "code" (text, also what is typed later: 0912…),
    "number", "money" (whole đồng), "million" (whole đồng, shown in triệu, exact inside),
    "percent" (a share of 1), "date".
    """

    title: str
    kind: str = "text"
    width: float = 14
    note: str = ""  # a comment on the head cell
    choices: Sequence[str] = ()  # what may be chosen, in the rows to be filled in too
    total: bool = False  # a live sum in the rows of sums


class SheetWriter:
    """A worksheet, written from the top down."""

    def __init__(self, book: Book, name: str, columns: Sequence[Column], spare_rows: int) -> None:
        self.name = name
        self.columns = list(columns)
        self.paper = book._book.add_worksheet(name)
        self._book = book
        self._spare = spare_rows
        self._next = 0
        self._first = 0  # of the rows, from 0
        self._group = 0
        self._grouped = False
        self._all: dict[int, Any] = {}
        self._of_group: dict[int, Any] = {}
        self._writers: dict[bool, list[Callable[[int, int, Value], Any]]] = {}

    def row(self, values: Sequence[Value], *, bold: bool = False) -> int:
        """Write one row; its number as the workbook shows it."""
        at = self._next
        for column, (write, value) in enumerate(zip(self._row_writers(bold), values, strict=True)):
            write(at, column, value)
        for column in self._of_group:
            value = values[column]
            if value is not None and not isinstance(value, str):
                self._of_group[column] += value
                self._all[column] += value
        self._next += 1
        return self._next

    def group(self, label: str) -> int:
        """A row that only names what follows; ``subtotal`` sums from here."""
        self._grouped = True
        number = self.row([label, *[None] * (len(self.columns) - 1)], bold=True)
        self._group = self._next
        self._of_group = dict.fromkeys(self._of_group, 0)
        return number

    def subtotal(self, label: str) -> int:
        """A row with the live sums of the rows since the last group or subtotal."""
        self._grouped = True
        number = self._sums(label, self._group, self._of_group)
        self._group = self._next
        self._of_group = dict.fromkeys(self._of_group, 0)
        return number

    def totals(self, label: str) -> int:
        """A row with the live sums of all rows; subtotals are not counted twice."""
        return self._sums(label, self._first, self._all)

    def _sums(self, label: str, first: int, sums: dict[int, Any]) -> int:
        at, book = self._next, self._book
        for column, about in enumerate(self.columns):
            style = book.format(about.kind, bold=True)
            if column not in sums:
                self._text(at, column, label if column == 0 else "", style)
                continue
            letters = column_letters(column)
            cells = f"{letters}{first + 1}:{letters}{max(at, first + 1)}"
            # SUBTOTAL leaves other subtotals out of a sum.
            formula = f"=SUBTOTAL(9,{cells})" if self._grouped else f"=SUM({cells})"
            if at > first:
                self.paper.write_formula(at, column, formula, style, sums[column])
            else:
                self.paper.write_number(at, column, 0, style)
        self._next += 1
        return self._next

    def _begin(self, above: Sequence[str], bands: Sequence[tuple[str, int]]) -> None:
        paper, book = self.paper, self._book
        for column, about in enumerate(self.columns):
            paper.set_column(column, column, about.width, self._empty_format(about))
            if about.total:
                self._all[column] = self._of_group[column] = 0
        for at, line in enumerate(above):
            paper.write_string(at, 0, line[:LONGEST_TEXT], book.title if at == 0 else None)
        at = len(above)
        column = 0
        for text, width in bands:
            if width > 1:
                paper.merge_range(at, column, at, column + width - 1, text, book.head)
            else:
                paper.write_string(at, column, text, book.head)
            column += width
        first_head = at
        at += bool(bands)
        for column, about in enumerate(self.columns):
            paper.write_string(at, column, about.title, book.head)
            if about.note:
                paper.write_comment(at, column, about.note, {"author": "", "x_scale": 1.6})
        self._next = self._first = self._group = at + 1
        paper.freeze_panes(at + 1, 0)
        paper.repeat_rows(first_head, at)
        paper.set_landscape()
        paper.set_paper(9)  # A4
        paper.fit_to_pages(1, 0)
        paper.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        paper.set_footer("&C&P/&N")

    def _end(self) -> None:
        last = max(self._next, self._first + self._spare) - 1
        if last < self._first:
            return
        for column, about in enumerate(self.columns):
            if about.choices:
                rule = {
                    "validate": "list",
                    "source": f"={self._book.list_name(about.choices)}",
                    "error_title": _("Không có trong danh mục"),
                    "error_message": _("Chọn một mục trong danh sách của ô này."),
                }
                self.paper.data_validation(self._first, column, last, column, rule)

    def _empty_format(self, about: Column) -> Any:
        # What is typed into a row to be filled in is kept as the column means it.
        return self._book.format(about.kind) if self._spare else None

    def _row_writers(self, bold: bool) -> list[Callable[[int, int, Value], Any]]:
        if bold not in self._writers:
            self._writers[bold] = [self._writer(about.kind, bold) for about in self.columns]
        return self._writers[bold]

    def _writer(self, kind: str, bold: bool) -> Callable[[int, int, Value], Any]:
        style, paper, write_text = self._book.format(kind, bold=bold), self.paper, self._text
        write_number, write_blank = paper.write_number, paper.write_blank
        is_dated = kind == "date"

        def write(row: int, column: int, value: Value) -> None:
            if isinstance(value, str):
                write_text(row, column, value, style)
            elif value is None:
                write_blank(row, column, None, style)
            elif isinstance(value, date):
                if is_dated:
                    paper.write_datetime(row, column, value, style)
                else:
                    write_text(row, column, f"{value:%d/%m/%Y}", style)
            elif is_dated:  # a number would be shown as some day
                write_text(row, column, str(value), style)
            elif isinstance(value, bool):
                paper.write_boolean(row, column, value, style)
            else:
                write_number(row, column, value, style)

        return write

    def _text(self, row: int, column: int, text: str, style: Any) -> None:
        if text.startswith(_BEFORE_FORMULA):
            # Kept as text even when somebody opens the cell and presses Enter.
            kind = self.columns[column].kind
            style = self._book.format(kind, bold=bool(style.bold), quoted=True)
        if len(text) > LONGEST_TEXT:
            text = text[: LONGEST_TEXT - 1] + "…"
        if text:
            self.paper.write_string(row, column, text, style)
        else:
            self.paper.write_blank(row, column, None, style)
