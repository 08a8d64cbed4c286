"""The two chains: who speaks when, side by side; returns, two signatures, duties kept apart."""

import datetime

import pytest

from khuyencong.core import clock, invariants
from khuyencong.core.models import RoleGrant
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects.firing import fire
from projects.models import Proposal, Review, ReviewAmount, ReviewStep
from tests import look, make, scenes
from tests.acts import ask
from tests.make import TRIEU

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
BOTH = {"provincial": 200, "national": 100}


def first_step(place, proposal, **words):
    fire(proposal, "pass", by=place.people.sct, **words)
    return fire(proposal, "conclude", by=place.people.sct_head)


def desk(proposal):
    """Which office each running track lies with."""
    rows = Review.objects.filter(track__proposal=proposal, verdict="", track__status="in_step")
    return {row.track.source.code: row.organisation.kind for row in rows}


def test_provincial_money_goes_by_finance_to_the_committee(place):
    make.allot(place, "provincial", 2026, 500)
    people, proposal = place.people, make.submitted(place)
    assert desk(proposal) == {"provincial": "industry_department"}
    first_step(place, proposal)
    assert (desk(proposal), look.status(proposal)) == (
        {"provincial": "finance_department"},
        "in_review",
    )
    fire(proposal, "pass", by=people.stc)
    assert desk(proposal) == {"provincial": "provincial_committee"}
    fire(proposal, "approve", by=people.ubnd, paper=make.paper())
    assert (desk(proposal), look.status(proposal)) == ({}, "approved")


def test_national_money_goes_by_the_agency_to_the_ministry(place):
    make.allot(place, "national", 2026, 500)
    people, proposal = place.people, make.submitted(place, {"national": 100})
    first_step(place, proposal)
    assert desk(proposal) == {"national": "national_agency"}
    fire(proposal, "pass", by=people.cuc)
    assert desk(proposal) == {"national": "ministry"}
    fire(proposal, "approve", by=people.bct, paper=make.paper("QĐ-BCT"))
    assert look.status(proposal) == "approved"
    assert look.cell(proposal, "national") == (500, 100, 0)


def test_both_sources_run_side_by_side_each_at_its_own_pace(place):
    make.allot(place, "provincial", 2026, 500)
    make.allot(place, "national", 2026, 500)
    people, proposal = place.people, make.submitted(place, BOTH)
    first_step(place, proposal)
    assert desk(proposal) == {"provincial": "finance_department", "national": "national_agency"}
    fire(proposal, "pass", by=people.stc)
    fire(proposal, "approve", by=people.ubnd, paper=make.paper())
    assert desk(proposal) == {"national": "national_agency"}
    assert look.tracks(proposal) == {"provincial": "approved", "national": "in_step"}
    assert look.status(proposal) == "in_review"
    # What one chain has decided is committed before the other has spoken.
    assert look.cell(proposal, "provincial") == (500, 200, 0)
    assert look.cell(proposal, "national") == (500, 0, 0)
    fire(proposal, "pass", by=people.cuc)
    fire(proposal, "approve", by=people.bct, paper=make.paper("QĐ-BCT"))
    assert look.status(proposal) == "approved"
    assert look.stages(proposal, "counterpart") == (300, 300, 300)


def test_the_department_may_speak_on_one_source_alone_and_differ(place):
    people, proposal = place.people, make.submitted(place, BOTH)
    line = look.line(proposal, "national")
    fire(proposal, "pass", by=people.sct, source="national", data={"amounts": {line.pk: TRIEU}})
    with pytest.raises(NotAllowed, match="Chưa có ý kiến đề xuất"):
        fire(proposal, "conclude", by=people.sct_head, source="provincial")
    fire(proposal, "conclude", by=people.sct_head)
    assert desk(proposal) == {"provincial": "industry_department", "national": "national_agency"}
    assert look.stages(proposal, "national")[1] == 1
    fire(proposal, "refuse", by=people.sct_head, source="provincial", reason="Sai đối tượng")
    assert look.tracks(proposal) == {"provincial": "refused", "national": "in_step"}
    assert look.status(proposal) == "in_review"


def test_a_return_pauses_the_other_track_and_resubmission_starts_where_it_was_returned(place):
    people, proposal = place.people, make.submitted(place, BOTH)
    first_step(place, proposal)
    fire(proposal, "return", by=people.stc, reason="Thiếu báo giá")
    assert look.tracks(proposal) == {"provincial": "returned", "national": "waiting"}
    assert look.status(proposal) == "returned"
    with pytest.raises(NotNow):
        fire(proposal, "pass", by=people.cuc)
    proposal = fire(proposal, "submit", by=people.canbo)
    assert (proposal.status, proposal.round) == ("submitted", 2)
    assert desk(proposal) == {"provincial": "finance_department", "national": "national_agency"}
    assert look.stages(proposal, "provincial") == (200, 200, None)


def test_a_source_that_asks_for_more_begins_again_and_the_other_goes_on(place):
    people, proposal = place.people, make.submitted(place, BOTH)
    first_step(place, proposal)
    fire(proposal, "return", by=people.stc, reason="Thiếu hạng mục")
    ask(proposal, people.canbo, {"provincial": 250, "national": 100})
    proposal = fire(proposal, "submit", by=people.canbo)
    assert desk(proposal) == {"provincial": "industry_department", "national": "national_agency"}
    assert look.stages(proposal, "provincial") == (250, None, None)
    assert look.stages(proposal, "national") == (100, 100, None)


def test_a_source_that_asks_for_less_goes_on_where_it_was(place):
    people, proposal = place.people, make.submitted(place, BOTH)
    first_step(place, proposal)
    fire(proposal, "return", by=people.stc, reason="Giảm mức hỗ trợ")
    ask(proposal, people.canbo, {"provincial": 150, "national": 100})
    proposal = fire(proposal, "submit", by=people.canbo)
    assert desk(proposal) == {"provincial": "finance_department", "national": "national_agency"}
    fire(proposal, "pass", by=people.stc)
    assert look.stages(proposal, "provincial") == (150, 150, None)


def test_money_moved_to_another_year_begins_again(place):
    people, proposal = place.people, make.submitted(place)
    first_step(place, proposal)
    fire(proposal, "return", by=people.stc, reason="Chuyển sang năm sau")
    ask(proposal, people.canbo, {"provincial": 200}, year=2027)
    proposal = fire(proposal, "submit", by=people.canbo)
    assert desk(proposal) == {"provincial": "industry_department"}
    # The line an office has spoken on stays, asking nothing.
    assert look.stages(proposal, "provincial", 2026) == (0, None, None)


def test_a_return_may_set_a_day(place):
    proposal = make.submitted(place)
    day = clock.today() + datetime.timedelta(days=10)
    fire(proposal, "return", by=place.people.sct, reason="Thiếu báo giá", data={"due_on": day})
    entry = proposal.status_changes.filter(track__isnull=False).last().audit
    assert entry.changes["due_on"] == day.isoformat()


def test_a_step_that_may_not_return_does_not(place):
    proposal = scenes.in_review(place)
    ReviewStep.objects.filter(organisation_kind="finance_department").update(may_return=False)
    with pytest.raises(NotAllowed, match="không trả lại"):
        fire(proposal, "return", by=place.people.stc, reason="Thiếu báo giá")
    fire(proposal, "refuse", by=place.people.stc, reason="Sai đối tượng")
    assert look.status(proposal) == "refused"


def test_an_office_of_one_signature_passes_at_once(place):
    proposal = scenes.in_review(place)
    fire(proposal, "pass", by=place.people.stc)
    assert desk(proposal) == {"provincial": "provincial_committee"}


def test_two_signatures_are_two_persons(place):
    people, proposal = place.people, make.submitted(place)
    RoleGrant.objects.create(user=people.sct, role="head")
    RoleGrant.objects.create(user=people.sct_head, role="appraiser")
    fire(proposal, "pass", by=people.sct)
    assert desk(proposal) == {"provincial": "industry_department"}
    with pytest.raises(NotAllowed, match="Người đề xuất không tự kết luận"):
        fire(proposal, "conclude", by=people.sct)
    with pytest.raises(NotAllowed, match="Đã có ý kiến đề xuất"):
        fire(proposal, "pass", by=people.sct_head)
    fire(proposal, "conclude", by=people.sct_head)
    review = Review.objects.get(verdict="pass")
    assert (review.proposed_by, review.decided_by) == (people.sct, people.sct_head)


def test_the_head_concludes_what_was_proposed_or_sends_it_back(place):
    people, proposal = place.people, make.submitted(place)
    with pytest.raises(NotAllowed, match="Chưa có ý kiến đề xuất"):
        fire(proposal, "conclude", by=people.sct_head)
    line = look.line(proposal, "provincial")
    fire(proposal, "pass", by=people.sct, data={"amounts": {line.pk: 150 * TRIEU}})
    with pytest.raises(NotAllowed, match="đang chờ lãnh đạo kết luận"):
        fire(proposal, "return", by=people.sct, reason="Thiếu báo giá")
    fire(proposal, "conclude", by=people.sct_head)
    assert look.stages(proposal, "provincial") == (200, 150, None)
    assert ReviewAmount.objects.get(review__verdict="pass").amount == 150 * TRIEU


def test_the_head_cannot_conclude_more_than_was_asked(place):
    people, proposal = place.people, make.submitted(place)
    line = look.line(proposal, "provincial")
    fire(proposal, "pass", by=people.sct)
    with pytest.raises(Refused, match="vượt mức đề nghị"):
        fire(proposal, "conclude", by=people.sct_head, data={"amounts": {line.pk: 201 * TRIEU}})
    assert desk(proposal) == {"provincial": "industry_department"}


def test_who_submitted_or_wrote_a_dossier_does_not_review_it(place):
    people = place.people
    proposal = make.submitted(place)
    # The officer has moved to the department since.
    people.canbo.organisation = place.orgs.industry
    people.canbo.save()
    RoleGrant.objects.create(user=people.canbo, role="appraiser")
    RoleGrant.objects.create(user=people.canbo, role="head")
    moved = type(people.canbo).objects.get(pk=people.canbo.pk)
    for verb in ("pass", "return", "refuse"):
        with pytest.raises(NotAllowed, match="Bạn đã lập hoặc trình đề án này"):
            fire(proposal, verb, by=moved, reason="Thử")
    fire(proposal, "pass", by=people.sct)
    with pytest.raises(NotAllowed, match="Bạn đã lập hoặc trình đề án này"):
        fire(proposal, "conclude", by=moved)


def test_the_implementing_unit_does_not_review_its_own(place):
    """A department that runs a dossier itself finds nobody to appraise it there."""
    people = place.people
    RoleGrant.objects.create(user=people.ketoan, role="officer")
    proposal = make.submitted(place, by=type(people.ketoan).objects.get(pk=people.ketoan.pk))
    assert proposal.implementing_unit == place.orgs.industry
    with pytest.raises(NotAllowed, match="Đơn vị thực hiện không thẩm định"):
        fire(proposal, "pass", by=people.sct)
    assert look.status(proposal) == "submitted"


def test_who_appraised_does_not_approve_wherever_they_work_now(place):
    people = place.people
    proposal = make.ready_to_approve(place)
    people.stc.organisation = place.orgs.committee
    people.stc.save()
    RoleGrant.objects.create(user=people.stc, role="approver")
    moved = type(people.stc).objects.get(pk=people.stc.pk)
    for verb in ("approve", "refuse", "return"):
        with pytest.raises(NotAllowed, match="Người hoặc cơ quan đã thẩm định"):
            fire(proposal, verb, by=moved, reason="Thử", paper=make.paper())
    assert fire(proposal, "approve", by=people.ubnd, paper=make.paper()).status == "approved"


def test_a_body_that_appraised_does_not_approve(place):
    """Whoever signs there: the chain that says so is refused, not obeyed."""
    people = place.people
    ReviewStep.objects.filter(chain__code="provincial", order=3).update(
        organisation_kind="finance_department"
    )
    proposal = make.ready_to_approve(place)
    other = make.user("stc2", "approver", place.orgs.finance)
    with pytest.raises(NotAllowed, match="Người hoặc cơ quan đã thẩm định"):
        fire(proposal, "approve", by=other, paper=make.paper())
    assert people.stc.organisation == place.orgs.finance


def test_a_role_counts_between_its_days(place):
    people, proposal = place.people, make.submitted(place)
    yesterday = clock.today() - datetime.timedelta(days=1)
    people.sct.role_grants.update(valid_to=yesterday)
    with pytest.raises(NotAllowed):
        fire(proposal, "pass", by=type(people.sct).objects.get(pk=people.sct.pk))


def test_a_dossier_at_another_office_says_where_it_lies(place):
    proposal = scenes.in_review(place)
    with pytest.raises(NotAllowed, match="Hồ sơ đang ở Sở Tài chính Tỉnh Thử"):
        fire(proposal, "pass", by=place.people.sct)


def test_working_days_run_from_the_arrival(place):
    friday = datetime.datetime(2026, 3, 6, 2, 0, tzinfo=datetime.UTC)
    with clock.at(friday):
        proposal = make.submitted(place)
    review = Review.objects.get(track__proposal=proposal)
    assert review.due_on == datetime.date(2026, 3, 20)
    assert Proposal.objects.awaiting(place.people.sct).get() == proposal


def test_both_sources_returned_by_one_act_tell_one_story(place):
    """Each track goes from its step to the unit; neither pauses for the other on the way."""
    proposal = make.submitted(place, {"provincial": 200, "national": 100})
    fire(proposal, "return", by=place.people.sct, reason="Thiếu báo giá")
    assert {track.status for track in proposal.tracks.all()} == {"returned"}
    assert not proposal.tracks.filter(reviews__paused_at__isnull=False)
    assert not list(invariants.violations())
