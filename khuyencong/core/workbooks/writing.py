"""Write a workbook that calculates: real numbers, real dates, live sums, text that stays text.

Rows go straight to files in a folder of the book's own (constant memory), gone when it is closed.
The same data gives the same bytes; nothing in them says who made the workbook.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import xlsxwriter

from khuyencong.core.workbooks.cells import column_letters
from khuyencong.core.workbooks.sheets import Column, SheetWriter, Value

__all__ = ["Book", "Column", "SheetWriter", "Value"]

LISTS: Final = "Danh mục"  # the hidden sheet; a name for machines, the same in each language
_CREATED: Final = datetime(2000, 1, 1)
_FORMATS: Final[dict[str, dict[str, Any]]] = {
    "text": {},
    "lines": {"text_wrap": True},
    "code": {"num_format": "@"},
    "number": {},
    "money": {"num_format": "#,##0"},
    "million": {"num_format": "#,##0.0,,"},
    "percent": {"num_format": "0.0%"},
    "date": {"num_format": "dd/mm/yyyy", "align": "center"},
}
_COMMON: Final = {"valign": "top", "border": 1, "border_color": "#A6A6A6"}
_HEAD: Final = {
    "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "border": 1,
    "bg_color": "#E3EDE6",
}  # fmt: skip
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class Book:
    """A workbook being written; closed by ``with``, which leaves nothing behind after an error.

    >>> with Book(file, title="Danh mục đề án") as book:
    ...     sheet = book.sheet("Mẫu 2", [Column("Tên", width=40), Column("Kinh phí", "money")])
    ...     sheet.row(["=Chè", 300_000_000])
    """

    def __init__(self, target: BinaryIO, *, title: str = "") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kc-book-")
        self._book = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "tmpdir": self._folder.name,
                "default_format_properties": {"font_name": "Times New Roman", "font_size": 12},
            },
        )
        self._book.set_properties({"title": title, "author": "", "created": _CREATED})
        self._formats: dict[tuple[str, bool, bool], Any] = {}
        self._lists: list[tuple[str, Sequence[str]]] = []
        self._sheets: list[SheetWriter] = []
        self.head = self._book.add_format(_HEAD)
        self.title = self._book.add_format({"bold": True, "font_size": 14})
        # A cell that somebody has to mend.
        self.fault = self._book.add_format(_COMMON | {"bg_color": "#F9D7D4", "text_wrap": True})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._abandon()

    def sheet(
        self,
        name: str,
        columns: Sequence[Column],
        *,
        above: Sequence[str] = (),
        bands: Sequence[tuple[str, int]] = (),
        spare_rows: int = 0,
        hidden: bool = False,
    ) -> SheetWriter:
        """Begin a worksheet.

        ``above``: lines over the table, the first one large. ``bands``: (text, columns) of a row
        over the heads. ``spare_rows``: how many rows to be filled in have lists and formats.
        """
        taken = {one.name.lower() for one in self._sheets}
        sheet = SheetWriter(self, _sheet_name(name, taken), columns, spare_rows)
        self._sheets.append(sheet)
        if hidden:
            sheet.paper.hide()
        sheet._begin(above, bands)
        return sheet

    def close(self) -> None:
        """Write the workbook to its target."""
        try:
            for sheet in self._sheets:
                sheet._end()
            self._write_lists()
            self._book.close()
        finally:
            self._folder.cleanup()

    def _abandon(self) -> None:
        for paper in self._book.worksheets():
            if paper.row_data_fh is not None:
                paper.row_data_fh.close()
        self._book.fileclosed = True
        self._folder.cleanup()

    def format(self, kind: str, *, bold: bool = False, quoted: bool = False) -> Any:
        """The cell format of a column's kind."""
        key = (kind, bold, quoted)
        if key not in self._formats:
            given = _COMMON | _FORMATS[kind] | {"bold": bold, "quote_prefix": quoted}
            self._formats[key] = self._book.add_format(given)
        return self._formats[key]

    def list_name(self, choices: Sequence[str]) -> str:
        """The defined name of a list on the hidden sheet; equal lists stand there once."""
        for name, known in self._lists:
            if list(known) == list(choices):
                return name
        self._lists.append((f"danh_muc_{len(self._lists) + 1}", choices))
        return self._lists[-1][0]

    def _write_lists(self) -> None:
        if not self._lists:
            return
        paper = self._book.add_worksheet(LISTS)
        paper.hide()
        for row, line in enumerate(zip_longest(*(choices for _name, choices in self._lists))):
            for column, choice in enumerate(line):
                if choice is not None:
                    paper.write_string(row, column, choice)
        for column, (name, choices) in enumerate(self._lists):
            letters = column_letters(column)
            self._book.define_name(
                name, f"='{LISTS}'!${letters}$1:${letters}${max(len(choices), 1)}"
            )


def _sheet_name(name: str, taken: set[str]) -> str:
    plain = " ".join(_NOT_IN_NAMES.sub(" ", name).split()).strip("'")[:31].rstrip("' ") or "Trang"
    found, number = plain, 1
    while found.lower() in {*taken, LISTS.lower(), "history"}:
        number += 1
        ending = f" ({number})"
        found = plain[: 31 - len(ending)] + ending
    return found
