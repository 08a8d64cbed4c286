"""Numbered pages while there are few of them; beyond, each page begins where another one ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db.models import IntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL

from khuyencong.core.querysets import CAP, capped_count

SIZE: Final = 25
NUMBERED: Final = 20
LAST: Final = 40_000  # beyond, nobody reads page by page
_LARGEST_ID: Final = 2**63 - 1


def asked_page(text: str) -> int:
    """The page a person asked for; what is no number is the first."""
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(int(text[:9]), 1), LAST)


@dataclass(frozen=True)
class Cursor:
    """The row a page begins behind (or ends before), by its id: the same at any depth."""

    pk: int
    back: bool = False


def asked_cursor(after: str, before: str) -> Cursor | None:
    """The row that the address names; what is no id is none."""
    for text, back in ((after, False), (before, True)):
        if text.isascii() and text.isdigit() and int(text[:19]) <= _LARGEST_ID:
            return Cursor(int(text[:19]), back)
    return None


@dataclass
class Page:
    """Rows ``first``–``last`` of ``count``; with ``more`` there are more than were counted."""

    rows: Sequence[Any]
    number: int
    count: int
    more: bool
    has_next: bool
    size: int = SIZE
    keyset: bool = False

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
    def after(self) -> int | None:
        """The row the next page begins behind, where pages are not numbered."""
        return self.rows[-1].pk if self.keyset and self.more and self.rows else None

    @property
    def before(self) -> int | None:
        return self.rows[0].pk if self.keyset and self.more and self.rows else None

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


def keyset_page(
    found: QuerySet[Any],
    order: tuple[str, ...],
    number: int,
    cursor: Cursor | None = None,
    described: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows,
    size: int = SIZE,
) -> Page:
    """The same in one query, as quick at any depth: pages beyond the count are reached by cursor.

    ``order`` ends in the id or is a column with one row a value. A number alone leads no further
    than the count does.
    """
    try:
        counting = _counting(found)
    except EmptyResultSet:
        return Page([], number, 0, False, False, size, keyset=True)
    ordered = described(found).annotate(found_count=counting)
    if cursor and number > 1:
        rows = list(_following(ordered, order, cursor)[: size + 1])
    else:
        cursor, start = None, (number - 1) * size
        rows = list(ordered.order_by(*order)[start : start + size + 1]) if start <= CAP else []
    if rows:
        count = rows[0].found_count
    else:
        count = sum(capped_count(found)) if number > 1 else 0
        last = max(1, -(-count // size))
        if number > last and count <= CAP:
            return keyset_page(found, order, last, None, described, size)
    further = len(rows) > size
    rows = rows[:size]
    if cursor and cursor.back:
        rows.reverse()
        further = True
    return Page(rows, number, min(count, CAP), count > CAP, further, size, keyset=True)


def _counting(found: QuerySet[Any]) -> RawSQL:
    """How many there are, no further than one above the cap, beside each row of the page."""
    sql, params = found.order_by().values("pk")[: CAP + 1].query.sql_with_params()
    return RawSQL(f"(SELECT COUNT(*) FROM ({sql}) AS counted)", params, IntegerField())


def _following(rows: QuerySet[Any], order: tuple[str, ...], cursor: Cursor) -> QuerySet[Any]:
    """Rows behind the cursor in the order, or before it in the order turned round."""
    if cursor.back:
        order = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)
    first, *rest = order
    down, name = first.startswith("-"), first.lstrip("-")
    ahead, from_here = ("lt", "lte") if down else ("gt", "gte")
    if name == "id":
        return rows.filter(**{f"id__{ahead}": cursor.pk}).order_by(*order)
    stored = name in {field.name for field in rows.model._meta.fields}
    here = (rows.model._base_manager if stored else rows).filter(pk=cursor.pk).values(name)[:1]
    if not rest:
        return rows.filter(**{f"{name}__{ahead}": here}).order_by(*order)
    # The first condition bounds the index; the second one parts rows with the same key.
    return rows.filter(
        Q(**{f"{name}__{ahead}": here}) | Q(**{f"id__{ahead}": cursor.pk}),
        **{f"{name}__{from_here}": here},
    ).order_by(*order)
