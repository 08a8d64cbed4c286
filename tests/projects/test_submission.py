"""What the implementing unit does with its dossier: submit, take back, withdraw, try again."""

import pytest

from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects import drafts
from projects.firing import fire
from projects.models import Proposal, Review, ReviewChain, Snapshot
from tests import look, make, scenes
from tests.acts import ask
from tests.make import TRIEU

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
BOTH = {"provincial": 200, "national": 100}


def test_a_dossier_that_lacks_things_says_all_of_them_with_their_fields(place):
    proposal = drafts.create(
        place.programme, 2026, title="Máy", kind=Proposal.Kind.SINGLE, by=place.people.canbo
    )
    with pytest.raises(Refused) as refused:
        fire(proposal, "submit", by=place.people.canbo)
    fields = {fault.field for fault in refused.value.faults}
    assert fields == {
        *("necessity", "goals", "content", "expected_output", "starts_on", "ends_on"),
        *("activity", "places", "beneficiaries", "cost_items", "funding_lines"),
    }
    assert look.status(proposal) == "draft"
    assert not Snapshot.objects.exists()


def test_submitting_opens_one_track_a_state_source_and_freezes_the_round(place):
    proposal = make.submitted(place, BOTH)
    assert look.tracks(proposal) == {"provincial": "in_step", "national": "in_step"}
    assert {review.organisation for review in Review.objects.all()} == {place.orgs.industry}
    snapshot = Snapshot.objects.get()
    assert snapshot.content["funding_lines"] == [
        {"source": "national", "year": 2026, "requested": 100 * TRIEU},
        {"source": "provincial", "year": 2026, "requested": 200 * TRIEU},
        {"source": "counterpart", "year": 2026, "requested": 300 * TRIEU},
    ]
    assert (proposal.round, proposal.submitted_by) == (1, place.people.canbo)


def test_taken_back_before_it_is_opened_it_is_a_draft_again(place):
    proposal = make.submitted(place, BOTH)
    fire(proposal, "take_back", by=place.people.canbo)
    assert look.status(proposal) == "draft"
    assert look.tracks(proposal) == {"provincial": "waiting", "national": "waiting"}
    assert not Review.objects.filter(verdict="").exists()
    proposal = fire(proposal, "submit", by=place.people.canbo)
    assert (proposal.status, proposal.round) == ("submitted", 2)


def test_once_opened_it_is_not_taken_back(place):
    proposal = make.submitted(place)
    Review.objects.update(opened_at="2026-01-01T00:00Z")
    with pytest.raises(NotNow, match="Sở Công Thương Tỉnh Thử đã mở hồ sơ"):
        fire(proposal, "take_back", by=place.people.canbo)
    assert look.status(proposal) == "submitted"


def test_another_unit_takes_nothing_back(place):
    proposal = make.submitted(place)
    with pytest.raises(NotAllowed, match="không phải nơi xử lý gần nhất"):
        fire(proposal, "take_back", by=place.people.canbo2)


def test_an_office_takes_back_what_it_passed_on_until_the_next_has_opened_it(place):
    proposal = scenes.in_review(place)
    with pytest.raises(NotAllowed, match="không phải nơi xử lý gần nhất"):
        fire(proposal, "take_back", by=place.people.canbo)
    fire(proposal, "take_back", by=place.people.sct)
    assert look.status(proposal) == "submitted"
    assert look.track(proposal, "provincial").step.order == 1
    assert set(Review.objects.values_list("verdict", flat=True)) == {"taken_back", "cancelled", ""}
    # Once more through the first step, and the next office opens it.
    fire(proposal, "pass", by=place.people.sct)
    fire(proposal, "conclude", by=place.people.sct_head)
    Review.objects.filter(verdict="").update(opened_at="2026-01-01T00:00Z")
    with pytest.raises(NotNow, match="Sở Tài chính Tỉnh Thử đã mở hồ sơ"):
        fire(proposal, "take_back", by=place.people.sct)


def test_a_source_left_out_while_returned_ends_and_stays_ended_when_taken_back(place):
    people = place.people
    proposal = make.submitted(place, BOTH)
    fire(proposal, "return", by=people.sct, reason="Bỏ vốn quốc gia", source="national")
    ask(proposal, people.canbo, {"provincial": 200})
    proposal = fire(proposal, "submit", by=people.canbo)
    assert look.tracks(proposal) == {"provincial": "in_step", "national": "withdrawn"}
    assert proposal.status == "submitted"
    fire(proposal, "take_back", by=people.canbo)
    assert look.tracks(proposal) == {"provincial": "waiting", "national": "withdrawn"}
    assert look.status(proposal) == "draft"


def test_a_source_asked_again_after_it_was_left_out_is_a_new_attempt(place):
    people = place.people
    proposal = make.submitted(place, BOTH)
    fire(proposal, "return", by=people.sct, reason="Bỏ vốn quốc gia", source="national")
    ask(proposal, people.canbo, {"provincial": 200})
    proposal = fire(proposal, "submit", by=people.canbo)
    fire(proposal, "return", by=people.sct, reason="Xin lại vốn quốc gia", source="provincial")
    ask(proposal, people.canbo, BOTH)
    fire(proposal, "submit", by=people.canbo)
    assert look.tracks(proposal) == {"provincial": "in_step", "national": "in_step"}
    assert look.track(proposal, "national").attempt == 2


def test_withdrawn_it_ends_on_every_track(place):
    proposal = make.submitted(place, BOTH)
    fire(proposal, "withdraw", by=place.people.canbo, reason="Đổi kế hoạch")
    assert look.status(proposal) == "withdrawn"
    assert look.tracks(proposal) == {"provincial": "withdrawn", "national": "withdrawn"}


def test_half_approved_it_goes_on_with_less(place):
    proposal = scenes.partly_approved(place)
    assert look.tracks(proposal) == {"provincial": "approved", "national": "refused"}
    fire(proposal, "replan", by=place.people.canbo, data={"how": "less"}, reason="Làm phần tỉnh")
    assert look.status(proposal) == "approved"
    assert look.stages(proposal, "national") == (100, 100, 0)
    assert look.stages(proposal, "provincial") == (200, 200, 200)
    assert look.stages(proposal, "counterpart") == (300, 300, 300)
    assert look.cell(proposal, "provincial") == (500, 200, 0)


def test_half_approved_it_tries_the_refused_source_again(place):
    people = place.people
    proposal = scenes.partly_approved(place)
    fire(proposal, "replan", by=people.canbo, data={"how": "again"})
    assert look.status(proposal) == "returned"
    assert look.tracks(proposal) == {"provincial": "approved", "national": "returned"}
    with pytest.raises(Refused, match="Ngân sách tỉnh đã được phê duyệt, không sửa"):
        ask(proposal, people.canbo, {"provincial": 150, "national": 60})
    ask(proposal, people.canbo, {"provincial": 200, "national": 60})
    proposal = fire(proposal, "submit", by=people.canbo)
    assert proposal.status == "in_review"
    track = look.track(proposal, "national")
    assert (track.attempt, track.step.order) == (2, 1)
    fire(proposal, "pass", by=people.sct)
    fire(proposal, "conclude", by=people.sct_head)
    fire(proposal, "pass", by=people.cuc)
    make.allot(place, "national", 2026, 60)
    fire(proposal, "approve", by=people.bct, paper=make.paper("QĐ-BCT"))
    assert look.status(proposal) == "approved"
    assert look.stages(proposal, "national") == (60, 60, 60)
    assert look.stages(proposal, "counterpart")[2] == 260
    assert look.cell(proposal, "provincial") == (500, 200, 0)


def test_half_approved_it_leaves_the_refused_source_out_on_trying_again(place):
    people = place.people
    proposal = scenes.partly_approved(place)
    fire(proposal, "replan", by=people.canbo, data={"how": "again"})
    ask(proposal, people.canbo, {"provincial": 200})
    proposal = fire(proposal, "submit", by=people.canbo)
    assert proposal.status == "approved"
    assert look.tracks(proposal) == {"provincial": "approved", "national": "withdrawn"}


def test_half_approved_it_is_withdrawn_and_its_money_released(place):
    proposal = scenes.partly_approved(place)
    assert look.cell(proposal, "provincial") == (500, 200, 0)
    fire(proposal, "withdraw", by=place.people.canbo, reason="Không đủ vốn")
    assert look.status(proposal) == "withdrawn"
    assert look.cell(proposal, "provincial") == (500, 0, 0)


@pytest.mark.parametrize("how", [None, "", "more", 1])
def test_how_to_go_on_must_be_chosen(place, how):
    proposal = scenes.partly_approved(place)
    with pytest.raises(Refused, match="Chọn cách xử lý") as refused:
        fire(proposal, "replan", by=place.people.canbo, data={"how": how})
    assert [fault.field for fault in refused.value.faults] == ["how"]


def test_with_one_source_approved_the_whole_is_not_withdrawn(place):
    people = place.people
    proposal = make.ready_to_approve(place, BOTH)
    fire(proposal, "approve", by=people.ubnd, paper=make.paper())
    with pytest.raises(Refused, match="Một nguồn vốn đã được phê duyệt"):
        fire(proposal, "withdraw", by=people.canbo, reason="Đổi kế hoạch")
    assert look.status(proposal) == "in_review"


@pytest.mark.parametrize("verb", ["submit", "withdraw", "replan"])
def test_another_unit_may_not(place, verb):
    scene = {"submit": "draft", "withdraw": "submitted", "replan": "partly_approved"}[verb]
    proposal = scenes.SCENES[scene](place)
    with pytest.raises(NotAllowed, match="Chỉ đơn vị thực hiện"):
        fire(proposal, verb, by=place.people.canbo2, reason="Thử", data={"how": "less"})


def test_without_a_chain_or_an_office_it_is_not_submitted(place):
    proposal = make.draft(place, BOTH)
    place.orgs.finance.valid_to = "2020-01-01"
    place.orgs.finance.save()
    chain = look.line(proposal, "national").source
    ReviewChain.objects.filter(source=chain).update(valid_to="2020-01-01")
    with pytest.raises(Refused) as refused:
        fire(proposal, "submit", by=place.people.canbo)
    assert {fault.message for fault in refused.value.faults} == {
        "Chưa khai báo Sở Tài chính cho bước 2 của quy trình. Báo quản trị viên của cổng.",
        "Quy trình «Quy trình national» của nguồn Khuyến công quốc gia đã hết hiệu lực ngày "
        "01/01/2020, chưa có phiên bản tiếp theo. Báo quản trị viên Người quantri (Sở Công Thương "
        "Tỉnh Thử) để thêm.",
    }
    assert look.status(proposal) == "draft"
