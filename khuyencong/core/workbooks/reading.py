"""Read a workbook somebody sent: refused in seconds with the way out, or given cell by cell.

The zip's directory is checked before anything is opened; the rest happens in a process of its own
with bounds on memory and time. No file is written and no database is asked.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from khuyencong.core.workbooks import container, process
from khuyencong.core.workbooks.cells import Cell, Merged, Row, Sheet
from khuyencong.core.workbooks.limits import Limits, WorkbookError

__all__ = ["Cell", "Limits", "Merged", "Row", "Sheet", "WorkbookError", "read", "rows"]

USUAL: Final = Limits()


def read(path: str | Path, *, limits: Limits = USUAL) -> list[Sheet]:
    """All worksheets with all rows, hidden ones too (``sheet.hidden``); or WorkbookError."""
    sheets: list[Sheet] = []
    with closing(_pieces(Path(path), None, limits)) as pieces:
        for told in pieces:
            if isinstance(told, dict):
                sheets.append(_sheet(told))
            else:
                sheets[-1].cells += told[1:]
    return sheets


def rows(path: str | Path, sheet: str = "", *, limits: Limits = USUAL) -> Iterator[Row]:
    """The rows of one worksheet as they come, never all in memory; empty ones are left out.

    ``sheet`` is a name; without it, the first worksheet that is not hidden. ``row.number`` is the
    workbook's own. WorkbookError may come late, instead of a next row.
    """
    with closing(_pieces(Path(path), sheet, limits)) as pieces:
        about = _sheet(next(pieces))
        for first, *batch in pieces:
            for at, cells in enumerate(batch, first):
                if cells or at in about.formulas:
                    yield Row(about, at, cells)


def _pieces(path: Path, sheet: str | None, limits: Limits) -> Generator[Any, None, None]:
    with path.open("rb") as file:
        members = container.members(file, limits)
    yield from process.pieces(path, members, sheet, limits)


def _sheet(told: dict[str, Any]) -> Sheet:
    merged = [Merged(*one) for one in told.pop("merged")]
    sheet = Sheet(**told, merged=merged)
    # Ranges that lie on each other would cover more cells than the sheet has.
    covered = sum(
        (min(one.bottom + 1, sheet.height) - one.top) * (min(one.right + 1, sheet.width) - one.left)
        for one in sheet.merged
        if one.top < sheet.height and one.left < sheet.width
    )
    if covered > sheet.height * sheet.width:
        raise WorkbookError(container.broken_refusal())
    return sheet
