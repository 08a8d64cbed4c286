"""Giao dự toán: who may, by which paper, into which cells; all faults at once, all or nothing."""

import datetime

import pytest

from budgets import actions
from budgets.models import Allocation, AllocationLine, Cell, LedgerEntry
from khuyencong.core import audit, clock, invariants, money
from khuyencong.core.models import AuditEntry, LegalDocument
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import NotAllowed, Refused
from projects.firing import fire
from tests import make
from tests.make import TRIEU

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make.world()


@pytest.fixture(autouse=True)
def nothing_is_broken():
    yield
    assert list(invariants.violations()) == []


def cell_of(place, source="provincial", year=2026):
    return Cell.objects.get(programme=place.programme, source__code=source, year=year)


def allocate(place, amounts, paper=None, by=None, **words):
    return actions.allocate(
        place.programme,
        amounts,
        paper=make.paper() if paper is None else paper,
        issuer=place.orgs.committee,
        by=by or place.people.sct,
        **words,
    )


def faults_of(refused):
    return {(fault.field, fault.message) for fault in refused.value.faults}


def nothing_was_written():
    return not (
        Allocation.objects.exists()
        or LedgerEntry.objects.exists()
        or LegalDocument.objects.filter(issuer__isnull=False).exists()
        or AuditEntry.objects.exists()
    )


def test_one_decision_gives_several_cells_money(place):
    first, second = cell_of(place), cell_of(place, "national", 2027)
    paper = make.paper()
    made = allocate(place, {first: 300 * TRIEU, second: 1}, paper, note="Đợt 1")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.allotted, second.allotted) == (300 * TRIEU, 1)
    assert (made.document.number, made.document.issuer) == (paper.number, place.orgs.committee)
    made.refresh_from_db()
    assert (made.note, made.posted_by) == ("Đợt 1", place.people.sct)
    assert {line.entry.reference for line in made.lines.all()} == {paper.number}
    assert {line.entry.effective_on for line in made.lines.all()} == {paper.issued_on}


def test_it_stands_in_the_trail_of_the_programme_as_a_sentence(place):
    allocate(place, {cell_of(place): 300 * TRIEU, cell_of(place, "national"): 50 * TRIEU})
    (entry,) = audit.trail(place.programme)
    assert audit.sentence(entry) == (
        f"{place.people.sct.full_name} nhập {entry.document_text}, giao dự toán 350 triệu đồng"
    )


def test_an_empty_form_says_everything_at_once(place):
    with pytest.raises(Refused) as refused:
        allocate(place, {}, Paper())
    assert {field for field, _message in faults_of(refused)} == {
        *("document_number", "document_date", "amounts"),
    }
    assert len(refused.value.faults) == 3
    assert nothing_was_written()


def test_a_wrong_date_a_foreign_cell_and_wrong_money_are_told_together(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    tomorrow = clock.today() + datetime.timedelta(days=1)
    with pytest.raises(Refused) as refused:
        allocate(place, {cell_of(other): 1, cell_of(place): -5}, Paper("  ", tomorrow))
    assert faults_of(refused) == {
        ("document_number", "Nhập số văn bản, ví dụ 12/QĐ-UBND."),
        ("document_date", "Ngày văn bản không được sau hôm nay."),
        ("amounts", "Số tiền phải là số đồng nguyên, từ 0 đến 999.999 tỷ đồng."),
        ("amounts", "Có ô kinh phí không thuộc chương trình này."),
    }
    assert nothing_was_written()


@pytest.mark.parametrize("amount", [-1, True, 1.5, "1", None, money.MAX + 1])
def test_amounts_are_whole_dong(place, amount):
    with pytest.raises(Refused, match="số đồng nguyên"):
        allocate(place, {cell_of(place): amount, cell_of(place, "national"): 5})
    assert nothing_was_written()


def test_a_cell_given_nothing_gets_no_row(place):
    made = allocate(place, {cell_of(place): 5, cell_of(place, "national"): 0})
    assert made.lines.count() == LedgerEntry.objects.count() == 1


def test_the_same_decision_is_entered_once(place):
    paper = make.paper()
    allocate(place, {cell_of(place): 5}, paper)
    with pytest.raises(Refused, match="đã được nhập") as refused:
        allocate(place, {cell_of(place): 7}, paper)
    assert [fault.field for fault in refused.value.faults] == ["document_number"]
    assert (Allocation.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def test_a_number_used_for_another_day_is_refused(place):
    allocate(place, {cell_of(place): 5}, Paper("7/QĐ-UBND", datetime.date(2025, 3, 2)))
    with pytest.raises(Refused, match=r"Số 7/QĐ-UBND của .* đã dùng cho văn bản ngày 02/03/2025"):
        allocate(place, {cell_of(place): 7}, Paper("7/QĐ-UBND", datetime.date(2025, 3, 3)))
    assert LedgerEntry.objects.count() == 1


def test_numbers_start_again_with_the_year(place):
    allocate(place, {cell_of(place): 5}, Paper("7/QĐ-UBND", datetime.date(2025, 3, 2)))
    allocate(place, {cell_of(place): 7}, Paper("7/QĐ-UBND", datetime.date(2024, 12, 1)))
    assert cell_of(place).allotted == 12


def test_a_decision_that_gave_money_while_approving_is_not_entered_again(place):
    proposal = make.ready_to_approve(place, {"provincial": 100})
    paper = make.paper()
    fire(proposal, "approve", by=place.people.ubnd, paper=paper, data={"allots": True})
    with pytest.raises(Refused, match="đã được nhập"):
        allocate(place, {cell_of(place): 7}, paper)
    assert cell_of(place).allotted == 100 * TRIEU


@pytest.mark.parametrize(
    "name",
    [
        *("canbo", "canbo2", "sct_head", "stc", "ubnd", "cuc", "bct", "ketoan", "lanhdao"),
        *("kiemtoan", "quantri", "hethong"),
    ],
)
def test_only_the_departments_specialist_enters_it(place, name):
    with pytest.raises(NotAllowed, match="Chỉ chuyên viên Sở Công Thương"):
        allocate(place, {cell_of(place): 5}, by=getattr(place.people, name))
    assert nothing_was_written()


def test_the_department_of_another_province_may_not(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    with pytest.raises(NotAllowed, match="tỉnh khác"):
        allocate(place, {cell_of(place): 5}, by=other.people.sct)
    assert nothing_was_written()


def test_cells_are_made_once_a_year_and_state_source(place):
    before = set(Cell.objects.values_list("year", "source__code"))
    assert before == {
        (year, source) for year in range(2026, 2031) for source in ("national", "provincial")
    }
    make.allot(place, "provincial", 2026, 10)
    actions.ensure_cells(place.programme)
    assert set(Cell.objects.values_list("year", "source__code")) == before
    assert cell_of(place).allotted == 10 * TRIEU


def test_lines_and_rows_that_differ_are_a_violation(place):
    make.allot(place, "provincial", 2026, 10)
    AllocationLine.objects.update(amount=11 * TRIEU)
    assert [row.invariant for row in invariants.violations()] == ["I2"]
    AllocationLine.objects.update(amount=10 * TRIEU)
