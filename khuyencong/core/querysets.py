"""Counting that stays cheap however many rows there are."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

CAP = 1000


def capped_count(rows: QuerySet[Any], cap: int = CAP) -> tuple[int, bool]:
    """How many rows, counting no further than ``cap``; the flag says there are more."""
    found = rows.order_by()[: cap + 1].count()
    return min(found, cap), found > cap
