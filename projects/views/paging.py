"""Numbered pages while there are few of them, next and previous beyond."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from khuyencong.core.querysets import capped_count

SIZE: Final = 25
NUMBERED: Final = 20
LAST: Final = 40_000  # beyond, nobody reads page by page


def asked_page(text: str) -> int:
    """The page a person asked for; what is no number is the first."""
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[:9]), 1), LAST)


@dataclass
class Page:
    """Rows ``first``–``last`` of ``count``; with ``more`` there are more than were counted."""

    rows: Sequence[Any]
    number: int
    count: int
    more: bool
    has_next: bool
    size: int = SIZE

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def previous_number(self) -> int:
        return self.number - 1

    @property
    def next_number(self) -> int:
        return self.number + 1

    @property
    def numbers(self) -> range:
        """The pages by number, where they are few enough to be shown."""
        pages = -(-self.count // self.size)
        few = not self.more and 1 < pages <= NUMBERED
        return range(1, pages + 1) if few else range(0)


def page_of(
    found: QuerySet[Any],
    number: int,
    described: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows,
    size: int = SIZE,
) -> Page:
    """One page of a queryset in two queries; ``described`` adds what only shown rows need.

    The count goes no further than its cap, so that a large list stays as quick as a small one.
    """
    count, more = capped_count(found)
    if not more:
        number = min(number, max(1, -(-count // size)))
    start = (number - 1) * size
    rows = list(described(found)[start : start + size + 1])
    return Page(rows[:size], number, count, more, len(rows) > size, size)
