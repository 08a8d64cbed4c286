"""The only writer of money: what each row does to a cell, and what it refuses."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from budgets import ledger
from budgets.ledger import Posting
from budgets.models import AllocationLine, Cell, LedgerEntry
from khuyencong.core import clock, money
from khuyencong.core.refusals import Refused
from tests import make
from tests.budgets.book import cell_of, post, refused, sums
from tests.make import TRIEU

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both,
    pytest.mark.usefixtures("books_agree"),
]
Kind = LedgerEntry.Kind


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        (Kind.ALLOT, (110, 50, 20)),
        (Kind.TRANSFER_IN, (110, 50, 20)),
        (Kind.CARRY_IN, (110, 50, 20)),
        (Kind.TRANSFER_OUT, (90, 50, 20)),
        (Kind.CARRY_OUT, (90, 50, 20)),
        (Kind.LAPSE, (90, 50, 20)),
        (Kind.COMMIT, (100, 60, 20)),
        (Kind.RELEASE, (100, 40, 20)),
        (Kind.DISBURSE, (100, 50, 30)),
        (Kind.RECOVER, (100, 50, 10)),
        (Kind.SETTLE, (100, 50, 20)),
    ],
)
def test_each_kind_moves_its_sums(place, kind, after):
    cell = cell_of(place)
    for first, amount in ((Kind.ALLOT, 100), (Kind.COMMIT, 50), (Kind.DISBURSE, 20)):
        post(cell, first, amount)
    post(cell, kind, 10)
    assert sums(cell) == after
    assert ledger.recomputed([cell.pk]) == {cell.pk: tuple(x * TRIEU for x in after)}


def test_every_kind_has_an_effect():
    assert set(ledger.EFFECTS) == set(Kind)


@pytest.mark.parametrize(
    ("kind", "amount", "told"),
    [
        (Kind.COMMIT, 51, "chỉ còn 50 triệu đồng, không đủ để cam kết 51 triệu đồng"),
        (Kind.TRANSFER_OUT, 51, "chỉ còn 50 triệu đồng chưa cam kết: không rút được 51 triệu đồng"),
        (Kind.CARRY_OUT, 51, "chỉ còn 50 triệu đồng chưa cam kết: không rút được 51 triệu đồng"),
        (Kind.LAPSE, 51, "chỉ còn 50 triệu đồng chưa cam kết: không rút được 51 triệu đồng"),
        (Kind.DISBURSE, 31, "chỉ còn 30 triệu đồng chưa giải ngân, không đủ để chi 31 triệu đồng"),
        (Kind.RELEASE, 31, "chỉ còn 30 triệu đồng chưa giải ngân: không giải tỏa được 31 triệu"),
        (Kind.RECOVER, 21, "đã giải ngân 20 triệu đồng: không thu hồi được 21 triệu đồng"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_by_name(place, kind, amount, told):
    cell = cell_of(place)
    for first, given in ((Kind.ALLOT, 100), (Kind.COMMIT, 50), (Kind.DISBURSE, 20)):
        post(cell, first, given)
    said = refused(Posting(cell, kind, amount * TRIEU, "thử"))
    assert said.startswith("Ngân sách tỉnh năm 2026 (Chương trình thu-2026-2030)")
    assert told in said
    assert sums(cell) == (100, 50, 20)
    assert LedgerEntry.objects.count() == 3
    # One đồng less and it fits.
    assert post(cell, kind, amount - 1)


def test_all_rows_of_a_call_or_none(place):
    first, second = cell_of(place), cell_of(place, "national")
    post(first, Kind.ALLOT, 100)
    said = refused(
        Posting(first, Kind.COMMIT, 60 * TRIEU, "thử"),
        Posting(second, Kind.COMMIT, TRIEU, "thử"),
    )
    assert "Khuyến công quốc gia năm 2026" in said
    assert "chỉ còn 0 triệu đồng" in said
    assert (sums(first), sums(second)) == ((100, 0, 0), (0, 0, 0))
    assert LedgerEntry.objects.count() == 1


def test_money_given_and_committed_in_one_call(place):
    cell = cell_of(place, "national")
    with transaction.atomic():
        ledger.post(
            [
                Posting(cell, Kind.COMMIT, 30 * TRIEU, "thử"),
                Posting(cell, Kind.ALLOT, 30 * TRIEU, "thử"),
            ]
        )
    assert sums(cell) == (30, 30, 0)


def test_each_cell_is_moved_once_and_in_the_order_of_its_id(place):
    cells = list(Cell.objects.filter(programme=place.programme).order_by("pk"))[:4]
    postings = [Posting(cell, Kind.ALLOT, TRIEU, "thử") for cell in reversed(cells)]
    with CaptureQueriesContext(connection) as seen, transaction.atomic():
        ledger.post([*postings, *postings])
    written = [
        query["sql"].strip()
        for query in seen.captured_queries
        if query["sql"].strip().startswith(("UPDATE", "INSERT"))
    ]
    moves = [sql for sql in written if sql.startswith("UPDATE budgets_cell")]
    assert len(moves) == len(cells)
    for cell, move in zip(cells, moves, strict=True):
        assert f"WHERE id = {cell.pk}\n" in move
        assert sums(cell) == (2, 0, 0)
    # The hot rows come last, so that their locks cover nothing but themselves and the commit.
    assert written[-len(cells) :] == moves


@pytest.mark.parametrize("amount", [0, -1, True, 1.0, 1.5, "1", None, money.MAX + 1, 10**30])
def test_an_amount_that_is_no_whole_positive_number_of_dong_is_refused(place, amount):
    cell = cell_of(place)
    with pytest.raises((ValueError, TypeError)), transaction.atomic():
        ledger.post([Posting(cell, Kind.ALLOT, amount, "thử")])
    assert not LedgerEntry.objects.exists()
    assert sums(cell) == (0, 0, 0)


def test_one_dong_too_much_is_told_to_the_dong(place):
    cell = cell_of(place)
    post(cell, Kind.ALLOT, 100)
    said = refused(Posting(cell, Kind.COMMIT, 100 * TRIEU + 1, "thử"))
    assert "chỉ còn 100 triệu đồng, không đủ để cam kết 100,000001 triệu đồng" in said


def test_the_largest_amount_fits(place):
    cell = cell_of(place)
    with transaction.atomic():
        ledger.post([Posting(cell, Kind.ALLOT, money.MAX, "thử")])
    cell.refresh_from_db()
    assert cell.allotted == money.MAX


def test_only_state_money_enters_the_ledger(place):
    cell = Cell.objects.create(
        programme=place.programme, year=2026, source=place.sources["counterpart"]
    )
    with pytest.raises(Refused, match="Chỉ ngân sách nhà nước"), transaction.atomic():
        ledger.post([Posting(cell, Kind.ALLOT, TRIEU, "thử")])
    assert not LedgerEntry.objects.exists()
    cell.delete()


def test_nothing_to_post_is_nothing_done(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert ledger.post([]) == []


def test_the_constraint_alone_says_the_same(place, monkeypatch):
    """Without the condition of the update it is the CHECK that refuses, in the same words."""
    cell = cell_of(place)
    post(cell, Kind.ALLOT, 100)
    wanted = Posting(cell, Kind.COMMIT, 101 * TRIEU, "thử")
    with_both = refused(wanted)
    before, _and, _predicate = ledger.MOVE.partition("AND")
    monkeypatch.setattr(ledger, "MOVE", before)
    alone = refused(wanted)
    assert alone == with_both
    assert "chỉ còn 100 triệu đồng" in alone
    assert sums(cell) == (100, 0, 0)


@pytest.mark.parametrize(
    "broken",
    [
        {"committed": 1},
        {"disbursed": 1},
        {"allotted": -1},
        {"disbursed": -1},
        {"allotted": 5, "committed": 2, "disbursed": 3},
    ],
)
def test_the_database_refuses_an_overspent_cell_whoever_writes_it(place, broken):
    cell = cell_of(place)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cell.objects.filter(pk=cell.pk).update(**broken)


def test_rows_say_when_and_by_whom(place):
    moment = datetime.datetime(2026, 3, 1, 1, 30, tzinfo=datetime.UTC)
    cell = cell_of(place)
    with clock.at(moment), transaction.atomic():
        (entry,) = ledger.post([Posting(cell, Kind.ALLOT, TRIEU, "QĐ 7")], by=place.people.sct)
    entry.refresh_from_db()
    assert (entry.posted_at, entry.posted_by) == (moment, place.people.sct)
    assert (entry.effective_on, entry.reference) == (datetime.date(2026, 3, 1), "QĐ 7")


def test_the_record_above_points_down_to_its_row(place):
    cell = make.allot(place, "provincial", 2026, 40)
    line = AllocationLine.objects.get()
    assert (line.entry.cell, line.entry.amount, line.amount) == (cell, 40 * TRIEU, 40 * TRIEU)
