"""The parts of a workbook, for the reading process: unpacked piece by piece and checked.

Loaded beside child.py, without the portal.
"""

from __future__ import annotations

import zlib

from markup import Refused, Scan, XmlCheck, elements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, BinaryIO

PACKED_AT_ONCE, LEAST_PIECE = 1 << 13, 1 << 12
LOCAL_SIZE = 30
XML_SUFFIXES = (".xml", ".rels", ".vml")
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def checked_parts(request: dict[str, Any]) -> tuple[dict[int, str], dict[str, Scan]]:
    """Each part is what the directory says and holds nothing it should not.

    Gives the part of each sheet, and what the worksheets' own text says of their cells. No large
    part is held as a whole: fresh memory takes longer than the search in it.
    """
    # The reader finds parts whatever the case of their names; there are no two alike.
    members = {name.lower(): how for name, *how in request["members"]}
    scans: dict[str, Scan] = {}
    with open(request["path"], "rb") as file:
        relations = b"".join(checked(file, RELATIONS, members[RELATIONS]))
        kinds = {part: kind for _id, kind, part in related(relations)}
        for name, how in members.items():
            if not name.endswith(XML_SUFFIXES) and name not in kinds:
                if next(unpacked(file, *how), b"").startswith(b"PK\x03\x04"):
                    raise Refused("nested", {})
                continue
            if kinds.get(name) == "/worksheet":
                scans[name] = scan = Scan(request["rows"])
                for chunk in checked(file, name, how):
                    scan.feed(chunk)
                scan.end()
            else:
                for _piece in checked(file, name, how):
                    pass
        workbook = b"".join(checked(file, WORKBOOK, members[WORKBOOK]))
    return sheet_targets(workbook, relations), scans


def checked(file: BinaryIO, name: str, how: list[int]) -> Iterator[bytes]:
    """An XML part, piece by piece, nothing forbidden in what was given yet."""
    check = XmlCheck(name)
    for chunk in unpacked(file, *how):
        check.feed(chunk)
        yield chunk


def unpacked(
    file: BinaryIO, at: int, method: int, packed: int, size: int, crc: int
) -> Iterator[bytes]:
    """One part, piece by piece; refused at the end if it is not what the directory says.

    Only the last piece may be short, so that the first one shows how the part begins.
    """
    file.seek(at)
    header = file.read(LOCAL_SIZE)
    if len(header) < LOCAL_SIZE or not header.startswith(b"PK\x03\x04"):
        raise Refused("broken", {})
    flags, method_here, name, extra = (
        int.from_bytes(header[at : at + 2], "little") for at in (6, 8, 26, 28)
    )
    if method_here != method or flags & 1:
        raise Refused("broken", {})
    at += LOCAL_SIZE + name + extra
    inflater, found, rest = zlib.decompressobj(-15), 0, b""
    while packed and not inflater.eof:
        file.seek(at)  # another part may have been read in between
        raw = file.read(min(packed, PACKED_AT_ONCE))
        if not raw:
            raise Refused("broken", {})
        at, packed = at + len(raw), packed - len(raw)
        chunk = inflater.decompress(raw) if method else raw
        size, found = size - len(chunk), zlib.crc32(chunk, found)
        if size < 0:
            raise Refused("broken", {})
        rest += chunk
        if len(rest) >= LEAST_PIECE:
            yield rest
            rest = b""
    if size or found != crc or inflater.eof != bool(method):
        raise Refused("broken", {})
    if rest:
        yield rest


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
