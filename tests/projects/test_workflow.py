"""The table: which verbs stand open in which state, and what every verb has in common."""

import datetime

import pytest

from khuyencong.core import audit, clock, permissions
from khuyencong.core.models import LegalDocument
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import NotAllowed, NotNow, Refused, Stale
from projects.firing import fire, options
from projects.models import Proposal, StatusChange, Track
from projects.workflow import TABLE
from tests import look, make
from tests.scenes import SCENES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]

# What somebody can do to a proposal in each of its states; written out, not taken from the table.
OPEN = {
    "draft": {"submit"},
    "submitted": {"take_back", "withdraw", "assign", "pass", "return", "refuse"},
    "in_review": {"take_back", "withdraw", "assign", "pass", "return", "refuse"},
    "returned": {"submit", "withdraw", "take_back"},
    "approved": {"commit_year", "sign", "suspend", "stop", "reopen"},
    "partly_approved": {"replan", "withdraw", "reopen"},
    "refused": {"reopen"},
    "withdrawn": set(),
    "contracted": {"commit_year", "start", "disburse", "suspend", "stop"},
    "in_progress": {"commit_year", "disburse", "accept", "suspend", "stop"},
    "accepted": {"commit_year", "disburse", "liquidate"},
    "liquidated": {"commit_year", "disburse", "settle"},
    "settled": set(),
    "suspended": {"resume", "stop"},
    "stopped": set(),
}
# Open only to group proposals: test_sites.py.
OF_GROUPS = {"list_sites", "confirm_sites", "return_sites"}


def everybody(place):
    return vars(place.people).values()


@pytest.mark.parametrize("status", Proposal.Status.values)
def test_every_state_is_reached_by_verbs_and_opens_only_its_own(place, status):
    proposal = SCENES[status](place)
    assert look.status(proposal) == proposal.status == status
    found = {
        option.verb
        for user in everybody(place)
        for option in options(proposal, user)
        if option.is_open
    }
    assert found == OPEN[status]
    before = Proposal.objects.values().get(pk=proposal.pk)
    for verb in TABLE.keys() - OPEN[status]:
        closed(proposal, verb, place)
    assert Proposal.objects.values().get(pk=proposal.pk) == before


def closed(proposal, verb, place):
    """Fired all the same it says why not, for whoever tries."""
    transition = TABLE[verb]
    people = place.people
    for user in (people.canbo, people.sct, people.sct_head, people.ketoan):
        with pytest.raises((NotNow, NotAllowed)) as refused:
            fire(proposal, verb, by=user, reason="Thử", paper=make.paper())
        assert str(refused.value)
        if verb in OF_GROUPS and proposal.status in transition.sources:
            assert "Chỉ đề án nhóm" in str(refused.value)
        elif transition.on == "proposal":
            assert f"«{proposal.get_status_display()}»" in str(refused.value)
            assert f"«{transition.label}»" in str(refused.value)
            return


def test_the_open_states_are_those_of_the_table():
    assert set(OPEN) == set(SCENES) == set(Proposal.Status.values)


def test_every_verb_has_a_rule_and_a_label():
    assert set(TABLE) <= permissions.known_verbs()
    assert len({str(row.label) for row in TABLE.values()}) == len(TABLE)


@pytest.mark.parametrize("verb", ["", "xoa", "SUBMIT", "submit ", "x" * 5000, "__class__"])
def test_an_unknown_verb_is_refused(place, verb):
    proposal = make.draft(place)
    with pytest.raises(Refused, match="Không có thao tác") as refused:
        fire(proposal, verb, by=place.people.canbo)
    assert refused.value.faults[0].field == "verb"
    assert len(str(refused.value)) < 100


def test_a_stale_version_is_told_and_nothing_is_written(place):
    proposal = make.draft(place)
    with pytest.raises(Stale, match="đã thay đổi từ lúc bạn mở trang"):
        fire(
            proposal,
            "submit",
            by=place.people.canbo,
            expected_version=proposal.version - 1,
        )
    assert look.status(proposal) == "draft"
    done = fire(proposal, "submit", by=place.people.canbo, expected_version=proposal.version)
    assert done.version == proposal.version + 1


def test_the_second_of_two_equal_acts_finds_the_first_done(place):
    proposal = make.ready_to_approve(place)
    fire(proposal, "approve", by=place.people.ubnd, paper=make.paper())
    with pytest.raises(NotNow):
        fire(proposal, "approve", by=place.people.ubnd, paper=make.paper())
    assert look.status(proposal) == "approved"


def test_an_act_happens_at_one_instant(place):
    moment = datetime.datetime(2026, 6, 1, 2, 0, tzinfo=datetime.UTC)
    with clock.at(moment):
        proposal = make.submitted(place, {"provincial": 100, "national": 50})
    change = StatusChange.objects.filter(proposal=proposal)
    assert set(change.values_list("changed_at", flat=True)) == {moment}
    assert {row.recorded_at for row in audit.trail(proposal)} == {moment}
    assert proposal.submitted_at == moment


@pytest.mark.parametrize(
    ("status", "verb", "person"),
    [
        ("submitted", "return", "sct"),
        ("submitted", "refuse", "sct"),
        ("submitted", "withdraw", "canbo"),
        ("approved", "suspend", "sct_head"),
        ("suspended", "resume", "sct_head"),
        ("approved", "stop", "sct_head"),
    ],
)
@pytest.mark.parametrize("reason", ["", "   ", "\n\t "])
def test_a_reason_is_wanted(place, status, verb, person, reason):
    proposal = SCENES[status](place)
    with pytest.raises(Refused, match="Nêu lý do") as refused:
        fire(
            proposal,
            verb,
            by=getattr(place.people, person),
            reason=reason,
            paper=make.paper("QĐ-SCT") if verb == "stop" else None,
        )
    assert [fault.field for fault in refused.value.faults] == ["reason"]
    assert look.status(proposal) == status


@pytest.mark.parametrize(
    ("status", "verb", "person"),
    [
        ("approved", "sign", "ketoan"),
        ("approved", "stop", "sct_head"),
        ("contracted", "disburse", "ketoan"),
        ("in_progress", "accept", "ketoan"),
        ("accepted", "liquidate", "ketoan"),
        ("liquidated", "settle", "ketoan"),
    ],
)
def test_a_paper_is_wanted_with_number_and_a_possible_date(place, status, verb, person):
    proposal = SCENES[status](place)
    by = getattr(place.people, person)
    today = clock.today()
    cases = {
        Paper(): {"document_number", "document_date"},
        Paper("12/QĐ"): {"document_date"},
        Paper(" ", today): {"document_number"},
        Paper("12/QĐ", today + datetime.timedelta(days=1)): {"document_date"},
        Paper("12/QĐ", today - datetime.timedelta(days=1)): {"document_date"},
    }
    for paper, fields in cases.items():
        with pytest.raises(Refused) as refused:
            fire(proposal, verb, by=by, reason="Thử", paper=paper)
        assert {fault.field for fault in refused.value.faults} == fields
    assert look.status(proposal) == status


def test_everything_wrong_is_told_at_once(place):
    proposal = make.ready_to_approve(place, {"provincial": 200, "national": 100})
    line = look.line(proposal, "provincial")
    documents = LegalDocument.objects.count()
    with pytest.raises(Refused) as refused:
        fire(
            proposal,
            "approve",
            by=place.people.ubnd,
            paper=Paper("", clock.today() + datetime.timedelta(days=1)),
            data={"amounts": {line.pk: line.requested + 1, 0: 5}},
        )
    assert {(fault.field, fault.message) for fault in refused.value.faults} == {
        ("amounts", "Có dòng vốn không thuộc đề án này. Mở lại trang."),
        (
            f"amount-{line.pk}",
            "Ngân sách tỉnh năm 2026: 200,000001 vượt mức đề nghị 200 triệu đồng.",
        ),
        ("document_number", "Nhập số văn bản, ví dụ 12/QĐ-UBND."),
        ("document_date", "Ngày văn bản không được sau hôm nay."),
    }
    assert LegalDocument.objects.count() == documents
    assert Track.objects.filter(status="in_step").count() == 2
