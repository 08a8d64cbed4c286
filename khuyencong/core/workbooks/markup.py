"""The XML parts of a workbook, for the reading process: what is refused, what the reader hides.

Loaded beside child.py, without the portal and without what is slow to load (re, json).
"""

from __future__ import annotations

from itertools import pairwise
from pyexpat import ParserCreate

WINDOW = 2**19  # more than the longest cell
SMALL_PART = 4 * 2**20
ENCODINGS = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
LONGEST_FORMULA = 20_000
LONGEST_FORBIDDEN = 11  # without its last letter
DIGITS = b"0123456789"
END_OF_NAME = (b">", b" ", b"/", b"\n", b"\r", b"\t")


class Refused(Exception):
    """(code, facts): the parent has the words."""


class XmlCheck:
    """No document type (so no entities), in the one encoding Excel writes; no macros."""

    def __init__(self, name: str) -> None:
        self._forbidden = {b"<!DOCTYPE": "dtd"}
        if name == "[content_types].xml":
            self._forbidden[b"macroEnabled"] = "macro"
        self._before: bytes | None = None

    def feed(self, chunk: bytes) -> None:
        """The next piece of the part."""
        if self._before is None:
            self._check_head(chunk)
            self._before = b""
        seam = self._before + chunk[:LONGEST_FORBIDDEN]
        for word, code in self._forbidden.items():
            # From the end, which takes less than half the time.
            if chunk.rfind(word) >= 0 or word in seam:
                raise Refused(code, {})
        self._before = (seam if len(chunk) < LONGEST_FORBIDDEN else chunk)[-LONGEST_FORBIDDEN:]

    def _check_head(self, chunk: bytes) -> None:
        head = chunk.removeprefix(b"\xef\xbb\xbf").lstrip()
        declared = b""
        if head.startswith(b"<?xml"):
            declared = attribute(head[: head.find(b"?>")], b"encoding")
        if b"\x00" in head or (declared and declared.lower() not in ENCODINGS):
            raise Refused("encoding", {})


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

    def __init__(self, most_rows: int) -> None:
        self.formulas: dict[int, list[int]] = {}
        self.errors: dict[int, dict[int, bytes]] = {}
        self.far_row = 0  # the number of the last row beyond ``most_rows`` that holds a value
        self._most_rows = most_rows
        self._row = 0  # the number of the last row met
        self._rest = b""  # what follows the last whole cell
        self._cell = b""  # how each cell begins
        self._prefix = b""
        self._columns: dict[bytes, int] = {}

    def feed(self, chunk: bytes) -> None:
        """The next piece of the part, looked through up to its last whole cell."""
        data = self._rest + chunk
        if not self._cell:
            at = data.find(b"worksheet")
            if at < 0 and len(data) < WINDOW:
                self._rest = data
                return
            # Some programs write <x:worksheet>.
            self._prefix = data[data.rfind(b"<", 0, at) + 1 : at] if at >= 0 else b""
            self._cell = b"<" + self._prefix + b"c "
        self._look(data, len(data) if len(data) >= WINDOW else data.rfind(self._cell))

    def end(self) -> None:
        """There is no more."""
        self._look(self._rest, len(self._rest))

    def _look(self, data: bytes, end: int) -> None:
        if end > 0:
            self._find_formulas(data, end)
            self._find_errors(data, end)
            self._find_rows(data, end)
        self._rest = data[max(end, 0) :]

    def _find_formulas(self, data: bytes, end: int) -> None:
        # Ten thousands of cells in some sheets: few calls in the loop, and from the end, for
        # bytes.rfind takes half the time of bytes.find.
        mark, opening = b"<" + self._prefix + b"f", self._cell + b'r="'
        if data.rfind(mark, 0, end) < 0:
            return
        formulas, columns, skip = self.formulas, self._columns, len(opening)
        pieces = data[:end].rsplit(mark)
        for piece, after in pairwise(pieces):
            begin = piece.rfind(opening) + skip
            if begin >= skip and after[:1] in END_OF_NAME:
                place = piece[begin : begin + 12].partition(b'"')[0]
                letters = place.rstrip(DIGITS)
                if letters not in columns:
                    columns[letters] = column_of(letters)
                row = int(place[len(letters) :] or 0) - 1
                if row in formulas:
                    formulas[row].append(columns[letters])
                else:
                    formulas[row] = [columns[letters]]

    def _find_errors(self, data: bytes, end: int) -> None:
        # As each error begins; a single byte is a hundred times quicker to look for.
        if b"#" not in data or data.rfind(b">#") < 0:
            return
        value = b"<" + self._prefix + b"v>"
        for mark in (b' t="e"', b" t='e'"):
            last, at = 0, data.find(mark, 0, end)
            while at >= 0:
                begin = data.rfind(self._cell, last, at)
                tag = data[begin : data.find(b">", begin)] if begin >= 0 else b""
                if mark in tag:
                    place = attribute(tag, b"r")
                    letters = place.rstrip(DIGITS)
                    start = data.find(value, at, min(end, at + LONGEST_FORMULA)) + len(value)
                    shown = data[start : start + 20] if start >= len(value) else b"#"
                    row = self.errors.setdefault(int(place[len(letters) :] or 0) - 1, {})
                    row[column_of(letters)] = shown.partition(b"<")[0]
                last, at = at, data.find(mark, at + len(mark), end)

    def _find_rows(self, data: bytes, end: int) -> None:
        # Rows are only formatted, and empty, down to the last one in many sheets.
        before, self._row = self._row, self._row_before(data, end) or self._row
        if self._row > self._most_rows:
            held = (b"v>", b"v ", b"is>", b"is ")
            last = max(data.rfind(b"<" + self._prefix + tag, 0, end) for tag in held)
            number = (self._row_before(data, last) or before) if last >= 0 else 0
            if number > self._most_rows:
                self.far_row = number

    def _row_before(self, data: bytes, end: int) -> int:
        at = data.rfind(b"<" + self._prefix + b"row ", 0, end)
        if at < 0:
            return 0
        number = attribute(data[at : data.find(b">", at)], b"r")
        return int(number) if number.isdigit() and len(number) < 10 else 0


def column_of(letters: bytes) -> int:
    """A is 0, AB is 27."""
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column - 1
