"""Which papers a dossier needs: by kind, activity, counterpart money and day."""

import datetime

import pytest
from django.core.management import call_command

from khuyencong.core import clock
from khuyencong.core.refusals import Refused
from programmes.models import Activity
from projects import guards, loading, papers_of_dossier
from projects.firing import fire
from projects.models import DocumentRequirement, FundingLine, Proposal, ProposalActivity
from projects.reference import DATA
from tests import make, papers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
PLEDGES = {"cam-ket-doi-ung", "cam-ket-khong-trung"}
NAMED = {"cong-van-de-nghi", "de-nghi-cua-co-so", *PLEDGES}


@pytest.fixture
def shipped():
    call_command("load_reference", str(DATA / "requirements.yaml"), verbosity=0)


def fresh(proposal) -> Proposal:
    return loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)


def demanded(proposal) -> set[str]:
    rows = papers_of_dossier.needed(fresh(proposal))
    return {row.code for row in rows if row.is_required}


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("single", NAMED),
        ("several", NAMED),
        ("pilot", NAMED),
        ("group", {"cong-van-de-nghi", *PLEDGES}),
        ("task", {"cong-van-de-nghi"}),
    ],
)
def test_each_kind_of_dossier_must_have_its_papers(place, shipped, kind, wanted):
    proposal = make.draft(place)
    Proposal.objects.filter(pk=proposal.pk).update(kind=kind)
    assert demanded(proposal) == wanted


def test_nobody_pledges_money_that_is_not_asked_of_them(place, shipped):
    proposal = make.draft(place)
    FundingLine.objects.filter(proposal=proposal, source__code="counterpart").update(requested=0)
    assert demanded(proposal) == NAMED - {"cam-ket-doi-ung"}


def test_only_what_was_found_in_a_text_of_law_is_demanded(shipped):
    demanded = DocumentRequirement.objects.filter(is_required=True)
    assert {row.code for row in demanded} == NAMED
    assert all(row.legal_ref and row.confidence for row in demanded)
    custom = DocumentRequirement.objects.filter(confidence__contains="theo thông lệ")
    assert custom and not custom.filter(is_required=True).exists()
    later = DocumentRequirement.objects.filter(stage="acceptance")
    assert later.count() >= 15 and not later.filter(is_required=True).exists()


def test_a_second_loading_changes_nothing_and_keeps_what_people_changed(shipped):
    DocumentRequirement.objects.filter(code="bao-gia-thiet-bi").update(is_required=True)
    before = list(DocumentRequirement.objects.values())
    call_command("load_reference", str(DATA / "requirements.yaml"), verbosity=0)
    assert list(DocumentRequirement.objects.values()) == before


def test_proofs_for_the_acceptance_go_by_activity_and_wait(place, shipped):
    proposal = make.draft(place)
    section = papers_of_dossier.section(fresh(proposal), place.people.canbo)
    assert [line.code for line in section.later] == ["nt-kc3d-mua-may"]
    assert "bao-gia-thiet-bi" in {line.code for line in section.lines}
    training = Activity.objects.create(code="KC1", name="Truyền nghề", group=1)
    ProposalActivity.objects.filter(proposal=proposal).update(activity=training)
    section = papers_of_dossier.section(fresh(proposal), place.people.canbo)
    assert {line.code for line in section.later} == {
        *("nt-kc1-chung-chi", "nt-kc1-hoc-vien", "nt-kc1-viec-lam")
    }
    assert "bao-gia-thiet-bi" not in {line.code for line in section.lines}


def test_a_dossier_goes_only_with_every_demanded_paper(place):
    people = place.people
    papers.requirement("cong-van")
    papers.requirement("cam-ket", with_counterpart=True)
    papers.requirement("anh", is_required=False)
    papers.requirement("bien-ban", stage="acceptance")
    papers.requirement("chi-nhiem-vu", kinds="task")
    proposal = make.draft(place)
    with pytest.raises(Refused) as refused:
        fire(proposal, "submit", by=people.canbo)
    assert [(fault.message, fault.field) for fault in refused.value.faults] == [
        ("Đính kèm «Giấy cong-van».", "attachments"),
        ("Đính kèm «Giấy cam-ket».", "attachments"),
    ]
    papers.attach(proposal, "cong-van", by=people.canbo)
    assert [fault.message for fault in guards.complete(fresh(proposal))] == [
        "Đính kèm «Giấy cam-ket»."
    ]
    papers.attach(proposal, "cam-ket", by=people.canbo)
    assert fire(proposal, "submit", by=people.canbo).status == Proposal.Status.SUBMITTED


def test_where_no_checklist_is_loaded_nothing_is_demanded(place):
    proposal = fire(make.draft(place), "submit", by=place.people.canbo)
    assert proposal.status == Proposal.Status.SUBMITTED


def test_the_checklist_is_that_of_the_day_and_an_earlier_paper_still_counts(place):
    change = clock.today() + datetime.timedelta(days=10)
    papers.requirement("cong-van", valid_to=change - datetime.timedelta(days=1))
    proposal = make.draft(place)
    papers.attach(proposal, "cong-van", by=place.people.canbo)
    papers.requirement("cong-van", valid_from=change)
    papers.requirement("moi", valid_from=change)
    assert not list(papers_of_dossier.faults(fresh(proposal)))
    with clock.at(clock.now() + datetime.timedelta(days=10)):
        found = [fault.message for fault in papers_of_dossier.faults(fresh(proposal))]
    assert found == ["Đính kèm «Giấy moi»."]


def test_states_are_said_in_words(place):
    papers.requirement("cong-van")
    papers.requirement("anh", is_required=False)
    proposal = make.draft(place)

    def states():
        section = papers_of_dossier.section(fresh(proposal), place.people.canbo)
        return [line.state_label for line in section.lines]

    assert states() == ["Thiếu", "Chưa có"]
    row = papers.attach(proposal, "cong-van", by=place.people.canbo)
    assert states() == ["Đã có", "Chưa có"]
    for scan, word in (("pending", "Đang quét"), ("infected", "Lỗi"), ("clean", "Đã có")):
        row.scan = scan
        row.save()
        assert states()[0] == word


def test_a_file_whose_paper_no_longer_applies_stands_among_the_others(place):
    papers.requirement("rieng", activity_code="KC3d")
    proposal = make.draft(place)
    papers.attach(proposal, "rieng", by=place.people.canbo)
    proposal.activities.all().delete()
    section = papers_of_dossier.section(fresh(proposal), place.people.canbo)
    assert not section.lines and len(section.others.files) == 1
