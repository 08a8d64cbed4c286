"""Run in a process of its own: read one workbook within bounds, hand it over piece by piece.

Started with the folders of what it needs as its only paths, so that nothing of the portal is
loaded. Standard input: the request. Standard output: answers, each with its length before it:
a sheet ({"name": …}), rows ([index of the first, row, …]; a row is a list of cells, a cell is plain
or mark and text as bytes), the end ({"end": True}) or why there is none ({"refused": code, …}).
Both ends are ours and trust each other alike; marshal spares the child a slow start.
"""

from __future__ import annotations

import _thread
import gc
import marshal
import resource
import sys
from datetime import date, datetime, time, timedelta
from itertools import islice
from posix import _exit, write  # os itself takes as long to load as all parts to unpack

from markup import Refused, Scan
from parts import checked_parts
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, NoReturn

# As in cells.py, which cannot be imported here.
MARKS = {date: "d", datetime: "m", time: "h", timedelta: "u"}
ERROR = b"x"
BATCH = 50  # rows
THREAD_STACK = 2**18
SENT_AT_ONCE = 1 << 16

MOST_TOLD = 4096
MOST_MERGED = 50_000


def bound(request: dict[str, Any]) -> None:
    """Memory and processor time; no core and no other file may be written."""
    for kind, most in (
        (resource.RLIMIT_AS, request["memory_bytes"]),
        (resource.RLIMIT_CPU, request["cpu_seconds"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def answer(request: dict[str, Any]) -> Iterator[Any]:
    """What is sent, in order; the end is the caller's.

    The parts are checked while the reader is busy with the first sheet, on another processor if
    there is one. Nothing is given before they are.
    """
    checking = Checking(request)
    if request["in_turn"]:
        checking.verdict()
    try:
        book = CalamineWorkbook.from_path(request["path"])
        wanted = wanted_sheets(book, request)
    except Exception:
        checking.verdict()
        raise
    first = None if request["in_turn"] else sheet_ahead(book, wanted[0])
    targets, scans = checking.verdict()
    for index in wanted:
        about = book.sheets_metadata[index]
        scan = scans.get(targets.get(index, ""))
        if scan and scan.far_row:
            raise Refused("rows", {"sheet": about.name, "row": scan.far_row})
        sheet, first = first or book.get_sheet_by_index(index), None
        hidden = about.visible != SheetVisibleEnum.Visible
        yield from sheet_answers(sheet, about.name, hidden, scan, request)


def sheet_ahead(book: Any, index: int) -> Any:
    """A sheet, or None if it cannot be read: told in its turn, after what the check finds."""
    try:
        return book.get_sheet_by_index(index)
    except Exception:
        return None


def wanted_sheets(book: Any, request: dict[str, Any]) -> list[int]:
    """All, the first visible one or one by its name."""
    if len(book.sheets_metadata) > request["sheets"]:
        raise Refused("sheets", {})
    found = {
        index: about
        for index, about in enumerate(book.sheets_metadata)
        if about.typ == SheetTypeEnum.WorkSheet
    }
    wanted = list(found)
    if (name := request["sheet"]) is not None:
        wanted = [
            index
            for index, about in found.items()
            if about.name == name or (not name and about.visible == SheetVisibleEnum.Visible)
        ][:1]
    if not wanted:
        raise Refused("no_sheet", {"sheet": name or ""})
    return wanted


class Checking:
    """The check of all parts in a thread of its own, which the reader leaves room to.

    What they are refused for is told at once, however long the reader would be busy.
    """

    def __init__(self, request: dict[str, Any]) -> None:
        self._found: tuple[dict[int, str], dict[str, Scan]] = {}, {}
        self._busy = _thread.allocate_lock()
        self._busy.acquire()
        _thread.stack_size(THREAD_STACK)
        _thread.start_new_thread(self._run, (request,))

    def _run(self, request: dict[str, Any]) -> None:
        try:
            self._found = checked_parts(request)
        except Exception as failure:
            end(told(failure))
        self._busy.release()

    def verdict(self) -> tuple[dict[int, str], dict[str, Scan]]:
        """What was found once all parts are checked; there is no return if one is refused."""
        with self._busy:
            return self._found


def sheet_answers(
    sheet: Any, name: str, hidden: bool, scan: Scan | None, request: dict[str, Any]
) -> Iterator[Any]:
    """The head of one sheet, then its rows in batches."""
    left = sheet.start[1] if sheet.start else 0
    bottom, right = sheet.end or (-1, -1)
    found = scan.formulas if scan else {}
    formulas = {row: columns for row, columns in found.items() if row <= bottom}
    errors = scan.errors if scan else {}
    if bottom >= request["rows"]:
        raise Refused("rows", {"sheet": name, "row": bottom + 1})
    if right >= request["columns"]:
        raise Refused("columns", {"sheet": name, "column": right + 1})
    merged = [(*one[0], *one[1]) for one in sheet.merged_cell_ranges or ()]
    if len(merged) > MOST_MERGED:
        raise Refused("merged", {"sheet": name})
    # A formula that gave nothing yet can stand beside all values.
    reached = max(map(max, formulas.values()), default=right)
    yield {
        "name": name, "hidden": hidden, "height": bottom + 1, "left": left, "merged": merged,
        "width": min(max(reached, right) + 1, request["columns"]),
        "formulas": formulas,
    }  # fmt: skip
    # The reader leaves out the empty columns before the first value, but not the rows.
    rows = iter(sheet.iter_rows() if sheet.start else ())
    width, first = right + 1 - left, 0
    while batch := list(islice(rows, BATCH)):
        if errors:
            for index in errors.keys() & range(first, first + len(batch)):
                put_back(batch[index - first], left, errors[index])
        yield [first, *[row if any(row) or row.count("") != width else [] for row in batch]]
        first += len(batch)


def put_back(row: list[Any], left: int, errors: dict[int, bytes]) -> None:
    """Put the errors where the reader left nothing."""
    for column, shown in errors.items():
        if 0 <= column - left < len(row):
            row[column - left] = ERROR + shown


class Packing:
    """Makes bytes of what is sent; dates and times become text, which marshal cannot hold."""

    def __init__(self) -> None:
        self.dated: Iterable[int] = ()  # columns dates were met in
        self.told: dict[Any, bytes] = {}

    def pack(self, piece: Any) -> bytes:
        """One piece, rows changed in place."""
        if type(piece) is list:
            self._tell(piece, self.dated)
        try:
            return marshal.dumps(piece)
        except ValueError:  # a date where none was yet: far quicker than to ask each cell
            self.dated = {*self.dated, *self._tell(piece, range(max(map(len, piece[1:]))))}
            return marshal.dumps(piece)

    def _tell(self, piece: list[Any], columns: Iterable[int]) -> set[int]:
        """Change the dates of some columns to bytes; the columns where there were any."""
        found, told = set(), self.told
        for at in columns:
            for row in piece[1:]:
                if at < len(row) and type(value := row[at]) in MARKS:
                    if value not in told:
                        if len(told) >= MOST_TOLD:
                            told.clear()
                        told[value] = (MARKS[type(value)] + shown(value)).encode()
                    row[at] = told[value]
                    found.add(at)
        return found


def shown(value: Any) -> str:
    if type(value) is timedelta:  # 36:00, as [h]:mm shows it
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return str(value.isoformat())


def long_text(rows: list[Any], most: int) -> int:
    """The number of the first row with a text longer than a cell can hold, or 0."""
    first, *rest = rows
    for index, row in enumerate(rest, first):
        if any(type(one) is str and len(one) > most for one in row):
            return index + 1
    return 0


def main() -> None:
    """Answer the one request on standard input."""
    request = marshal.loads(sys.stdin.buffer.read())
    bound(request)
    gc.disable()
    last: dict[str, Any] = {"end": True}
    with open(1, "wb", buffering=SENT_AT_ONCE, closefd=False) as out:
        try:
            for packed in packed_answer(request):
                out.write(len(packed).to_bytes(4, "little"))
                out.write(packed)
        except Exception as failure:
            last = told(failure)
    end(last)


def told(failure: Exception) -> dict[str, Any]:
    if isinstance(failure, Refused):
        return {"refused": failure.args[0], **failure.args[1]}
    # Whatever a damaged file brings the reader to.
    return {"refused": "memory" if isinstance(failure, MemoryError) else "broken"}


def end(last: dict[str, Any]) -> NoReturn:
    packed = marshal.dumps(last)
    write(1, len(packed).to_bytes(4, "little") + packed)
    _exit(0)  # freeing each cell would take a tenth of the time


def packed_answer(request: dict[str, Any]) -> Iterator[bytes]:
    longest, name, packing = request["cell_characters"], "", Packing()
    for piece in answer(request):
        if type(piece) is dict:
            name = piece["name"]
        packed = packing.pack(piece)
        if len(packed) > longest and type(piece) is list and (row := long_text(piece, longest)):
            raise Refused("cell_text", {"sheet": name, "row": row})
        yield packed
