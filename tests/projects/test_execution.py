"""After approval: contract, payments, acceptance, settlement; suspended, resumed, stopped."""

import pytest

from budgets.models import LedgerEntry
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects.firing import fire
from projects.models import Acceptance, Contract, Disbursement, Settlement
from tests import look, make, scenes
from tests.acts import act, approve, pay
from tests.make import TRIEU
from tests.scenes import two_years

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def test_the_whole_life_to_the_settlement(place):
    people, proposal = place.people, scenes.approved(place)
    act(place, proposal, "sign", amount=180 * TRIEU)
    assert Contract.objects.get().amount == 180 * TRIEU
    pay(place, proposal, 90)
    act(place, proposal, "start", by=people.canbo)
    pay(place, proposal, 50, "interim")
    act(place, proposal, "accept", amount=170 * TRIEU)
    pay(place, proposal, 20, "final")
    act(place, proposal, "liquidate")
    assert look.cell(proposal, "provincial") == (500, 200, 160)
    act(place, proposal, "settle")
    assert look.status(proposal) == "settled"
    # What was not paid is free again for other dossiers.
    assert look.cell(proposal, "provincial") == (500, 160, 160)
    assert Settlement.objects.get().amount == 160 * TRIEU
    kinds = LedgerEntry.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [
        *("allot", "commit", "disburse", "disburse", "disburse", "release", "settle"),
    ]
    assert list(Disbursement.objects.order_by("pk").values_list("kind", flat=True)) == [
        *("advance", "interim", "final"),
    ]


def test_two_sources_are_settled_each_on_its_own_line(place):
    make.allot(place, "provincial", 2026, 500)
    make.allot(place, "national", 2026, 500)
    proposal = make.approved(place, {"provincial": 200, "national": 100})
    act(place, proposal, "sign")
    assert Contract.objects.get().amount == 300 * TRIEU
    act(place, proposal, "start", by=place.people.canbo)
    pay(place, proposal, 100, source="national")
    act(place, proposal, "accept")
    act(place, proposal, "liquidate")
    act(place, proposal, "settle")
    amounts = dict(Settlement.objects.values_list("line__source__code", "amount"))
    assert amounts == {"national": 100 * TRIEU, "provincial": 0}
    assert look.cell(proposal, "national") == (500, 100, 100)
    assert look.cell(proposal, "provincial") == (500, 0, 0)
    assert Settlement.objects.get(amount=0).entry is None


def test_a_contract_is_at_most_what_is_approved(place):
    proposal = scenes.approved(place)
    told = "300 vượt ngân sách hỗ trợ được duyệt 200 triệu đồng"
    with pytest.raises(Refused, match=told) as refused:
        act(place, proposal, "sign", amount=300 * TRIEU)
    assert refused.value.faults[0].field == "amount"
    act(place, proposal, "sign", amount=200 * TRIEU)


@pytest.mark.parametrize("amount", [-1, 1.5, True, "200", 10**30])
@pytest.mark.parametrize(("status", "verb"), [("approved", "sign"), ("in_progress", "accept")])
def test_amounts_are_whole_dong(place, status, verb, amount):
    proposal = scenes.SCENES[status](place)
    with pytest.raises(Refused) as refused:
        act(place, proposal, verb, amount=amount)
    assert [fault.field for fault in refused.value.faults] == ["amount"]
    assert look.status(proposal) == status


def test_without_allotted_money_nothing_is_signed(place):
    proposal = make.approved(place)
    with pytest.raises(NotNow, match="Chưa cam kết khoản nào"):
        act(place, proposal, "sign")


def test_a_contract_number_is_used_once(place):
    first, second = scenes.approved(place), make.approved(place, title="Máy hai")
    paper = make.paper("HĐ-SCT")
    act(place, first, "sign", paper=paper)
    with pytest.raises(Refused, match="đã dùng cho một hồ sơ khác") as refused:
        act(place, second, "sign", paper=paper)
    assert refused.value.faults[0].field == "document_number"


def test_a_payment_is_at_most_what_its_line_and_the_contract_have_left(place):
    proposal = scenes.approved(place)
    act(place, proposal, "sign", amount=150 * TRIEU)
    with pytest.raises(Refused, match="Chỉ còn được chi 150 triệu đồng"):
        pay(place, proposal, 151)
    pay(place, proposal, 100)
    with pytest.raises(Refused, match="Chỉ còn được chi 50 triệu đồng"):
        pay(place, proposal, 51)
    pay(place, proposal, 50)
    assert look.cell(proposal, "provincial") == (500, 200, 150)


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "5", None, 10**30])
def test_a_payment_is_a_whole_positive_amount(place, amount):
    proposal = scenes.executed(place, "sign")
    line = look.line(proposal, "provincial")
    with pytest.raises(Refused) as refused:
        act(place, proposal, "disburse", line_id=line.pk, amount=amount)
    assert refused.value.faults[0].field == "amount"
    assert look.cell(proposal, "provincial") == (500, 200, 0)


@pytest.mark.parametrize("of", ["nothing", "counterpart", "other dossier"])
def test_a_payment_comes_from_a_state_line_of_the_dossier(place, of):
    proposal = scenes.executed(place, "sign")
    line_id = {
        "nothing": None,
        "counterpart": look.line(proposal, "counterpart").pk,
        "other dossier": look.line(make.draft(place), "provincial").pk,
    }[of]
    with pytest.raises(Refused, match="Chọn nguồn và năm để chi"):
        act(place, proposal, "disburse", line_id=line_id, amount=TRIEU)


def test_an_acceptance_is_of_something_and_at_most_the_contract(place):
    proposal = scenes.executed(place, "sign", "start")
    with pytest.raises(Refused, match="201 vượt giá trị hợp đồng 200 triệu đồng"):
        act(place, proposal, "accept", amount=201 * TRIEU)
    with pytest.raises(Refused, match="lớn hơn 0"):
        act(place, proposal, "accept", amount=0)
    act(place, proposal, "accept", amount=1)
    assert Acceptance.objects.get().amount == 1


def test_less_is_not_accepted_than_was_paid(place):
    proposal = scenes.executed(place, "sign", "start")
    pay(place, proposal, 150)
    with pytest.raises(Refused, match="Đã chi 150 triệu đồng, nghiệm thu 100"):
        act(place, proposal, "accept", amount=100 * TRIEU)
    assert look.status(proposal) == "in_progress"


@pytest.mark.parametrize("status", ["approved", "contracted", "in_progress"])
def test_suspended_it_keeps_its_money_and_goes_on_where_it_was(place, status):
    proposal = scenes.SCENES[status](place)
    head = place.people.sct_head
    fire(proposal, "suspend", by=head, reason="Lũ quét")
    assert look.cell(proposal, "provincial") == (500, 200, 0)
    with pytest.raises(NotNow):
        act(place, proposal, "disburse")
    fire(proposal, "resume", by=head, reason="Đã khắc phục")
    assert look.status(proposal) == status


def test_stopped_it_gives_back_what_was_not_paid(place):
    proposal = scenes.executed(place, "sign", "start")
    pay(place, proposal, 70)
    head = place.people.sct_head
    fire(proposal, "suspend", by=head, reason="Lũ quét")
    fire(proposal, "stop", by=head, reason="Không khắc phục được", paper=make.paper("QĐ-SCT"))
    assert look.status(proposal) == "stopped"
    assert look.cell(proposal, "provincial") == (500, 70, 70)


def test_a_later_year_is_committed_while_it_runs(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = two_years(place)
    approve(place, proposal)
    act(place, proposal, "sign")
    act(place, proposal, "start", by=place.people.canbo)
    make.allot(place, "provincial", 2027, 200)
    act(place, proposal, "commit_year")
    assert look.status(proposal) == "in_progress"
    assert look.cell(proposal, "provincial", 2027) == (200, 200, 0)


def test_the_accountant_of_another_province_does_nothing_here(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    proposal = scenes.approved(place)
    with pytest.raises(NotAllowed):
        act(place, proposal, "sign", by=other.people.ketoan)
    for verb in ("suspend", "stop"):
        with pytest.raises(NotAllowed):
            fire(
                proposal,
                verb,
                by=other.people.sct_head,
                reason="Thử",
                paper=make.paper("QĐ-SCT"),
            )
    assert look.status(proposal) == "approved"
