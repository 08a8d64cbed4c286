"""Random histories of the ledger against a model of a few lines: sums, walls and reversals."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from budgets import invariants, ledger
from budgets.ledger import CellExhausted, Posting
from budgets.models import Cell, LedgerEntry
from tests import make

CELLS = 3
KINDS = sorted(LedgerEntry.Kind)
# Written out again here: what a row does is told twice, and the two must agree.
GIVES = {"allot", "transfer_in", "carry_in"}
TAKES = {"transfer_out", "carry_out", "lapse"}
ROWS = st.tuples(st.integers(0, CELLS - 1), st.sampled_from(KINDS), st.integers(1, 40))
REVERSALS = st.integers(0, 200)
CALLS = st.lists(st.one_of(st.lists(ROWS, min_size=1, max_size=4), REVERSALS), max_size=25)


@dataclass
class Book:
    """The model: three sums a cell, and the rows that stand."""

    sums: list[list[int]] = field(default_factory=lambda: [[0, 0, 0] for _ in range(CELLS)])
    rows: list[tuple[int, str, int, LedgerEntry]] = field(default_factory=list)

    def after(self, rows: list[tuple[int, str, int]], sign: int = 1) -> list[list[int]]:
        found = [list(sums) for sums in self.sums]
        for cell, kind, amount in rows:
            if kind in GIVES:
                found[cell][0] += sign * amount
            elif kind in TAKES:
                found[cell][0] -= sign * amount
            elif kind in {"commit", "release"}:
                found[cell][1] += sign * amount if kind == "commit" else -sign * amount
            elif kind in {"disburse", "recover"}:
                found[cell][2] += sign * amount if kind == "disburse" else -sign * amount
        return found


def fits(sums: list[list[int]]) -> bool:
    return all(allotted >= committed >= paid >= 0 for allotted, committed, paid in sums)


def play(calls: list) -> None:
    place = make.world()
    cells = list(Cell.objects.filter(programme=place.programme).order_by("pk"))[:CELLS]
    book = Book()
    # Something to spend, or most histories would be one long refusal.
    for call in [[(cell, "allot", 60) for cell in range(CELLS)], *calls]:
        if isinstance(call, int):
            standing = [row for row in book.rows if row[3].reverses is None]
            if not standing:
                continue
            cell, kind, amount, entry = standing[call % len(standing)]
            rows, sign = [(cell, kind, amount)], -1
            postings = [Posting(cells[cell], kind, amount, "thử", reverses=entry)]
        else:
            rows, sign = call, 1
            postings = [Posting(cells[cell], kind, amount, "thử") for cell, kind, amount in rows]
        wanted = book.after(rows, sign)
        try:
            with transaction.atomic():
                entries = ledger.post(postings)
        except CellExhausted as error:
            event("refused")
            assert not fits(wanted)
            assert str(error.explain())
        else:
            event(f"done: {'reversal' if sign < 0 else 'rows'}")
            assert fits(wanted)
            book.sums = wanted
            if sign == 1:
                book.rows += [(*row, entry) for row, entry in zip(rows, entries, strict=True)]
            else:
                book.rows = [row for row in book.rows if row[3].pk != entry.pk]
        stored = Cell.objects.filter(pk__in=[cell.pk for cell in cells]).order_by("pk")
        assert [[c.allotted, c.committed, c.disbursed] for c in stored] == book.sums
    told = ledger.recomputed([cell.pk for cell in cells])
    assert [list(told.get(cell.pk, (0, 0, 0))) for cell in cells] == book.sums
    assert not list(invariants.cells_hold_what_the_ledger_says())
    assert not list(invariants.corrections_reverse())
    assert not list(invariants.money_is_positive())


def undone(calls: list) -> None:
    """Each history on an empty database of its own."""
    with transaction.atomic():
        play(calls)
        transaction.set_rollback(True)


ALONE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.django_db
@pytest.mark.both
@settings(
    max_examples=40,
    suppress_health_check=ALONE,
    deadline=None,
    derandomize=True,
    database=None,
)
@given(calls=CALLS)
def test_any_history_keeps_the_walls_and_the_sums(calls):
    undone(calls)


@pytest.mark.django_db
@pytest.mark.fuzz
@settings(max_examples=2000, suppress_health_check=ALONE, deadline=None, database=None)
@given(calls=CALLS)
def test_thousands_of_histories_keep_the_walls_and_the_sums(calls):
    undone(calls)
