"""What a person ticked, numbered and wrote on the page of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core import text
from khuyencong.core.refusals import Fault
from projects.annual import priority
from projects.annual.plans import Entry
from projects.annual.rows import Row, numbered

UP, DOWN = "len-", "xuong-"


def take(sent: Any, rows: Sequence[Row]) -> list[Fault]:
    """Put what was sent into the rows; what cannot be read stays as it was typed."""
    chosen = set(sent.getlist("chon"))
    faults, seen = [], {}
    for row in rows:
        pk = str(row.track.pk)
        row.chosen = pk in chosen
        row.reason = _line(sent.get(f"ly-do-{pk}", ""))
        row.position = sent.get(f"tt-{pk}", "").strip()[:10] if row.chosen else ""
        if not row.position:
            continue
        if _number(row.position) is None:
            said = _("{code}: thứ tự phải là số nguyên, ví dụ 3.").format(code=row.code)
            faults.append(Fault(said, f"tt-{pk}"))
        elif row.position in seen:
            said = _("{code} và {other} cùng thứ tự {n}. Sửa một trong hai.").format(
                code=row.code, other=seen[row.position], n=row.position
            )
            faults.append(Fault(said, f"tt-{pk}"))
        else:
            seen[row.position] = row.code
    return faults


def _line(typed: str) -> str:
    """One line; what cannot be kept is left for the verb to name."""
    try:
        return text.clean(typed)
    except text.TextInputError:
        return typed


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def sorted_rows(rows: Sequence[Row]) -> list[Row]:
    """Ticked ones by their number, those without one behind them as they stood; then the rest."""
    last = 10**10
    ticked = [row for row in rows if row.chosen]
    ticked.sort(
        key=lambda row: _number(row.position) if _number(row.position) is not None else last
    )
    return [*ticked, *(row for row in rows if not row.chosen)]


def renumbered(rows: Sequence[Row]) -> list[Row]:
    """Consecutive numbers for the ticked ones, in the order they have."""
    found = list(rows)
    for at, row in enumerate((row for row in found if row.chosen), start=1):
        row.position = str(at)
    for row in found:
        if not row.chosen:
            row.position = ""
    return numbered(found)


def moved(rows: Sequence[Row], action: str) -> list[Row]:
    """The ticked row that the action names, one place up or down among the ticked."""
    up = action.startswith(UP)
    pk = action.removeprefix(UP).removeprefix(DOWN)
    ticked = [row for row in rows if row.chosen]
    at = next((i for i, row in enumerate(ticked) if str(row.track.pk) == pk), None)
    if at is not None:
        to = at - 1 if up else at + 1
        if 0 <= to < len(ticked):
            ticked[at], ticked[to] = ticked[to], ticked[at]
    return [*ticked, *(row for row in rows if not row.chosen)]


def suggested(rows: Sequence[Row]) -> list[Row]:
    """The ticked rows in the suggested order."""
    ticked = {row.proposal.pk: row for row in rows if row.chosen}
    found = priority.in_order(list(ticked), {pk: row.suggestion for pk, row in ticked.items()})
    return [*(ticked[pk] for pk in found), *(row for row in rows if not row.chosen)]


def entries(rows: Sequence[Row]) -> list[Entry]:
    return [Entry(row.track.pk, row.reason) for row in rows if row.chosen]
