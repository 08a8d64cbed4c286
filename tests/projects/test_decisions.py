"""The last step: what is approved, from which money, by which paper of which body."""

import datetime
from decimal import Decimal

import pytest

from budgets.models import Allocation
from khuyencong.core import clock
from khuyencong.core.models import LegalDocument
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import NotNow, Refused
from projects.drafts import CostRow, Draft, save
from projects.firing import fire
from projects.models import Commitment, Decision, DecisionLine
from tests import look, make
from tests.acts import approve, ask
from tests.make import TRIEU
from tests.scenes import two_years

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
BOTH = {"provincial": 200, "national": 100}


def test_approval_commits_the_money_under_the_decision(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place)
    paper = make.paper()
    fire(proposal, "approve", by=place.people.ubnd, paper=paper)
    assert look.cell(proposal, "provincial") == (500, 200, 0)
    entry = Commitment.objects.get().entry
    assert (entry.reference, entry.document.number) == (proposal.code, paper.number)
    decision = DecisionLine.objects.get()
    assert (decision.amount, decision.is_approval) == (200 * TRIEU, True)
    assert decision.decision.organisation == place.orgs.committee


def test_less_than_asked_reaches_lines_and_cost_shares_alike(place):
    make.allot(place, "provincial", 2026, 500)
    people = place.people
    proposal = make.draft(place)
    rows = [
        CostRow(name=name, quantity=Decimal(1), unit_price=price, shares={"provincial": price})
        for name, price in (("Máy", 100_000_001), ("Lắp đặt", 66_666_666), ("Thử", 33_333_333))
    ]
    funding = {("provincial", 2026): 200_000_000}
    save(proposal, Draft(cost_rows=rows, funding=funding), by=people.canbo, expected_version=None)
    fire(proposal, "submit", by=people.canbo)
    fire(proposal, "pass", by=people.sct)
    fire(proposal, "conclude", by=people.sct_head)
    fire(proposal, "pass", by=people.stc)
    approve(place, proposal, {2026: 100_000_000})
    shares = look.shares(proposal, "provincial", "approved")
    assert shares == [50_000_001, 33_333_333, 16_666_666]
    assert sum(shares) == 100_000_000
    assert look.line(proposal, "provincial").approved == 100_000_000
    assert look.cell(proposal, "provincial") == (500, 100, 0)


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (200 * TRIEU + 1, "vượt mức đề nghị"),
        (10**30, "vượt mức đề nghị"),
        (-1, "không âm"),
        (1.0, "số đồng nguyên"),
        (True, "số đồng nguyên"),
        ("5", "số đồng nguyên"),
        (None, "số đồng nguyên"),
        (0, "Tổng số tiền bằng 0"),
    ],
)
def test_amounts_that_cannot_be_are_refused(place, amount, told):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place)
    with pytest.raises(Refused, match=told) as refused:
        approve(place, proposal, {2026: amount})
    line = look.line(proposal, "provincial")
    assert {fault.field for fault in refused.value.faults} == {f"amount-{line.pk}"}
    assert look.stages(proposal, "provincial") == (200, 200, None)


def test_more_than_was_appraised_may_be_approved_up_to_what_was_asked(place):
    make.allot(place, "provincial", 2026, 500)
    people, proposal = place.people, make.submitted(place)
    line = look.line(proposal, "provincial")
    fire(proposal, "pass", by=people.sct, data={"amounts": {line.pk: 50 * TRIEU}})
    fire(proposal, "conclude", by=people.sct_head)
    fire(proposal, "pass", by=people.stc)
    approve(place, proposal, {2026: 200 * TRIEU})
    assert look.stages(proposal, "provincial") == (200, 50, 200)


def test_a_spent_cell_is_named_with_what_it_has_left_and_nothing_remains(place):
    make.allot(place, "provincial", 2026, 199)
    proposal = make.ready_to_approve(place, explain=True)
    documents = LegalDocument.objects.count()
    with pytest.raises(Refused) as refused:
        approve(place, proposal)
    assert str(refused.value) == (
        "Ngân sách tỉnh năm 2026 (Chương trình thu-2026-2030) chỉ còn 199 triệu đồng, không đủ "
        "để cam kết 200 triệu đồng. Giảm số tiền hoặc chờ giao thêm dự toán."
    )
    assert (refused.value.status, refused.value.faults[0].field) == (409, "amounts")
    assert look.status(proposal) == "in_review"
    assert look.stages(proposal, "provincial") == (200, 200, None)
    assert LegalDocument.objects.count() == documents
    assert not Decision.objects.exists()
    # With less it fits, to the last đồng.
    approve(place, proposal, {2026: 199 * TRIEU})
    assert look.cell(proposal, "provincial") == (199, 199, 0)


def test_a_year_not_yet_allotted_waits_and_is_committed_when_its_money_comes(place):
    make.allot(place, "provincial", 2026, 500)
    people, proposal = place.people, two_years(place)
    approve(place, proposal)
    assert look.stages(proposal, "provincial", 2027) == (200, 200, 200)
    assert look.cell(proposal, "provincial", 2026) == (500, 200, 0)
    assert look.cell(proposal, "provincial", 2027) == (0, 0, 0)
    assert any("(năm 2027 chờ giao dự toán)" in text for text in look.sentences(proposal))
    with pytest.raises(NotNow, match="Không có năm nào đã được giao dự toán mà chưa cam kết"):
        fire(proposal, "commit_year", by=people.ketoan)
    make.allot(place, "provincial", 2027, 150)
    with pytest.raises(Refused, match=r"Ngân sách tỉnh năm 2027 .* chỉ còn 150 triệu đồng"):
        fire(proposal, "commit_year", by=people.ketoan)
    make.allot(place, "provincial", 2027, 100)
    fire(proposal, "commit_year", by=people.ketoan)
    assert look.cell(proposal, "provincial", 2027) == (250, 200, 0)
    assert look.status(proposal) == "approved"
    with pytest.raises(NotNow):
        fire(proposal, "commit_year", by=people.ketoan)


def test_a_decision_that_gives_the_money_commits_it_in_the_same_moment(place):
    people = place.people
    proposal = make.ready_to_approve(place, {"national": 100})
    paper = make.paper("QĐ-BCT")
    fire(proposal, "approve", by=people.bct, paper=paper, data={"allots": True})
    assert look.cell(proposal, "national") == (100, 100, 0)
    assert Allocation.objects.get().document.number == paper.number
    # A second dossier under the same decision brings its own money.
    other = make.ready_to_approve(place, {"national": 60}, title="Máy hai", explain=True)
    fire(other, "approve", by=people.bct, paper=paper, data={"allots": True})
    assert look.cell(proposal, "national") == (160, 160, 0)
    assert (Allocation.objects.count(), Decision.objects.count()) == (1, 1)
    assert DecisionLine.objects.count() == 2


def test_one_number_is_one_paper(place):
    make.allot(place, "provincial", 2026, 500)
    today = clock.today()
    first = make.ready_to_approve(place, {"provincial": 10})
    second = make.ready_to_approve(place, {"provincial": 10}, title="Máy hai")
    with clock.at(today + datetime.timedelta(days=2)):
        fire(first, "approve", by=place.people.ubnd, paper=Paper("9/QĐ-UBND", today))
        later = today + datetime.timedelta(days=1)
        if later.year == today.year:
            with pytest.raises(Refused, match=r"Số 9/QĐ-UBND của .* đã dùng cho văn bản ngày"):
                fire(second, "approve", by=place.people.ubnd, paper=Paper("9/QĐ-UBND", later))
        fire(second, "approve", by=place.people.ubnd, paper=Paper("9/QĐ-UBND ", today))
    assert Decision.objects.count() == 1


def test_a_paper_older_than_the_dossier_is_refused(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place)
    yesterday = clock.today() - datetime.timedelta(days=1)
    told = f"phải từ ngày {clock.today():%d/%m/%Y} trở đi, là ngày hồ sơ được trình"
    with pytest.raises(Refused, match=told):
        fire(proposal, "approve", by=place.people.ubnd, paper=Paper("9/QĐ-UBND", yesterday))


def test_a_refusal_at_the_last_step_is_a_decision_with_number_and_date(place):
    proposal = make.ready_to_approve(place)
    with pytest.raises(Refused) as refused:
        fire(proposal, "refuse", by=place.people.ubnd)
    fields = {fault.field for fault in refused.value.faults}
    assert fields == {"reason", "document_number", "document_date"}
    fire(proposal, "refuse", by=place.people.ubnd, reason="Hết vốn", paper=make.paper())
    assert look.status(proposal) == "refused"
    line = DecisionLine.objects.get()
    assert (line.is_approval, line.amount) == (False, 0)
    assert look.stages(proposal, "provincial") == (200, 200, None)


def test_after_a_return_the_committee_decides_once_in_the_new_round(place):
    make.allot(place, "provincial", 2026, 500)
    people, proposal = place.people, make.ready_to_approve(place)
    fire(proposal, "return", by=people.ubnd, reason="Giảm mức")
    ask(proposal, people.canbo, {"provincial": 120})
    fire(proposal, "submit", by=people.canbo)
    approve(place, proposal)
    assert look.stages(proposal, "provincial") == (120, None, 120)
    assert DecisionLine.objects.get().round == 2
