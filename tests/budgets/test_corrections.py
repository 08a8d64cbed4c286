"""Rows of the ledger are only ever added: what was wrong is reversed, and nothing is rewritten."""

import pytest
from django.db import IntegrityError, connection, transaction

from budgets import invariants, ledger
from budgets.ledger import Posting
from budgets.models import Cell, LedgerEntry
from tests.budgets.book import cell_of, post, refused, sums
from tests.make import TRIEU

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both,
    pytest.mark.usefixtures("books_agree"),
]
Kind = LedgerEntry.Kind


def test_another_integrity_error_is_not_taken_for_an_empty_cell(place):
    cell = cell_of(place)
    entry = post(cell, Kind.ALLOT, 5)
    post(cell, Kind.ALLOT, 5, reverses=entry)
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.post([Posting(cell, Kind.ALLOT, 5 * TRIEU, "thử", reverses=entry)])
    assert sums(cell) == (0, 0, 0)


def test_a_reversing_row_undoes_and_stands_beside_what_it_corrects(place):
    cell = cell_of(place)
    post(cell, Kind.ALLOT, 100)
    wrong = post(cell, Kind.COMMIT, 70)
    back = post(cell, Kind.COMMIT, 70, reverses=wrong)
    assert sums(cell) == (100, 0, 0)
    assert (back.kind, back.amount, back.reverses) == (wrong.kind, wrong.amount, wrong)
    assert LedgerEntry.objects.count() == 3


def test_what_is_spent_cannot_be_reversed_away(place):
    cell = cell_of(place)
    given = post(cell, Kind.ALLOT, 100)
    post(cell, Kind.COMMIT, 70)
    said = refused(Posting(cell, Kind.ALLOT, 100 * TRIEU, "thử", reverses=given))
    assert "chỉ còn 30 triệu đồng" in said
    assert sums(cell) == (100, 70, 0)


def test_a_reversing_row_is_a_mirror(place):
    cell = cell_of(place)
    entry = post(cell, Kind.ALLOT, 100)
    back = post(cell, Kind.ALLOT, 100, reverses=entry)
    other = cell_of(place, "national")
    for wrong in (
        Posting(cell, Kind.ALLOT, 99 * TRIEU, "thử", reverses=entry),
        Posting(cell, Kind.CARRY_IN, 100 * TRIEU, "thử", reverses=entry),
        Posting(other, Kind.ALLOT, 100 * TRIEU, "thử", reverses=entry),
        Posting(cell, Kind.ALLOT, 100 * TRIEU, "thử", reverses=back),
    ):
        with pytest.raises(ValueError, match="mirror"), transaction.atomic():
            ledger.post([wrong])
    assert LedgerEntry.objects.count() == 2


def test_rows_are_never_changed_in_python(place):
    entry = post(cell_of(place), Kind.ALLOT, 5)
    entry.amount = 6
    for change in (
        entry.save,
        entry.delete,
        LedgerEntry.objects.all().delete,
        lambda: LedgerEntry.objects.update(amount=6),
    ):
        with pytest.raises(TypeError):
            change()


def test_rows_are_never_changed_in_the_database(place):
    entry = post(cell_of(place), Kind.ALLOT, 5)
    for statement in (
        "UPDATE budgets_ledgerentry SET amount = amount + 1 WHERE id = %s",
        "DELETE FROM budgets_ledgerentry WHERE id = %s",
    ):
        with (
            pytest.raises(IntegrityError, match="chỉ được thêm dòng"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [entry.pk])
    assert LedgerEntry.objects.get().amount == 5 * TRIEU


def test_a_stored_sum_that_differs_from_its_rows_is_a_violation(place):
    cell = cell_of(place)
    post(cell, Kind.ALLOT, 5)
    Cell.objects.filter(pk=cell.pk).update(allotted=6 * TRIEU)
    found = list(invariants.cells_hold_what_the_ledger_says())
    assert [row.invariant for row in found] == ["I1"]
    Cell.objects.filter(pk=cell.pk).update(allotted=5 * TRIEU)
