"""An office changes its name: what it did keeps the old one, what it has to do goes on."""

import datetime

import pytest
from django.urls import reverse

from khuyencong.core import audit, clock, organisations
from khuyencong.core.models import LegalDocument, Organisation
from khuyencong.core.organisation_guards import Named
from khuyencong.core.refusals import Refused
from projects.firing import fire
from projects.models import Proposal, Review
from reports.models import ReportRun
from tests import look, make
from tests.projects.pages import page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
OLD, NEW = "Sở Tài chính Tỉnh Thử", "Sở Tài chính và Kế hoạch"


@pytest.fixture
def waiting(place) -> Proposal:
    """It lies with the finance department."""
    proposal = make.submitted(place)
    fire(proposal, "pass", by=place.people.sct)
    return fire(proposal, "conclude", by=place.people.sct_head)


def renamed(place, office: Organisation, name: str, sign: str = "") -> Organisation:
    made = organisations.rename(
        office,
        Named(name, name, sign, valid_from=clock.today(), legal_ref="Nghị quyết thử"),
        by=place.people.quantri,
    )
    for user in vars(place.people).values():
        user.refresh_from_db()
        user.__dict__.pop("roles", None)
        user.__dict__.pop("permissions", None)
    return made


def test_the_new_office_goes_on_with_the_open_review_of_the_old_one(place, waiting):
    new = renamed(place, place.orgs.finance, NEW)
    assert Proposal.objects.awaiting(place.people.stc).get() == waiting
    assert Proposal.objects.visible_to(place.people.stc).filter(pk=waiting.pk).exists()
    fire(waiting, "pass", by=place.people.stc, paper=make.paper("BC-STCKH"))
    review = Review.objects.get(track__proposal=waiting, step__organisation_kind=new.kind)
    assert review.verdict == "pass" and review.decided_by == place.people.stc
    last = audit.trail(waiting).last()
    assert last.organisation_name == NEW


def test_what_the_old_office_said_keeps_its_old_name(place, waiting):
    fire(waiting, "pass", by=place.people.stc, paper=make.paper("BC-STC"))
    before = look.sentences(waiting)
    renamed(place, place.orgs.finance, NEW)
    assert look.sentences(waiting) == before
    document = LegalDocument.objects.get(number__endswith="BC-STC")
    assert document.issuer_name == OLD
    review = Review.objects.get(document=document)
    assert review.organisation.name == OLD
    assert OLD in audit.trail(waiting).filter(organisation=place.orgs.finance).first(
    ).organisation_name  # fmt: skip
    text = text_of(
        page_of(place.people.sct).get(reverse("proposal_detail", kwargs={"code": waiting.code}))
    )
    assert OLD in text


def test_the_unit_under_its_new_name_goes_on_with_its_dossiers(place):
    proposal = make.submitted(place)
    returned = fire(
        proposal,
        "return",
        by=place.people.sct,
        reason="Thiếu báo giá.",
        data={
            "points": [("du-toan", "Thiếu báo giá.")],
            "due_on": clock.today() + datetime.timedelta(days=30),
        },
    )
    new = renamed(place, place.orgs.centre, "Trung tâm Xúc tiến Tỉnh Thử")
    assert Proposal.objects.visible_to(place.people.canbo).get() == proposal
    fire(returned, "submit", by=place.people.canbo)
    proposal.refresh_from_db()
    assert proposal.implementing_unit == place.orgs.centre
    fresh = make.draft(place, title="Máy sấy")
    assert fresh.implementing_unit == new


def test_who_appraises_and_who_approves_do_not_become_one_office(place):
    for office, into in (
        (place.orgs.finance, place.orgs.committee),
        (place.orgs.committee, place.orgs.industry),
    ):
        with pytest.raises(Refused, match="không ai phê duyệt được"):
            organisations.merge(
                office, into, clock.today(), legal_ref="NQ", by=place.people.quantri
            )
    assert not Organisation.objects.filter(successor__isnull=False).exists()


def test_an_appraising_office_merged_into_another_leaves_its_open_reviews_to_it(place, waiting):
    planning = make.organisation("other", place.home, "Sở Kế hoạch và Tài chính")
    expert = make.user("kht", "appraiser", planning)
    organisations.merge(
        place.orgs.finance, planning, clock.today(), legal_ref="NQ", by=place.people.quantri
    )
    fire(waiting, "pass", by=expert, paper=make.paper("BC-KHTC"))
    assert look.track(waiting, "provincial").step.kind == "approve"


def test_a_report_made_before_keeps_the_name_it_was_printed_with(place):
    file = make.scan(place.people.lanhdao)
    run = ReportRun.objects.create(
        report="budget-execution",
        params={"programme": place.programme.code},
        snapshot_at=clock.now(),
        ordered_by=place.people.lanhdao,
        state="done",
        file=file,
        sha256=file.sha256,
    )
    renamed(place, place.orgs.industry, "Sở Công Thương và Công nghiệp")
    answer = page_of(place.people.lanhdao).get(reverse("report_file", args=[run.pk]))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 scan"


def test_a_national_agency_with_a_new_name_receives_what_comes_and_keeps_what_it_said(place):
    proposal = make.submitted(place, {"national": 100})
    fire(proposal, "pass", by=place.people.sct)
    fire(proposal, "conclude", by=place.people.sct_head)
    new = renamed(place, place.orgs.agency, "Cục Khuyến công mới")
    fire(proposal, "pass", by=place.people.cuc)
    other = make.submitted(place, {"national": 100}, title="Máy sấy")
    fire(other, "pass", by=place.people.sct)
    fire(other, "conclude", by=place.people.sct_head)
    spoken, waits = Review.objects.filter(step__organisation_kind=new.kind).order_by("pk")
    assert spoken.organisation == place.orgs.agency and spoken.verdict == "pass"
    assert waits.organisation == new and waits.is_open
