"""Papers of bodies without an account, recorded by the department; the trail says so."""

import datetime

import pytest

from khuyencong.core import clock
from khuyencong.core.refusals import NotAllowed, Refused
from projects.firing import fire
from projects.models import Review, ReviewStep
from tests import look, make, scenes
from tests.acts import record, silence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def test_the_paper_of_a_body_without_accounts_is_recorded_and_the_trail_says_so(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place)
    silence(place.people.ubnd)
    record(place, proposal, "approve")
    assert look.status(proposal) == "approved"
    assert look.cell(proposal, "provincial") == (500, 200, 0)
    review = Review.objects.get(verdict="approve")
    assert (review.decided_by, review.recorded_by) == (None, place.people.sct)
    assert review.organisation == place.orgs.committee
    assert review.document.file is not None
    told = next(text for text in look.sentences(proposal) if "ghi nhận" in text)
    assert "ghi nhận văn bản của UBND tỉnh Tỉnh Thử: phê duyệt nguồn Ngân sách tỉnh" in told
    assert place.people.sct.full_name in told
    assert review.document.number in told


@pytest.mark.parametrize(
    ("verdict", "after"), [("pass", "in_review"), ("return", "returned"), ("refuse", "refused")]
)
def test_an_appraising_bodys_paper_is_recorded_too(place, verdict, after):
    proposal = scenes.in_review(place)
    silence(place.people.stc)
    record(place, proposal, verdict, reason="Theo văn bản")
    assert look.status(proposal) == after
    assert Review.objects.get(verdict=verdict, step__order=2).recorded_by == place.people.sct


def test_recording_wants_number_date_scan_verdict_and_reason_at_once(place):
    proposal = make.ready_to_approve(place)
    silence(place.people.ubnd)
    with pytest.raises(Refused) as refused:
        fire(proposal, "record_decision", by=place.people.sct)
    assert {fault.field for fault in refused.value.faults} == {
        *("verdict", "document_number", "document_date", "document_file"),
    }
    for verdict in ("pass", "conclude", "", None, "taken_back"):
        with pytest.raises(Refused, match="Chọn ý kiến ghi trong văn bản"):
            record(place, proposal, verdict)
    with pytest.raises(Refused, match="bản quét"):
        record(place, proposal, "approve", file=False)
    with pytest.raises(Refused, match="Nêu lý do"):
        record(place, proposal, "refuse")
    ReviewStep.objects.update(may_return=False)
    with pytest.raises(Refused, match="Chọn ý kiến ghi trong văn bản"):
        record(place, proposal, "return", reason="Thiếu")
    assert look.status(proposal) == "in_review"


def test_a_body_that_works_in_the_portal_speaks_for_itself(place):
    proposal = make.ready_to_approve(place)
    with pytest.raises(NotAllowed, match="tự xử lý trên cổng, không ghi nhận thay"):
        record(place, proposal, "approve")
    # Its chain may say that it does not.
    ReviewStep.objects.filter(kind="approve").update(acts_in_portal=False)
    make.allot(place, "provincial", 2026, 500)
    record(place, proposal, "approve")
    assert look.status(proposal) == "approved"


def test_a_body_whose_people_have_no_role_any_more_is_recorded(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place)
    yesterday = clock.today() - datetime.timedelta(days=1)
    place.people.ubnd.role_grants.update(valid_to=yesterday)
    record(place, proposal, "approve")
    assert look.status(proposal) == "approved"


def test_who_recorded_an_appraisal_has_not_appraised(place):
    """Duties are compared between who decided: recording both papers is no breach."""
    make.allot(place, "provincial", 2026, 500)
    proposal = scenes.in_review(place)
    silence(place.people.stc)
    silence(place.people.ubnd)
    record(place, proposal, "pass")
    record(place, proposal, "approve")
    assert look.status(proposal) == "approved"


def test_only_the_departments_specialist_records(place):
    proposal = make.ready_to_approve(place)
    silence(place.people.ubnd)
    other = make.world("x", "Tỉnh Khác", "TK")
    for user in (place.people.stc, place.people.sct_head, place.people.ketoan, other.people.sct):
        with pytest.raises(NotAllowed):
            record(place, proposal, "approve", by=user)
    with pytest.raises(NotAllowed, match="dùng ý kiến thẩm định"):
        record(place, make.submitted(place), "pass")
