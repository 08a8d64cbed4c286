"""What two lists begin and end with alike: the part of a comparison that costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def common_ends(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int]:
    """How many items both begin with, and how many of the others both end with."""
    least = min(len(old), len(new))
    start = 0
    while start < least and old[start] == new[start]:
        start += 1
    ends = 0
    while ends < least - start and old[-1 - ends] == new[-1 - ends]:
        ends += 1
    return start, ends
