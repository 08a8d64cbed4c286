"""The panel: convened by a decision, votes until it closes, a verdict by the count, then frozen."""

from __future__ import annotations

import datetime
import uuid

import pytest

from khuyencong.core import audit, clock, permissions, roles
from khuyencong.core.models import LegalDocument
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from projects.firing import fire
from projects.models import Panel, PanelItem, PanelMember, PanelVote
from projects.panels import closing, members, result, voting
from projects.panels.convening import Seat
from projects.panels.voting import Vote
from tests import make, panels
from tests.panels import AGREE, DISAGREE, SUPPLEMENT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def said(caught: pytest.ExceptionInfo) -> str:
    return "; ".join(fault.message for fault in caught.value.faults)


# --- convened ----------------------------------------------------------------------------------


def test_a_panel_is_convened_by_a_decision_over_several_dossiers(place):
    one, two = make.submitted(place), make.submitted(place)
    panel = panels.convene(place, one, two)
    prefix = place.home.abbreviation or place.home.code
    assert panel.code == f"HD-{prefix}-{panel.meets_on.year}-001"
    assert panel.decision.kind == LegalDocument.Kind.DECISION
    assert panel.decision.issuer == place.orgs.industry
    assert [row.proposal for row in panel.items.all()] == [one, two]
    assert {row.round for row in panel.items.all()} == {1}
    assert [row.seat for row in panel.members.all()] == ["chair", "secretary", "member", "member"]
    row = audit.trail(panel).first()
    assert f"lập hội đồng theo Quyết định {panel.decision.number}" in audit.sentence(row)
    assert one.code in audit.sentence(row) and "4 thành viên" in audit.sentence(row)
    told = audit.trail(one).last()
    assert f"đưa đề án ra hội đồng {panel.code}" in audit.sentence(told)


def test_the_same_page_sent_twice_makes_one_panel(place):
    proposal, key = make.submitted(place), uuid.uuid4()
    first = panels.convene(place, proposal, form_key=key)
    again = panels.convene(place, proposal, form_key=key)
    assert again == first and Panel.objects.count() == 1
    assert audit.trail(first).count() == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"paper": Paper()}, "Nhập số văn bản"),
        ({"meets_on": None}, "Nhập ngày họp"),
        ({"seats": []}, "ít nhất 3 thành viên"),
        ({"seats": [Seat("A"), Seat("B"), Seat("C")]}, "đúng một chủ tịch"),
        (
            {"seats": [Seat("A", "chair"), Seat("B", "chair"), Seat("C", "secretary")]},
            "đúng một chủ tịch",
        ),
        ({"seats": [Seat("A", "chair"), Seat("B"), Seat("C")]}, "đúng một thư ký"),
        ({"seats": [Seat("A", "chair"), Seat("B", "secretary"), Seat(" ")]}, "họ tên từng"),
        ({"seats": [Seat("A", "chair"), Seat("B", "secretary"), Seat("A")]}, "hai lần"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_made(place, change, message):
    with pytest.raises(Refused) as caught:
        panels.convene(place, **change)
    assert message in said(caught)
    assert not Panel.objects.exists() and not PanelMember.objects.exists()


def test_it_does_not_meet_before_its_decision(place):
    yesterday = clock.today() - datetime.timedelta(days=1)
    with pytest.raises(Refused) as caught:
        panels.convene(place, meets_on=yesterday)
    assert "ngày của quyết định" in said(caught)


def test_only_dossiers_at_the_offices_own_step_and_at_no_other_open_panel(place):
    passed = fire(make.submitted(place), "pass", by=place.people.sct)
    passed = fire(passed, "conclude", by=place.people.sct_head)
    with pytest.raises(Refused) as caught:
        panels.convene(place, passed)
    assert f"{passed.code} không còn ở bước thẩm định" in said(caught)
    here = make.submitted(place)
    first = panels.convene(place, here)
    with pytest.raises(Refused) as caught:
        panels.convene(place, here)
    assert f"{here.code} đang ở hội đồng {first.code}" in said(caught)


@pytest.mark.parametrize("name", ["canbo", "stc", "ubnd", "cuc", "ketoan", "lanhdao", "kiemtoan"])
def test_nobody_else_convenes(place, name):
    proposal = make.submitted(place)
    with pytest.raises(NotAllowed):
        panels.convene(place, proposal, by=getattr(place.people, name))


# --- votes -------------------------------------------------------------------------------------


def test_members_vote_and_change_their_minds_and_a_second_click_changes_nothing(place):
    panel = panels.convene(place)
    panels.vote(panel, place.people.stc, AGREE)
    panels.vote(panel, place.people.stc, AGREE)
    assert PanelVote.objects.count() == 1
    assert audit.trail(panel).filter(action="projects.panel.vote").count() == 1
    panels.vote(panel, place.people.stc, SUPPLEMENT, remark="Làm rõ giá")
    vote = PanelVote.objects.get()
    assert (vote.verdict, vote.remark) == (SUPPLEMENT, "Làm rõ giá")
    rows = audit.trail(panel).filter(action="projects.panel.vote")
    assert [row.changes["votes"][0]["verdict"] for row in rows] == [AGREE, SUPPLEMENT]
    assert "Đồng ý" not in audit.sentence(rows[0])  # the sentence says who, never how


def test_votes_of_who_has_no_account_are_entered_by_secretary_or_specialist(place):
    panel = panels.convene(place)
    seat = panels.member(panel, "Nguyễn Thị Ngoài")
    ballot = {panel.items.get().pk: Vote(AGREE)}
    for name in ("stc", "sct_head", "canbo"):
        with pytest.raises(NotAllowed):
            voting.cast(panel, ballot, by=getattr(place.people, name), member_id=seat.pk)
    voting.cast(panel, ballot, by=place.people.sct, member_id=seat.pk)
    assert PanelVote.objects.get().recorded_by == place.people.sct
    row = audit.trail(panel).last()
    assert "nhập phiếu của Nguyễn Thị Ngoài (" in audit.sentence(row)
    own = panels.member(panel, place.people.stc)
    with pytest.raises(NotAllowed, match="tự bỏ phiếu"):
        voting.cast(panel, ballot, by=place.people.sct, member_id=own.pk)


def test_a_ballot_that_is_no_vote_is_refused_whole(place):
    one, two = make.submitted(place), make.submitted(place)
    panel = panels.convene(place, one, two)
    first, second = panel.items.all()
    for ballot in ({}, {first.pk: Vote()}, {first.pk: Vote(AGREE), second.pk: Vote("yes")}):
        with pytest.raises(Refused):
            voting.cast(panel, ballot, by=place.people.stc)
    with pytest.raises(Refused, match="không thuộc hội đồng"):
        voting.cast(panel, {first.pk: Vote(AGREE), 10**9: Vote(AGREE)}, by=place.people.stc)
    assert not PanelVote.objects.exists()


# --- members -----------------------------------------------------------------------------------


def test_a_member_is_replaced_on_the_same_seat_and_the_votes_go(place):
    panel = panels.convene(place)
    panels.vote(panel, place.people.sct_head, AGREE)
    chair = panels.member(panel, place.people.sct_head)
    with pytest.raises(Refused, match="lý do thay"):
        members.replace(panel, chair.pk, Seat("Lò Văn Mới"), reason=" ", by=place.people.sct)
    new = members.replace(
        panel, chair.pk, Seat("Lò Văn Mới"), reason="QĐ 9", by=place.people.sct_head
    )
    assert (new.seat, new.position) == ("chair", 1)
    assert not PanelVote.objects.exists()
    sentence = audit.sentence(audit.trail(panel).last())
    assert "(Chủ tịch). Lý do: QĐ 9. Người thay:" in sentence and "1 phiếu" in sentence
    assert "thành viên số" not in sentence
    with pytest.raises(Refused, match="hai lần"):
        members.replace(
            panel,
            new.pk,
            Seat("Khác", user=place.people.stc),
            reason="QĐ 10",
            by=place.people.sct,
        )
    with pytest.raises(NotAllowed):
        members.replace(panel, new.pk, Seat("X"), reason="QĐ 10", by=place.people.stc)


# --- the conclusion ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("votes", "verdict"),
    [
        ((AGREE, AGREE, AGREE, DISAGREE), AGREE),
        ((AGREE, AGREE, AGREE), AGREE),
        ((SUPPLEMENT, SUPPLEMENT, AGREE, SUPPLEMENT), SUPPLEMENT),
        ((DISAGREE, DISAGREE, DISAGREE, AGREE), DISAGREE),
    ],
)
def test_the_verdict_is_what_more_than_half_of_the_votes_say(place, votes, verdict):
    panel = panels.convene(place)
    panels.all_vote(panel, *votes)
    panels.close(panel, note="Ý kiến")
    assert panel.items.get().verdict == verdict


@pytest.mark.parametrize(
    "votes", [(AGREE, AGREE, DISAGREE, DISAGREE), (AGREE, AGREE, SUPPLEMENT, DISAGREE)]
)
def test_without_a_majority_the_chair_concludes_in_writing(place, votes):
    panel = panels.convene(place)
    panels.all_vote(panel, *votes)
    with pytest.raises(Refused, match="Chọn kết luận của chủ tịch"):
        panels.close(panel)
    with pytest.raises(Refused, match="bằng văn bản của chủ tịch"):
        panels.close(panel, verdict=AGREE)
    panels.close(panel, verdict=AGREE, note="Chủ tịch đồng ý.")
    assert panel.items.get().verdict == AGREE


def test_half_of_the_votes_is_not_enough_to_close(place):
    panel = panels.convene(place)
    panels.all_vote(panel, AGREE, AGREE)
    with pytest.raises(Refused, match="mới có 2/4 phiếu, cần quá nửa"):
        panels.close(panel, verdict=AGREE, note="Vẫn kết luận")
    panel.refresh_from_db()
    assert panel.state == Panel.Status.OPEN and panel.minutes is None


def test_a_verdict_other_than_agreed_says_what_to_do(place):
    panel = panels.convene(place)
    panels.all_vote(panel, SUPPLEMENT, SUPPLEMENT, SUPPLEMENT)
    with pytest.raises(Refused, match="để đơn vị biết"):
        panels.close(panel)
    panels.close(panel, note="Bổ sung báo giá.")
    assert panel.items.get().note == "Bổ sung báo giá."


def test_minutes_have_a_number_and_a_day_not_before_the_meeting_and_serve_one_panel(place):
    panel = panels.convene(place)
    panels.all_vote(panel, AGREE, AGREE, AGREE)
    for paper, message in (
        (Paper(), "Nhập số văn bản"),
        (Paper("1/BB", clock.today() - datetime.timedelta(days=1)), "từ ngày họp"),
        (Paper("1/BB", clock.today() + datetime.timedelta(days=1)), "sau hôm nay"),
    ):
        with pytest.raises(Refused, match=message):
            panels.close(panel, paper=paper)
    paper = make.paper("BB-SCT")
    panels.close(panel, paper=paper)
    other = panels.convene(place)
    panels.all_vote(other, AGREE, AGREE, AGREE)
    with pytest.raises(Refused, match="đã dùng cho một hội đồng khác"):
        panels.close(other, paper=paper)


def test_closing_twice_is_once(place):
    panel, paper = panels.convene(place), make.paper("BB-SCT")
    panels.all_vote(panel, AGREE, AGREE, AGREE)
    panels.close(panel, paper=paper)
    panels.close(panel, paper=paper)
    assert audit.trail(panel).filter(action="projects.panel.close").count() == 1
    with pytest.raises(NotNow):
        panels.close(panel, by=place.people.sct)


@pytest.mark.parametrize(
    ("name", "may"),
    [("sct_head", True), ("sct", True), ("stc", False), ("canbo", False), ("kiemtoan", False)],
)
def test_the_chairs_side_closes(place, name, may):
    panel = panels.convene(place)
    refused = permissions.refusal(getattr(place.people, name), "projects.panel.close", panel)
    assert (refused is None) == may


def test_a_closed_panel_is_frozen(place):
    panel = panels.convene(place)
    panels.all_vote(panel, AGREE, AGREE, AGREE)
    panels.close(panel)
    from projects.panels import conflicts

    seat = panels.member(panel, place.people.stc)
    item = panel.items.get()
    for act in (
        lambda: panels.vote(panel, place.people.stc, DISAGREE),
        lambda: members.replace(panel, seat.pk, Seat("X"), reason="x", by=place.people.sct),
        lambda: conflicts.declare(panel, item.pk, "Người nhà", by=place.people.stc),
        lambda: panels.close(panel, note="Khác"),
    ):
        with pytest.raises(NotNow, match="đã kết luận"):
            act()
    assert PanelVote.objects.filter(verdict=AGREE).count() == 3
    sentence = audit.sentence(audit.trail(panel).last())
    assert f"{item.proposal.code}: Đồng ý" in sentence and "Biên bản" in sentence
    told = audit.trail(item.proposal).last()
    assert audit.sentence(told) == f"Hội đồng {panel.code} kết luận: Đồng ý"


def test_a_dossier_that_left_meanwhile_keeps_no_panel_from_closing(place):
    one, two = make.submitted(place), make.submitted(place)
    panel = panels.convene(place, one, two)
    fire(two, "withdraw", by=place.people.canbo, reason="Rút")
    first = panel.items.get(proposal=one)
    for name in ("sct_head", "sct", "stc"):
        voting.cast(panel, {first.pk: Vote(AGREE)}, by=getattr(place.people, name))
    assert closing.live(panel) == {one.pk}
    panels.close(panel)
    assert [row.verdict for row in PanelItem.objects.filter(panel=panel)] == [AGREE, ""]


# --- what it means for the dossier -------------------------------------------------------------


def guard(proposal, verb="pass", reason=""):
    """What the guard says of an act at the department's step."""
    from projects import tracks
    from projects.act import Act

    live = tracks.current(tracks.at_work(proposal))
    review = tracks.open_review(live[0])
    act = Act(verb, None, proposal, reason, track=live[0], review=review)
    return [fault.message for fault in result.faults(act)]


def test_the_office_waits_for_its_panel_and_answers_it(place):
    proposal = make.submitted(place)
    assert guard(proposal) == []
    panel = panels.convene(place, proposal)
    assert guard(proposal) == [f"Hội đồng chưa kết luận: {panel.name} ({panel.code})."]
    panels.all_vote(panel, SUPPLEMENT, SUPPLEMENT, SUPPLEMENT)
    panels.close(panel, note="Bổ sung báo giá.")
    assert guard(proposal) == [
        f"{panel.name} ({panel.code}) kết luận «Bổ sung, hoàn thiện». Nêu lý do cơ quan vẫn đồng ý."
    ]
    assert guard(proposal, reason="Đã bổ sung tại cuộc họp.") == []


def test_a_panel_that_agreed_asks_nothing_more(place):
    proposal = make.submitted(place)
    panel = panels.convene(place, proposal)
    panels.all_vote(panel, AGREE, AGREE, AGREE)
    panels.close(panel)
    assert guard(proposal) == []


def test_a_panel_of_an_earlier_round_counts_no_longer(place):
    proposal = make.submitted(place)
    panels.convene(place, proposal)
    proposal = fire(proposal, "return", by=place.people.sct, reason="Bổ sung")
    assert result.of(proposal) is not None
    proposal = fire(proposal, "submit", by=place.people.canbo)
    assert result.of(proposal) is None
    assert guard(proposal) == []
    assert panels.convene(place, proposal).items.get().round == 2


def test_the_unit_reads_verdict_and_note_but_no_votes(place, django_assert_num_queries):
    proposal = make.submitted(place)
    reader = place.people.sct
    assert reader.may(roles.REVIEW)  # a page has asked for the rights by then
    with django_assert_num_queries(1):
        assert result.of(proposal, reader) is None
    panel = panels.convene(place, proposal)
    panels.all_vote(panel, AGREE, AGREE, AGREE, SUPPLEMENT)
    panels.close(panel, note="Đồng ý mức đề nghị.")
    with django_assert_num_queries(1):
        ours = result.of(proposal, reader)
    assert ours.counts == "3 đồng ý, 1 bổ sung" and ours.is_seen
    assert (ours.verdict, ours.verdict_label) == (PanelItem.Verdict.AGREE, "Đồng ý")
    theirs = result.of(proposal, place.people.canbo)
    assert (theirs.verdict, theirs.note) == (AGREE, "Đồng ý mức đề nghị.")
    assert theirs.counts == "" and not theirs.is_seen


def test_the_desk_cannot_pass_on_before_its_panel_has_concluded(place):
    proposal = make.submitted(place)
    panel = panels.convene(place, proposal)
    with pytest.raises(Refused, match="Hội đồng chưa kết luận"):
        fire(proposal, "pass", by=place.people.sct)
    panels.all_vote(panel, AGREE, AGREE, AGREE)
    panels.close(panel)
    fire(proposal, "pass", by=place.people.sct)


def test_the_offices_opinion_names_the_panel_it_had_before_it(place):
    proposal = make.submitted(place)
    panel = panels.convene(place, proposal)
    panels.all_vote(panel, AGREE, AGREE, AGREE, AGREE)
    panels.close(panel)
    fire(proposal, "pass", by=place.people.sct)
    fire(proposal, "conclude", by=place.people.sct_head)
    for action in ("pass", "conclude"):
        row = audit.trail(proposal).get(action=f"projects.proposal.{action}", to_state="")
        assert row.changes["panel"] == panel.code
        assert f"sau hội đồng {panel.code}" in audit.sentence(row)


def test_a_member_with_an_account_sits_under_its_title_and_office(place):
    people = place.people
    people.stc.title = "Chuyên viên"
    people.stc.save()
    panel = panels.convene(place)
    seat = panels.member(panel, people.stc)
    assert seat.title == f"Chuyên viên, {place.orgs.finance.short_name}"
    assert panels.member(panel, people.sct).organisation == place.orgs.industry
