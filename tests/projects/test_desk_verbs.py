"""Verbs of the desk: in hand, two signatures, returns by part, the clock, taken up again."""

from __future__ import annotations

import datetime

import pytest

from khuyencong.core import audit, clock, invariants
from khuyencong.core.models import Holiday
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects.firing import fire
from projects.models import (
    CostShare,
    DecisionLine,
    Proposal,
    ReturnPoint,
    Review,
    ReviewShare,
    ReviewStep,
    Track,
)
from tests import acts, look, make
from tests.make import TRIEU

MONDAY = datetime.date(2026, 3, 2)


@pytest.fixture
def place(db):
    made = make.world()
    make.allot(made, "provincial", 2026, 1000)
    return made


def open_review(proposal: Proposal) -> Review:
    return Review.objects.get(track__proposal=proposal, verdict="")


def clean() -> None:
    assert not list(invariants.violations())


def test_the_head_gives_a_dossier_to_one_specialist_and_others_leave_it(place):
    people = place.people
    other = make.user("sct2", "appraiser", place.orgs.industry)
    proposal = make.submitted(place)
    fire(proposal, "assign", by=people.sct_head, data={"assignee": people.sct.pk})
    assert open_review(proposal).assigned_to == people.sct
    with pytest.raises(NotAllowed, match="Hồ sơ đã giao cho"):
        fire(proposal, "pass", by=other)
    with pytest.raises(NotAllowed, match="Hồ sơ đã giao cho"):
        fire(proposal, "assign", by=other, data={"assignee": other.pk})
    fire(proposal, "pass", by=people.sct)
    said = audit.trail(proposal).get(action="projects.proposal.assign")
    assert people.sct.full_name in audit.sentence(said)
    clean()


@pytest.mark.parametrize("who", ["stc", "sct_head", "nobody"])
def test_a_dossier_is_given_only_to_who_may_work_on_it(place, who):
    chosen = getattr(place.people, who).pk if who != "nobody" else 10**9
    proposal = make.submitted(place)
    with pytest.raises(Refused):
        fire(proposal, "assign", by=place.people.sct_head, data={"assignee": chosen})


def test_a_specialists_refusal_waits_for_the_head(place):
    people = place.people
    proposal = fire(make.submitted(place), "refuse", by=people.sct, reason="Không thuộc nội dung.")
    assert proposal.status == Proposal.Status.SUBMITTED
    assert open_review(proposal).proposed == "refuse"
    with pytest.raises(NotAllowed, match="lãnh đạo"):
        fire(proposal, "conclude", by=people.sct)
    proposal = fire(proposal, "conclude", by=people.sct_head)
    assert proposal.status == Proposal.Status.REFUSED
    review = Review.objects.get(track__proposal=proposal, verdict="refuse")
    assert (review.proposed_by, review.decided_by) == (people.sct, people.sct_head)
    assert review.reason == "Không thuộc nội dung."
    texts = [audit.sentence(row) for row in audit.trail(proposal)]
    assert any("đề xuất từ chối" in text for text in texts)
    clean()


def test_a_return_names_the_parts_and_the_day(place):
    due = clock.today() + datetime.timedelta(days=9)
    proposal = fire(
        make.submitted(place),
        "return",
        by=place.people.sct,
        reason="Bổ sung báo giá.",
        data={
            "points": [("du-toan", "Dòng 1: bổ sung báo giá."), ("ho-so", "Cam kết vốn")],
            "due_on": due,
        },
    )
    points = ReturnPoint.objects.filter(review__track__proposal=proposal)
    assert [(row.section, row.text) for row in points] == [
        ("du-toan", "Dòng 1: bổ sung báo giá."),
        ("ho-so", "Cam kết vốn"),
    ]
    assert points[0].review.reply_due_on == due


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"points": [("khong-co", "x")]}, "Chọn phần hồ sơ"),
        ({"points": [("du-toan", " ")]}, "Ghi rõ cần bổ sung gì ở phần «Dự toán, nguồn vốn»"),
        ({"points": [("du-toan", "x" * 501)]}, "dài quá"),
        ({"due_on": datetime.date(2020, 1, 1)}, "Hạn bổ sung phải sau hôm nay"),
    ],
)
def test_a_return_that_says_nothing_useful_is_refused(place, data, said):
    proposal = make.submitted(place)
    with pytest.raises(Refused, match=said):
        fire(proposal, "return", by=place.people.sct, reason="Bổ sung.", data=data)
    assert look.status(proposal) == "submitted"


def test_the_clock_stops_while_a_dossier_is_returned(place):
    with clock.at(MONDAY):
        proposal = make.submitted(place)
        assert open_review(proposal).due_on == MONDAY + datetime.timedelta(days=14)
    with clock.at(MONDAY + datetime.timedelta(days=4)):  # Friday: four of ten days are used
        fire(proposal, "return", by=place.people.sct, reason="Bổ sung.")
    with clock.at(MONDAY + datetime.timedelta(days=28)):
        fire(proposal, "submit", by=place.people.canbo)
        # Six days are left, from Monday to the Tuesday after next.
        assert open_review(proposal).due_on == MONDAY + datetime.timedelta(days=36)


def test_a_clock_that_has_run_out_leaves_one_day(place):
    with clock.at(MONDAY):
        proposal = make.submitted(place)
    with clock.at(MONDAY + datetime.timedelta(days=60)):
        fire(proposal, "return", by=place.people.sct, reason="Bổ sung.")
        fire(proposal, "submit", by=place.people.canbo)
        left = open_review(proposal).due_on - clock.today()
    assert left.days == 3  # from Friday the first of May to Monday


def test_the_pause_of_another_source_stops_the_clock_too(place):
    make.allot(place, "national", 2026, 1000)
    with clock.at(MONDAY):
        proposal = make.submitted(place, {"provincial": 100, "national": 100})
    with clock.at(MONDAY + datetime.timedelta(days=1)):
        fire(proposal, "return", by=place.people.sct, source="national", reason="Bổ sung.")
        paused = Review.objects.get(track__proposal=proposal, verdict="")
        assert paused.paused_at and paused.track.source.code == "provincial"
    with clock.at(MONDAY + datetime.timedelta(days=21)):
        fire(proposal, "submit", by=place.people.canbo)
        dues = {row.due_on for row in Review.objects.filter(verdict="")}
    assert dues == {MONDAY + datetime.timedelta(days=21 + 11)}  # nine working days


def test_holidays_are_no_working_days(place):
    Holiday.objects.create(day=MONDAY + datetime.timedelta(days=1), name="Nghỉ thử")
    with clock.at(MONDAY):
        assert open_review(make.submitted(place)).due_on == MONDAY + datetime.timedelta(days=15)


def test_an_office_without_accounts_has_no_due_date(place):
    stc = place.people.stc
    stc.is_active = False
    stc.save()
    proposal = make.submitted(place)
    fire(proposal, "pass", by=place.people.sct)
    fire(proposal, "conclude", by=place.people.sct_head)
    review = open_review(proposal)
    assert review.is_outside and review.due_on is None


def test_a_dossier_sent_again_unchanged_says_so(place):
    proposal = fire(make.submitted(place), "return", by=place.people.sct, reason="Bổ sung.")
    fire(proposal, "submit", by=place.people.canbo)
    rows = audit.trail(proposal).filter(changes__unchanged=True)
    assert rows.filter(action="projects.track.submit").exists()


def share_of(proposal: Proposal) -> CostShare:
    return CostShare.objects.get(item__proposal=proposal, source__code="provincial")


def test_a_cost_line_is_appraised_by_itself_and_its_year_follows(place):
    proposal = make.submitted(place, {"provincial": 200})
    shares = {(0, "provincial"): 150 * TRIEU}
    proposal = fire(proposal, "pass", by=place.people.sct, data={"shares": shares}, reason="Giảm.")
    assert share_of(proposal).appraised == 150 * TRIEU
    assert look.line(proposal, "provincial", 2026).appraised == 150 * TRIEU
    kept = ReviewShare.objects.get(review__track__proposal=proposal)
    assert (kept.position, kept.amount) == (0, 150 * TRIEU)
    fire(proposal, "conclude", by=place.people.sct_head)
    assert share_of(proposal).appraised == 150 * TRIEU
    clean()


@pytest.mark.parametrize(
    ("shares", "amounts", "said"),
    [
        ({(0, "provincial"): 201 * TRIEU}, None, "Dòng 1: 201 vượt mức đề nghị 200"),
        ({(7, "provincial"): TRIEU}, None, "Dòng dự toán 8 không nhận nguồn này"),
        ({(0, "provincial"): -1}, None, "số đồng nguyên, không âm"),
        ({(0, "provincial"): 150 * TRIEU}, 140 * TRIEU, "Sửa cho hai số bằng nhau"),
    ],
)
def test_lines_and_years_must_agree(place, shares, amounts, said):
    proposal = make.submitted(place, {"provincial": 200})
    data = {"shares": shares}
    if amounts:
        data["amounts"] = {look.line(proposal, "provincial", 2026).pk: amounts}
    with pytest.raises(Refused, match=said):
        fire(proposal, "pass", by=place.people.sct, data=data, reason="Giảm.")
    assert share_of(proposal).appraised is None


def with_second_touchpoint(place) -> None:
    """The finance office looks at the detailed allotment after approval."""
    chain = ReviewStep.objects.get(chain__source__code="provincial", order=3).chain
    ReviewStep.objects.create(
        chain=chain,
        order=4,
        kind="finance",
        organisation_kind="finance_department",
        working_days=5,
    )


def contracted(place) -> Proposal:
    proposal = make.approved(place)
    people = place.people
    proposal = fire(proposal, "sign", by=people.ketoan, paper=make.paper("HĐ-SCT"))
    return fire(proposal, "start", by=people.canbo)


def pay(place, proposal: Proposal) -> Proposal:
    line = look.line(proposal, "provincial", 2026)
    return fire(
        proposal,
        "disburse",
        by=place.people.ketoan,
        paper=make.paper("UNC"),
        data={"line_id": line.pk, "amount": 10 * TRIEU, "kind": "advance"},
    )


def test_money_waits_for_the_appraisal_of_the_detailed_allotment(place):
    with_second_touchpoint(place)
    proposal = contracted(place)
    assert proposal in Proposal.objects.awaiting(place.people.stc)
    with pytest.raises(Refused, match="chưa thẩm định phân bổ dự toán"):
        pay(place, proposal)
    with pytest.raises(NotAllowed):
        fire(proposal, "clear", by=place.people.sct, paper=make.paper("TĐ"))
    proposal = fire(proposal, "clear", by=place.people.stc, paper=make.paper("STC"))
    assert proposal not in Proposal.objects.awaiting(place.people.stc)
    pay(place, proposal)
    clean()


def test_the_paper_of_an_outside_finance_office_is_recorded(place):
    with_second_touchpoint(place)
    proposal = contracted(place)
    place.people.stc.is_active = False
    place.people.stc.save()
    paper = make.paper("STC", file=make.scan(place.people.sct))
    with pytest.raises(Refused, match="Chọn ý kiến"):
        fire(
            proposal,
            "record_decision",
            by=place.people.sct,
            paper=paper,
            data={"verdict": "refuse"},
            reason="Không.",
        )
    paper = make.paper("STC", file=make.scan(place.people.sct))
    fire(proposal, "record_decision", by=place.people.sct, paper=paper, data={"verdict": "pass"})
    pay(place, proposal)
    clean()


def test_a_step_that_only_records_a_paper_gives_no_amounts(place):
    step = ReviewStep.objects.get(chain__source__code="provincial", order=2)
    step.kind = "record"
    step.save()
    proposal = fire(make.submitted(place), "pass", by=place.people.sct)
    fire(proposal, "conclude", by=place.people.sct_head)
    proposal = fire(proposal, "pass", by=place.people.stc, paper=make.paper("STC"))
    spoken = Review.objects.get(track__proposal=proposal, step=step)
    assert spoken.verdict == "pass" and not spoken.amounts.exists()
    fire(proposal, "approve", by=place.people.ubnd, paper=make.paper())
    clean()


def test_a_refused_source_is_taken_up_again_by_a_new_decision_only(place):
    people = place.people
    proposal = make.ready_to_approve(place)
    old = make.paper()
    proposal = fire(proposal, "refuse", by=people.ubnd, paper=old, reason="Chưa cần.")
    with pytest.raises(Refused, match="số văn bản"):
        fire(proposal, "reopen", by=people.ubnd, reason="Có căn cứ mới.")
    with pytest.raises(Refused, match="văn bản mới"):
        fire(proposal, "reopen", by=people.ubnd, reason="Có căn cứ mới.", paper=old)
    with pytest.raises(NotAllowed, match="nơi đã quyết định"):
        fire(proposal, "reopen", by=people.sct_head, reason="x", paper=make.paper())
    proposal = fire(proposal, "reopen", by=people.ubnd, reason="Căn cứ mới.", paper=make.paper())
    assert proposal.status == Proposal.Status.IN_REVIEW
    first, second = Track.objects.filter(proposal=proposal).order_by("attempt")
    assert (first.status, second.status) == ("refused", "in_step")
    assert not DecisionLine.objects.filter(track=first, is_effective=True).exists()
    proposal = fire(proposal, "approve", by=people.ubnd, paper=make.paper())
    assert proposal.status == Proposal.Status.APPROVED
    clean()


def test_an_approval_taken_up_again_gives_its_money_back(place):
    people = place.people
    proposal = make.approved(place)
    cell = look.line(proposal, "provincial", 2026).cell
    cell.refresh_from_db()
    assert cell.committed == 200 * TRIEU
    proposal = fire(proposal, "reopen", by=people.ubnd, reason="Sai số.", paper=make.paper())
    cell.refresh_from_db()
    assert cell.committed == 0
    assert look.line(proposal, "provincial", 2026).approved is None
    clean()
    line = look.line(proposal, "provincial", 2026)
    fire(
        proposal,
        "approve",
        by=people.ubnd,
        paper=make.paper(),
        data={"amounts": {line.pk: 90 * TRIEU}},
    )
    cell.refresh_from_db()
    assert cell.committed == 90 * TRIEU
    clean()


def test_who_appraised_the_first_time_does_not_approve_what_was_taken_up_again(place):
    people = place.people
    proposal = make.ready_to_approve(place)
    proposal = fire(proposal, "refuse", by=people.ubnd, paper=make.paper(), reason="Chưa cần.")
    proposal = fire(proposal, "reopen", by=people.ubnd, reason="Mới.", paper=make.paper())
    moved = people.stc
    moved.organisation = place.orgs.committee
    moved.save()
    moved.role_grants.update(role="approver")
    again = type(moved).objects.get(pk=moved.pk)
    with pytest.raises(NotAllowed, match="đã thẩm định"):
        fire(proposal, "approve", by=again, paper=make.paper())


def test_nothing_is_taken_up_again_once_the_contract_is_signed(place):
    proposal = contracted(place)
    with pytest.raises((NotAllowed, NotNow), match="ký hợp đồng"):
        fire(proposal, "reopen", by=place.people.ubnd, reason="x", paper=make.paper())


def test_a_step_under_a_new_name_of_the_office_goes_on(place):
    proposal = make.submitted(place)
    renamed = make.organisation(
        "industry_department", place.home, "Sở Công Thương mới", lineage=place.orgs.industry.lineage
    )
    place.people.sct.organisation = renamed
    place.people.sct.save()
    fire(proposal, "pass", by=place.people.sct)
    assert open_review(proposal).organisation == place.orgs.industry


def test_a_role_that_ended_meanwhile_ends_the_right(place):
    proposal = make.submitted(place)
    sct = place.people.sct
    sct.role_grants.update(valid_to=clock.today() - datetime.timedelta(days=1))
    again = type(sct).objects.get(pk=sct.pk)
    with pytest.raises(NotAllowed, match="không thẩm định"):
        fire(proposal, "pass", by=again)


def test_a_suspended_dossier_waits_on_nobodys_desk_and_its_clock_stands(place):
    with_second_touchpoint(place)
    people = place.people
    with clock.at(MONDAY):
        proposal = contracted(place)
        due = open_review(proposal).due_on
    with clock.at(MONDAY + datetime.timedelta(days=1)):
        fire(proposal, "suspend", by=people.sct_head, reason="Chờ mặt bằng.")
        assert proposal not in Proposal.objects.awaiting(people.stc)
        with pytest.raises(NotAllowed, match="đang tạm dừng"):
            fire(proposal, "clear", by=people.stc)
    with clock.at(MONDAY + datetime.timedelta(days=8)):
        fire(proposal, "resume", by=people.sct_head, reason="Đã có mặt bằng.")
        assert proposal in Proposal.objects.awaiting(people.stc)
    assert open_review(proposal).due_on == due + datetime.timedelta(days=7)
    clean()


def test_a_return_is_taken_back_until_the_unit_begins_to_answer(place):
    make.allot(place, "national", 2026, 1000)
    people = place.people
    with clock.at(MONDAY):
        proposal = make.submitted(place, {"provincial": 100, "national": 100})
        due = MONDAY + datetime.timedelta(days=14)
    with clock.at(MONDAY + datetime.timedelta(days=1)):
        fire(proposal, "return", by=people.sct, source="national", reason="Nhầm.")
        with pytest.raises(NotAllowed):
            fire(proposal, "take_back", by=people.canbo)
    with clock.at(MONDAY + datetime.timedelta(days=2)):
        proposal = fire(proposal, "take_back", by=people.sct)
    assert proposal.status == Proposal.Status.SUBMITTED
    dues = {row.track.source.code: row.due_on for row in Review.objects.filter(verdict="")}
    # The day the dossier lay with nobody counts for no office.
    assert dues == dict.fromkeys(("provincial", "national"), due + datetime.timedelta(days=1))
    assert not Review.objects.filter(verdict="", paused_at__isnull=False).exists()
    clean()
    fire(proposal, "return", by=people.sct, reason="Bổ sung.")
    acts.ask(proposal, people.canbo, {"provincial": 90, "national": 90})
    with pytest.raises(NotNow, match="đã bắt đầu bổ sung"):
        fire(proposal, "take_back", by=people.sct)
    clean()
