"""The XML parts of a workbook, for the reading process: what is refused, what the reader hides.

Loaded beside child.py, without the portal and without what is slow to load (re, json).
"""

from __future__ import annotations

from pyexpat import ParserCreate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = 4096
SMALL_PART = 4 * 2**20
ENCODINGS = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
LONGEST_FORMULA = 20_000
DIGITS = b"0123456789"


class Refused(Exception):
    """(code, facts): the parent has the words."""


def check_xml(name: str, data: bytes) -> None:
    """No document type (so no entities), in the one encoding Excel writes; no macros."""
    head = data[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    declared = b""
    if head.startswith(b"<?xml"):
        declared = attribute(head[: head.find(b"?>")], b"encoding")
    if b"\x00" in head or (declared and declared.lower() not in ENCODINGS):
        raise Refused("encoding", {})
    if b"<!DOCTYPE" in data:
        raise Refused("dtd", {})
    if name == "[content_types].xml" and b"macroEnabled" in data:
        raise Refused("macro", {})


def elements(data: bytes, tag: str) -> list[dict[str, str]]:
    """The attributes of each element of a name, prefixes left out."""
    if len(data) > SMALL_PART:
        raise Refused("broken", {})
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            found.append({key.rpartition(":")[2]: text for key, text in attributes.items()})

    parser = ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(data, True)
    return found


def attribute(tag: bytes, name: bytes) -> bytes:
    """The raw text of an attribute in what stands between < and >."""
    for quote in (b'"', b"'"):
        _before, found, after = tag.partition(b" " + name + b"=" + quote)
        if found:
            return after.partition(quote)[0]
    return b""


class Scan:
    """What the reader does not tell of a worksheet: formulas, errors, a value far below.

    Only flags come from here; a worksheet written in an unusual way is read all the same.
    """

    def __init__(self, data: bytes, most_rows: int) -> None:
        self.data = data
        at = data.find(b"worksheet", 0, SMALL_PART)
        # Some programs write <x:worksheet>.
        self.prefix = data[data.rfind(b"<", 0, at) + 1 : at] if at > 0 else b""
        end = data.rfind(b"</" + self.prefix + b"sheetData")
        self.end = end if end >= 0 else len(data)
        self.cell = b"<" + self.prefix + b"c "
        self.formulas: dict[int, list[int]] = {}
        self.errors: dict[int, dict[int, str]] = {}
        self._find_formulas()
        self._find_errors()
        self.far_row = self._far_row(most_rows)

    def _find_formulas(self) -> None:
        # Ten thousands of cells in some sheets: no call in the loop but the searches.
        mark, opening = b"<" + self.prefix + b"f", self.cell + b'r="'
        data, end, formulas = self.data, self.end, self.formulas
        columns: dict[bytes, int] = {}
        length, skip = len(mark), len(opening)
        last, at = 0, data.find(mark, 0, end)
        while at >= 0:
            begin = data.rfind(opening, last, at)
            if begin >= 0 and data[at + length] in b"> /":
                begin += skip
                place = data[begin : data.find(b'"', begin, begin + 12)]
                letters = place.rstrip(DIGITS)
                if letters not in columns:
                    columns[letters] = column_of(letters)
                row = int(place[len(letters) :] or 0) - 1
                if row in formulas:
                    formulas[row].append(columns[letters])
                else:
                    formulas[row] = [columns[letters]]
            last, at = at, data.find(mark, at + length, end)

    def _find_errors(self) -> None:
        if b">#" not in self.data:  # as each error begins; far quicker to look for
            return
        value = b"<" + self.prefix + b"v>"
        for mark in (b' t="e"', b" t='e'"):
            for at, tag in self._cells_before(mark):
                if mark in tag:
                    place = attribute(tag, b"r")
                    letters = place.rstrip(DIGITS)
                    start = self.data.find(value, at, min(self.end, at + LONGEST_FORMULA))
                    shown = self.data[start + len(value) :][:20] if start >= 0 else b"#"
                    row = self.errors.setdefault(int(place[len(letters) :] or 0) - 1, {})
                    row[column_of(letters)] = shown.partition(b"<")[0].decode("ascii", "replace")

    def _cells_before(self, mark: bytes) -> Iterator[tuple[int, bytes]]:
        """Each place of a mark, and the start tag of the cell it belongs to."""
        data, cell, end = self.data, self.cell, self.end
        last, at = 0, data.find(mark, 0, end)
        while at >= 0:
            begin = data.rfind(cell, last, at)
            if begin >= 0:
                yield at, data[begin : data.find(b">", begin)]
            last, at = at, data.find(mark, at + len(mark), end)

    def _far_row(self, most: int) -> int:
        """The number of the last row that holds a value, if that is beyond ``most``; else 0.

        Rows are only formatted, and empty, down to the last one in many sheets.
        """
        if self._row_before(self.end) <= most:
            return 0
        held = (b"v>", b"v ", b"is>", b"is ")
        last = max(self.data.rfind(b"<" + self.prefix + tag, 0, self.end) for tag in held)
        number = self._row_before(max(last, 0))
        return number if number > most else 0

    def _row_before(self, end: int) -> int:
        at = self.data.rfind(b"<" + self.prefix + b"row ", 0, end)
        if at < 0:
            return 0
        number = attribute(self.data[at : self.data.find(b">", at)], b"r")
        return int(number) if number.isdigit() and len(number) < 10 else 0


def column_of(letters: bytes) -> int:
    """A is 0, AB is 27."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1
