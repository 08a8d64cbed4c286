"""Run in a process of its own: read one workbook within bounds, hand it over piece by piece.

Started with the folders of what it needs as its only paths, so that nothing of the portal is
loaded. Standard input: the request. Standard output: answers, each with its length before it:
a sheet ({"name": …}), rows ([index of the first, row, …]; a row is a list of cells, a cell is plain
or [mark, value]), the end ({"end": True}) or why there is none ({"refused": code, …}).
Both ends are ours and trust each other alike; marshal spares the child a slow start.
"""

from __future__ import annotations

import gc
import marshal
import os
import resource
import struct
import sys
import zlib
from datetime import date, datetime, time, timedelta
from itertools import islice

from markup import Refused, Scan, check_xml, elements
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

# As in cells.py, which cannot be imported here.
MARKS = {str: "t", float: "n", int: "n", bool: "b"}
PLAIN = frozenset(MARKS)
MARKS |= {date: "d", datetime: "m", time: "h", timedelta: "u", list: ""}
ERROR, EMPTY = "x", "e"
BATCH = 50  # rows

LOCAL = struct.Struct("<4s5H3L2H")
XML_SUFFIXES = (".xml", ".rels", ".vml")
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
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
    """What is sent, in order; the end is the caller's."""
    targets, scans = checked_parts(request)
    book = CalamineWorkbook.from_path(request["path"])
    wanted, found = request["sheet"], False
    if len(book.sheets_metadata) > request["sheets"]:
        raise Refused("sheets", {})
    for index, about in enumerate(book.sheets_metadata):
        hidden = about.visible != SheetVisibleEnum.Visible
        if about.typ != SheetTypeEnum.WorkSheet or (found and wanted is not None):
            continue
        if wanted not in (None, about.name) and not (wanted == "" and not hidden):
            continue
        found = True
        scan = scans.get(targets.get(index, ""))
        if scan and scan.far_row:
            raise Refused("rows", {"sheet": about.name, "row": scan.far_row})
        yield from sheet_answers(book.get_sheet_by_index(index), about.name, hidden, scan, request)
    if not found:
        raise Refused("no_sheet", {"sheet": wanted or ""})


def checked_parts(request: dict[str, Any]) -> tuple[dict[int, str], dict[str, Scan]]:
    """Each part is what the directory says and holds nothing it should not.

    Gives the part of each sheet, and what the worksheets' own text says of their cells.
    """
    # The reader finds parts whatever the case of their names; there are no two alike.
    members = {name.lower(): how for name, *how in request["members"]}
    scans: dict[str, Scan] = {}
    with open(request["path"], "rb") as file:
        relations = unpacked(file, *members[RELATIONS])
        check_xml(RELATIONS, relations)
        kinds = {part: kind for _id, kind, part in related(relations)}
        for name, how in members.items():
            if not name.endswith(XML_SUFFIXES) and name not in kinds:
                if unpacked(file, *how, most=4).startswith(b"PK\x03\x04"):
                    raise Refused("nested", {})
                continue
            data = unpacked(file, *how)
            check_xml(name, data)
            if name == WORKBOOK:
                targets = sheet_targets(data, relations)
            if kinds.get(name) == "/worksheet":
                scans[name] = scan = Scan(data, request["rows"])
                scan.data = b""
    return targets, scans


def unpacked(
    file: BinaryIO, at: int, method: int, packed: int, size: int, crc: int, most: int | None = None
) -> bytes:
    """One part, if it is exactly what the directory says; or its first bytes."""
    file.seek(at)
    header = file.read(LOCAL.size)
    if len(header) < LOCAL.size or not header.startswith(b"PK\x03\x04"):
        raise Refused("broken", {})
    fields = LOCAL.unpack(header)
    if fields[3] != method or fields[2] & 1:
        raise Refused("broken", {})
    file.seek(fields[9] + fields[10], 1)
    raw = file.read(packed)
    if method == 0:
        data = raw if most is None else raw[:most]
    elif most is None:
        # More than the directory says runs into the bound on memory.
        data = zlib.decompress(raw, -15, max(size, 1))
    else:
        data = zlib.decompressobj(-15).decompress(raw, most)
    if most is None and (len(data) != size or zlib.crc32(data) != crc):
        raise Refused("broken", {})
    return data


def related(relations: bytes) -> Iterator[tuple[str, str, str]]:
    """(id, kind, part) of what the workbook is made of."""
    for one in elements(relations, "Relationship"):
        target = one.get("Target", "")
        if one.get("TargetMode") != "External":
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            yield one.get("Id", ""), "/" + one.get("Type", "").rpartition("/")[2], part.lower()


def sheet_targets(workbook: bytes, relations: bytes) -> dict[int, str]:
    """The part of each sheet, by its place in the workbook."""
    by_id = {key: part for key, _kind, part in related(relations)}
    sheets = elements(workbook, "sheet")
    return {at: by_id.get(one.get("id", ""), "") for at, one in enumerate(sheets)}


def sheet_answers(
    sheet: Any, name: str, hidden: bool, scan: Scan | None, request: dict[str, Any]
) -> Iterator[Any]:
    """The head of one sheet, then its rows in batches."""
    formulas = scan.formulas if scan else {}
    errors = scan.errors if scan else {}
    left = sheet.start[1] if sheet.start else 0
    bottom, right = sheet.end or (-1, -1)
    if bottom >= request["rows"]:
        raise Refused("rows", {"sheet": name, "row": bottom + 1})
    if right >= request["columns"]:
        raise Refused("columns", {"sheet": name, "column": right + 1})
    merged = [(*one[0], *one[1]) for one in sheet.merged_cell_ranges or ()]
    if len(merged) > MOST_MERGED:
        raise Refused("merged", {"sheet": name})
    flagged = {row for row in (*formulas, *errors) if row <= bottom}
    reached = (column for row in flagged for column in (*formulas.get(row, ()), right))
    yield {
        "name": name, "hidden": hidden, "height": bottom + 1, "left": left, "merged": merged,
        "width": min(max(reached, default=right) + 1, request["columns"]),
    }  # fmt: skip
    width, first = right + 1 - left, 0
    # The reader leaves out the empty columns before the first value, but not the rows.
    rows = iter(sheet.iter_rows() if sheet.start else ())
    while batch := list(islice(rows, BATCH)):
        if flagged:
            for index in flagged.intersection(range(first, first + len(batch))):
                flag(batch[index - first], left, formulas.get(index, ()), errors.get(index, {}))
        batch = [row if row.count("") != width else [] for row in batch]
        yield [first, *plain(batch)]
        first += len(batch)


def flag(row: list[Any], left: int, formulas: Any, errors: dict[int, str]) -> None:
    """Put the errors back and mark the formulas, also those that gave nothing yet."""
    for column, shown in errors.items():
        if 0 <= column - left < len(row):
            row[column - left] = [ERROR, shown]
    for column in formulas:
        at = column - left
        if at == len(row):
            row.append("")
        if not 0 <= at < len(row):
            continue
        value = row[at]
        if type(value) is list:
            value[0] = value[0].upper()
        elif value == "":
            row[at] = [EMPTY.upper(), ""]
        else:
            row[at] = [MARKS[type(value)].upper(), sendable(value)]


def plain(batch: list[list[Any]]) -> list[list[Any]]:
    """The rows with dates and times told as text."""
    for at, column in enumerate(zip(*filter(None, batch), strict=False)):
        if not PLAIN.issuperset(map(type, column)):
            for row in batch:
                if row and type(row[at]) not in PLAIN and type(row[at]) is not list:
                    row[at] = [MARKS[type(row[at])], sendable(row[at])]
    return batch


def sendable(value: Any) -> Any:
    if type(value) is timedelta:  # 36:00, as [h]:mm shows it
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return value if type(value) in PLAIN else value.isoformat()


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
    longest, name = request["cell_characters"], ""

    try:
        for piece in answer(request):
            if type(piece) is dict:
                name = piece["name"]
            packed = marshal.dumps(piece)
            if len(packed) > longest and type(piece) is list and (row := long_text(piece, longest)):
                raise Refused("cell_text", {"sheet": name, "row": row})
            send(packed)
        last: dict[str, Any] = {"end": True}
    except Refused as refusal:
        last = {"refused": refusal.args[0], **refusal.args[1]}
    except MemoryError:
        last = {"refused": "memory"}
    except Exception:  # whatever a damaged file brings the reader to
        last = {"refused": "broken"}
    send(marshal.dumps(last))
    sys.stdout.buffer.flush()
    os._exit(0)  # freeing each cell would take a tenth of the time


def send(packed: bytes) -> None:
    sys.stdout.buffer.write(len(packed).to_bytes(4, "little") + packed)
