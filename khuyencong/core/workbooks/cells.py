"""What was read: sheets, their rows and cells, each cell telling what it looked like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any, Final, overload

from khuyencong.core import text as texts

# One letter a cell, as the reading process marks it.
EMPTY, TEXT, NUMBER, BOOLEAN, ERROR = "e", "t", "n", "b", "x"
DAY, MOMENT, TIME, DURATION = "d", "m", "h", "u"
_KINDS: Final = {str: TEXT, float: NUMBER, int: NUMBER, bool: BOOLEAN}

_NUMBER_LIKE: Final = re.compile(r"[-+]?\s*[0-9][0-9.,\s]*%?")
_UNICODE_ONLY: Final = re.compile("[\u0100-\u024f\u1e00-\u1eff\u0300-\u036f]")


@dataclass(frozen=True, slots=True)
class Merged:
    """One merged range; rows and columns counted from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{address(self.top, self.left)}:{address(self.bottom, self.right)}"


class Cell:
    """One cell of a sheet. Nothing here raises: what is wrong with a cell is told by its flags."""

    __slots__ = ("_raw", "column", "kind", "row", "sheet")

    def __init__(self, sheet: Sheet, row: int, column: int, kind: str, raw: Any) -> None:
        self.sheet = sheet
        self.row = row  # from 0
        self.column = column  # from 0
        self.kind = kind  # EMPTY, TEXT, NUMBER, BOOLEAN, ERROR, DAY, MOMENT, TIME or DURATION
        self._raw = raw

    def __repr__(self) -> str:
        return f"<Cell {self.address} {self.text!r}>"

    @property
    def address(self) -> str:
        """As the workbook names it: C14."""
        return address(self.row, self.column)

    @property
    def is_empty(self) -> bool:
        """Whether nobody would see anything in it (spaces alone included)."""
        return not self.text

    @property
    def is_formula(self) -> bool:
        """Whether a formula gave the value; a formula never computed gives an empty text."""
        return self.column in self.sheet.formulas.get(self.row, ())

    @property
    def is_error(self) -> bool:
        """Whether it shows #REF!, #N/A, …; ``text`` says which."""
        return self.kind == ERROR

    @property
    def is_broken(self) -> bool:
        """Whether its text holds characters no database can keep; ``text`` is without them."""
        return self.kind == TEXT and texts.is_broken(self._raw)

    @property
    def is_text_number(self) -> bool:
        """Whether a number was typed as text ("300.000.000", "'0912…"): parse ``text``."""
        return self.kind == TEXT and bool(_NUMBER_LIKE.fullmatch(self.text))

    @property
    def text(self) -> str:
        """What a person sees or typed, composed (NFC), on one line, trimmed; "" if empty.

        Numbers have a comma for decimals and no dots (``300000000``, ``0,5``); days read
        ``15/10/2025``.
        """
        return self._text(multiline=False)

    @property
    def lines(self) -> str:
        """``text`` with the line ends a cell has inside kept."""
        return self._text(multiline=True)

    @property
    def number(self) -> Decimal | None:
        """The exact number as Excel keeps it (15 digits); None for text, even one like a number."""
        return _decimal(self._raw) if self.kind == NUMBER else None

    @property
    def integer(self) -> int | None:
        """``number`` where it is whole."""
        number = self.number
        return int(number) if number is not None and number == number.to_integral_value() else None

    @property
    def date(self) -> date | None:
        """The day of a real date (a moment's time is left out); None for a date typed as text."""
        if self.kind not in (DAY, MOMENT):
            return None
        return datetime.fromisoformat(self._raw).date()

    @property
    def boolean(self) -> bool | None:
        return bool(self._raw) if self.kind == BOOLEAN else None

    @property
    def merged(self) -> Merged | None:
        """The merged range it lies in ("ô gộp A1:B3"), if any."""
        return self.sheet.merged_at(self.row, self.column)

    @property
    def is_covered(self) -> bool:
        """Whether it lies under a merged cell, whose first cell alone holds the value."""
        merged = self.merged
        return merged is not None and (merged.top, merged.left) != (self.row, self.column)

    @property
    def old_coding(self) -> texts.OldCoding | None:
        """TCVN3 or VNI where the text, or the whole column it stands in, was typed in that."""
        if self.kind != TEXT or not _could_be_old(self._raw):
            return None
        return texts.old_coding(self._raw) or self.sheet.column_coding(self.column)

    def _text(self, *, multiline: bool) -> str:
        kind, raw = self.kind, self._raw
        if kind == TEXT:
            try:
                return texts.clean(raw, multiline=multiline)
            except texts.TextInputError:
                kept = raw.replace("\x00", "").encode(errors="ignore").decode()
                return texts.clean(kept, multiline=multiline)
        if kind == NUMBER:
            number = _decimal(raw)
            return "" if number is None else f"{number:f}".replace(".", ",")
        if kind == BOOLEAN:
            return "TRUE" if raw else "FALSE"
        if kind == DAY:
            return f"{datetime.fromisoformat(raw):%d/%m/%Y}"
        if kind == MOMENT:
            return f"{datetime.fromisoformat(raw):%d/%m/%Y %H:%M}"
        return "" if kind == EMPTY else str(raw)


class Row(Sequence[Cell]):
    """One row, as wide as its sheet; its cells are made when they are asked for."""

    __slots__ = ("_cells", "index", "sheet")

    def __init__(self, sheet: Sheet, index: int, cells: Sequence[Any]) -> None:
        self.sheet = sheet
        self.index = index  # from 0
        self._cells = cells  # as the reading process sent them

    def __repr__(self) -> str:
        return f"<Row {self.number} {[cell.text for cell in self]}>"

    @property
    def number(self) -> int:
        """As the workbook shows it, from 1."""
        return self.index + 1

    @property
    def is_empty(self) -> bool:
        return all(cell.is_empty for cell in self if cell.kind != EMPTY)

    def cell(self, column: int) -> Cell:
        """The cell of a column (from 0); an empty one beyond the last column."""
        at = column - self.sheet.left
        raw = self._cells[at] if 0 <= at < len(self._cells) else ""
        if type(raw) is bytes:
            return Cell(
                self.sheet, self.index, column, chr(raw[0]), raw[1:].decode(errors="replace")
            )
        kind = EMPTY if raw == "" else _KINDS[type(raw)]
        return Cell(self.sheet, self.index, column, kind, raw)

    def __len__(self) -> int:
        return self.sheet.width

    def __iter__(self) -> Iterator[Cell]:
        return map(self.cell, range(self.sheet.width))

    @overload
    def __getitem__(self, at: int) -> Cell: ...
    @overload
    def __getitem__(self, at: slice) -> list[Cell]: ...
    def __getitem__(self, at: int | slice) -> Cell | list[Cell]:
        columns = range(self.sheet.width)[at]
        return self.cell(columns) if isinstance(columns, int) else [self.cell(c) for c in columns]


class Rows(Sequence[Row]):
    """The rows of a sheet, made when they are asked for."""

    __slots__ = ("_sheet",)

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def __len__(self) -> int:
        return len(self._sheet.cells)

    def __iter__(self) -> Iterator[Row]:
        return (Row(self._sheet, at, cells) for at, cells in enumerate(self._sheet.cells))

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        cells = self._sheet.cells
        places = range(len(cells))[at]
        if isinstance(places, int):
            return Row(self._sheet, places, cells[places])
        return [Row(self._sheet, place, cells[place]) for place in places]


@dataclass(slots=True)
class Sheet:
    """One worksheet. ``rows[0]`` is row 1 and ``row[0]`` column A, whatever is empty before."""

    name: str
    hidden: bool
    width: int = 0
    height: int = 0
    left: int = 0  # columns before the first value, which the reading process leaves out
    merged: list[Merged] = field(default_factory=list, repr=False)
    formulas: dict[int, list[int]] = field(default_factory=dict, repr=False)  # columns by row
    cells: list[Sequence[Any]] = field(default_factory=list, repr=False)  # as they were sent
    _covered: dict[tuple[int, int], Merged] | None = field(default=None, repr=False)
    _codings: dict[int, texts.OldCoding | None] = field(default_factory=dict, repr=False)

    @property
    def rows(self) -> Rows:
        """All rows, the empty ones in between too."""
        return Rows(self)

    def merged_at(self, row: int, column: int) -> Merged | None:
        """The merged range a cell lies in."""
        if not self.merged:
            return None
        if self._covered is None:
            # A merged column reaches far beyond the last value.
            self._covered = {
                (r, c): one
                for one in self.merged
                for r in range(one.top, min(one.bottom + 1, self.height))
                for c in range(one.left, min(one.right + 1, self.width))
            }
        return self._covered.get((row, column))

    def column_coding(self, column: int) -> texts.OldCoding | None:
        """The old coding a whole column was plainly typed in.

        A single word can look sound in both, so the cells are judged together: when none of them
        is plainly Unicode and at least half speak for the coding by themselves.
        """
        if column not in self._codings:
            cells = (row.cell(column) for row in self.rows)
            self._codings[column] = _column_coding([c._raw for c in cells if c.kind == TEXT])
        return self._codings[column]


def address(row: int, column: int) -> str:
    """(13, 2), counted from 0, is C14."""
    return f"{column_letters(column)}{row + 1}"


def column_letters(column: int) -> str:
    """0 is A, 27 is AB."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _decimal(raw: float) -> Decimal | None:
    if not isfinite(raw):
        return None
    # 15 digits: 0.1 + 0.2 is 0.3 on the screen, and what is shown is what was meant.
    number = Decimal(f"{raw:.15g}")
    whole = int(number)
    return Decimal(whole) if number == whole else number


def _could_be_old(raw: str) -> bool:
    return not raw.isascii() and not _UNICODE_ONLY.search(raw)


def _column_coding(column: list[str]) -> texts.OldCoding | None:
    if any(_UNICODE_ONLY.search(unicodedata.normalize("NFC", raw)) for raw in column):
        return None
    suspects = [raw for raw in column if _could_be_old(raw)]
    found = [coding for raw in suspects if (coding := texts.old_coding(raw))]
    if len(found) * 2 < len(suspects) or not found:
        return None
    return texts.old_coding(" ".join(suspects))
