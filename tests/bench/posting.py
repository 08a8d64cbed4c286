"""What 16 processes do at once: put money on one cell by the ledger, or by one bare statement."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from budgets import ledger
from budgets.models import Cell
from khuyencong.core import clock
from tests.faults import approving

approve = approving.approve
prepare = approving.prepare
ROW = (
    "cell_id, kind, amount, reference, document_id, effective_on, posted_at, posted_by_id, "
    "reverses_id"
)
ONE_STATEMENT = f"""
WITH moved AS (
    UPDATE budgets_cell SET committed = committed + %(amount)s
    WHERE id = %(cell)s AND committed + %(amount)s <= allotted
    RETURNING id
)
INSERT INTO budgets_ledgerentry ({ROW})
SELECT id, 'commit', %(amount)s, 'thử', NULL, %(day)s, %(now)s, NULL, NULL FROM moved
"""
MOVE = (
    "UPDATE budgets_cell SET committed = committed + ? WHERE id = ? AND committed + ? <= allotted"
)
ADD = (
    f"INSERT INTO budgets_ledgerentry ({ROW}) "
    "VALUES (?, 'commit', ?, 'thử', NULL, ?, ?, NULL, NULL)"
)


def fill(cell: int) -> None:
    """Money enough for every posting of a benchmark."""
    ledger.post([ledger.Posting(Cell.objects.get(pk=cell), "allot", 10**15 // 2, "thử")])


def post(cell: int, times: int) -> list[float]:
    """``ledger.post`` as a verb calls it, the cell and its source already read."""
    row = Cell.objects.select_related("source").get(pk=cell)
    return _timed(lambda: ledger.post([ledger.Posting(row, "commit", 1, "thử")]), times)


def bare(cell: int, times: int) -> list[float]:
    """The same rows by the driver alone."""
    connection.ensure_connection()
    cursor = connection.connection.cursor()
    given = {"cell": cell, "amount": 1, "day": clock.today(), "now": clock.now()}

    def one_statement() -> None:
        cursor.execute(ONE_STATEMENT, given)
        assert cursor.rowcount == 1

    def two_statements() -> None:
        # SQLite changes no table inside a WITH: one transaction is the least it needs.
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute(MOVE, (1, cell, 1))
        assert cursor.rowcount == 1
        cursor.execute(ADD, (cell, 1, str(given["day"]), str(given["now"])))
        cursor.execute("COMMIT")

    return _timed(one_statement if connection.vendor == "postgresql" else two_statements, times)


def _timed(act: Callable[[], Any], times: int) -> list[float]:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        found.append(time.perf_counter() - began)
    return found


def sums(cell: int) -> list[int]:
    """(stored, as the rows say): what is committed."""
    return [Cell.objects.get(pk=cell).committed, ledger.recomputed([cell])[cell][1]]
