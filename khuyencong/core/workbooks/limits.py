"""How large a workbook may be, and what refusing one looks like."""

from __future__ import annotations

from dataclasses import dataclass


class WorkbookError(ValueError):
    """The workbook is not read; the message (Vietnamese) says why and what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading; each is checked before what it bounds is held in memory."""

    file_bytes: int = 20 * 2**20
    members: int = 2_000  # parts in the zip
    unpacked_bytes: int = 50 * 2**20
    ratio: int = 250  # unpacked to packed size of one part that matters
    sheets: int = 50
    rows: int = 20_000  # the last row of a sheet that may hold a value
    columns: int = 100
    cell_characters: int = 32_767  # as in Excel
    answer_bytes: int = 64 * 2**20  # what the reading process may hand over
    memory_bytes: int = 512 * 2**20  # address space of the reading process
    cpu_seconds: int = 20
    wall_seconds: float = 30.0  # spent waiting for the reading process
