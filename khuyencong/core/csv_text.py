"""Tables as CSV that a spreadsheet opens and takes for nothing but text and figures."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

# What a spreadsheet would run as a formula.
_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MARK: Final = "\ufeff"  # without it Excel takes Vietnamese letters for another alphabet's


def cell(found: Any) -> Any:
    """One value as it is written: text that would be a formula gets an apostrophe before it."""
    if found is None:
        return ""
    if isinstance(found, dict | list):
        found = json.dumps(found, ensure_ascii=False, sort_keys=True)
    if isinstance(found, str) and found.startswith(_BEGINS_FORMULA):
        return f"'{found}"
    return found


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of the same columns with their names on top; empty where there is none."""
    out = io.StringIO()
    out.write(_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    for number, row in enumerate(rows):
        if not number:
            writer.writerow(row.keys())
        writer.writerow([cell(found) for found in row.values()])
    return out.getvalue()
