"""Pages of the panel: convene, vote, say a conflict, replace, conclude; without a script."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from khuyencong.core import clock, documents
from projects.models import Panel, PanelConflict, PanelVote
from projects.panels.convening import Seat
from tests import make, panels
from tests.panels import AGREE, SUPPLEMENT
from tests.projects.pages import page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
OUTSIDER = "Nguyễn Thị Ngoài"


def address(panel: Panel, name: str = "panel_detail", **kw) -> str:
    return reverse(name, kwargs={"code": panel.code, **kw})


def today() -> str:
    return f"{clock.today():%d/%m/%Y}"


def filled(place, sent: dict, *proposals) -> dict:
    """The form of a new panel as a clerk fills it in: two by account, one by name alone."""
    people = place.people
    return sent | {
        "document_number": "7/QĐ-SCT",
        "document_date": today(),
        "name": "Hội đồng thẩm định đợt 1",
        "meets_on": today(),
        "proposals": [str(row.pk) for row in proposals],
        "tv-0-who": f"{people.sct_head.full_name} ({people.sct_head.username})",
        "tv-1-who": f"{people.sct.full_name} ({people.sct.username})",
        "tv-2-who": OUTSIDER,
        "tv-2-title": "Hội Nông dân",
    }


def test_a_panel_is_convened_on_one_page_and_the_page_sent_twice_makes_one(place):
    one, two = make.submitted(place), make.submitted(place)
    browser = page_of(place.people.sct)
    answer = browser.get(reverse("panel_new"), {"de-an": two.code})
    assert one.code in text_of(answer)
    sent = read_form(answer, "panel")
    assert sent["proposals"] == [str(two.pk)]  # a link from a dossier brings it along
    sent = filled(place, sent, one, two)
    answers = [browser.post(reverse("panel_new"), sent) for _ in range(2)]
    panel = Panel.objects.get()
    assert {answer["Location"] for answer in answers} == {address(panel)}
    rows = list(panel.members.all())
    assert [row.user for row in rows] == [place.people.sct_head, place.people.sct, None]
    assert [row.seat for row in rows] == ["chair", "secretary", "member"]
    assert rows[2].title == "Hội Nông dân"
    assert panel.items.count() == 2


def test_faults_are_said_all_at_once_and_what_was_typed_stays(place):
    proposal = make.submitted(place)
    browser = page_of(place.people.sct)
    sent = read_form(browser.get(reverse("panel_new")), "panel") | {
        "name": "Hội đồng «thử»",
        "tv-0-who": "Ai Đó (khong.co)",
        "tv-1-office": "Cơ quan bịa",
        "tv-2-enterprise": "CS-999999",
        "proposals": [str(proposal.pk)],
    }
    answer = browser.post(reverse("panel_new"), sent)
    assert answer.status_code == 422
    text = text_of(answer)
    assert "Không có tài khoản này" in text and "Chọn cơ quan trong danh sách" in text
    assert "Không có cơ sở mã này" in text and "Ai Đó (khong.co)" in text
    sent = read_form(answer, "panel")
    assert sent["proposals"] == [str(proposal.pk)]
    sent |= {"tv-0-who": "Ai Đó", "tv-1-office": "", "tv-2-enterprise": ""}
    text = text_of(browser.post(reverse("panel_new"), sent))
    for said in ("Nhập số văn bản", "Nhập ngày họp", "ít nhất 3 thành viên", "một thư ký"):
        assert said in text
    assert not Panel.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {"tv-TOTAL_FORMS": "x"},
        {"tv-TOTAL_FORMS": "100000", "tv-INITIAL_FORMS": "0"},
        {"proposals": ["x", "9" * 40, "-1", "²"]},
        {"tv-TOTAL_FORMS": "1", "tv-INITIAL_FORMS": "0", "tv-0-seat": "king"},
        {"form_key": "no-uuid", "meets_on": "32/13/2026", "name": "a" * 500},
    ],
)
def test_what_no_browser_sends_is_refused_in_words(place, sent):
    answer = page_of(place.people.sct).post(reverse("panel_new"), sent)
    assert answer.status_code == 422
    assert "cần sửa" in text_of(answer) or "errsum" in text_of(answer)


def test_my_votes_are_on_top_and_are_sent_together(place):
    one, two = make.submitted(place), make.submitted(place)
    panel = panels.convene(place, one, two)
    browser = page_of(place.people.stc)
    answer = browser.get(address(panel))
    text = text_of(answer)
    assert text.index("Phiếu của tôi") < text.index('id="h-items"')
    first, second = panel.items.all()
    sent = read_form(answer, "ballot")
    assert f"verdict-{first.pk}" not in sent  # nothing is chosen for anybody
    empty = browser.post(address(panel, "panel_ballot"), sent)
    assert empty.status_code == 422 and "ít nhất một đề án" in text_of(empty)
    sent |= {
        f"verdict-{first.pk}": AGREE,
        f"verdict-{second.pk}": SUPPLEMENT,
        f"remark-{second.pk}": "Làm rõ giá",
    }
    answers = [browser.post(address(panel, "panel_ballot"), sent) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert PanelVote.objects.count() == 2
    again = read_form(browser.get(address(panel)), "ballot")
    assert again[f"verdict-{first.pk}"] == [AGREE]
    assert again[f"remark-{second.pk}"] == ["Làm rõ giá"]


def test_where_there_is_a_conflict_there_is_no_box_and_a_vote_sent_anyway_is_refused(place):
    proposal = make.submitted(place)
    canbo = place.people.canbo
    panel = panels.convene(
        place, proposal, seats=panels.seats(place, Seat(canbo.full_name, user=canbo))
    )
    browser = page_of(canbo)
    text = text_of(browser.get(address(panel)))
    item = panel.items.get()
    assert f'name="verdict-{item.pk}"' not in text
    assert "Không bỏ phiếu: Công tác tại đơn vị thực hiện đề án." in text
    answer = browser.post(address(panel, "panel_ballot"), {f"verdict-{item.pk}": AGREE})
    assert answer.status_code == 422 and "Công tác tại đơn vị thực hiện" in text_of(answer)
    assert not PanelVote.objects.exists()


def test_the_unit_never_reads_who_voted_how(place):
    proposal = make.submitted(place)
    canbo = place.people.canbo
    panel = panels.convene(
        place, proposal, seats=panels.seats(place, Seat(canbo.full_name, user=canbo))
    )
    panels.vote(panel, place.people.stc, SUPPLEMENT, remark="Giá cao")
    text = text_of(page_of(canbo).get(address(panel)))
    assert "Giá cao" not in text and "1 bổ sung" not in text
    assert "không hiện vì xung đột lợi ích" in text
    assert "Giá cao" in text_of(page_of(place.people.sct_head).get(address(panel)))


def test_the_secretary_enters_the_votes_of_who_has_no_account(place):
    panel = panels.convene(place)
    seat, item = panels.member(panel, OUTSIDER), panel.items.get()
    browser = page_of(place.people.sct)
    there = address(panel, "panel_ballot_for", pk=seat.pk)
    assert there in text_of(browser.get(address(panel)))
    assert f"Nhập phiếu của {OUTSIDER}" in text_of(browser.get(there))
    assert browser.post(there, {f"verdict-{item.pk}": AGREE}).status_code == 302
    assert PanelVote.objects.get().recorded_by == place.people.sct
    own = address(panel, "panel_ballot_for", pk=panels.member(panel, place.people.stc).pk)
    assert browser.get(own).status_code == 403
    assert browser.get(address(panel, "panel_ballot_for", pk=2**62)).status_code == 404


def test_a_member_declares_a_conflict_in_the_browser(place):
    panel = panels.convene(place)
    item = panel.items.get()
    browser = page_of(place.people.stc)
    there = address(panel, "panel_conflict")
    assert browser.post(there, {}).status_code == 422
    sent = {"item": item.pk, "reason": "Người nhà làm chủ"}
    assert browser.post(there, sent).status_code == 302
    assert PanelConflict.objects.get().reason == "Người nhà làm chủ"
    assert "Không bỏ phiếu: Người nhà làm chủ." in text_of(browser.get(address(panel)))


def test_a_member_is_replaced_in_the_browser(place):
    panel = panels.convene(place)
    seat = panels.member(panel, OUTSIDER)
    browser = page_of(place.people.sct_head)
    there = address(panel, "panel_member", pk=seat.pk)
    answer = browser.post(there, {"who": "", "seat": "chair", "reason": ""})
    assert answer.status_code == 422 and "người thay" in text_of(answer)
    answer = browser.post(there, {"who": "Lò Thị Mới", "seat": "chair", "reason": "QĐ 9"})
    assert answer.status_code == 302
    assert panels.member(panel, "Lò Thị Mới").seat == "member"  # the seat of who leaves
    assert browser.post(there, {"who": "X", "reason": "QĐ"}).status_code == 404


def test_the_head_concludes_and_then_nothing_can_be_sent_any_more(place):
    panel = panels.convene(place)
    panels.all_vote(panel, AGREE, AGREE, SUPPLEMENT, SUPPLEMENT)
    browser = page_of(place.people.sct_head)
    there, item = address(panel, "panel_close"), panel.items.get()
    answer = browser.get(there)
    assert "Không ý kiến nào quá nửa" in text_of(answer)
    sent = read_form(answer, "close")
    answer = browser.post(there, sent)
    assert answer.status_code == 422
    assert "Nhập số văn bản" in text_of(answer) and "kết luận của chủ tịch" in text_of(answer)
    sent |= {
        f"verdict-{item.pk}": SUPPLEMENT,
        f"note-{item.pk}": "Bổ sung báo giá",
        "document_number": "3/BB-SCT",
        "document_date": today(),
    }
    answers = [browser.post(there, sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    item.refresh_from_db()
    assert (item.verdict, item.note) == (SUPPLEMENT, "Bổ sung báo giá")
    text = text_of(browser.get(address(panel)))
    assert "3/BB-SCT" in text and "panel_ballot" not in text and 'id="ballot"' not in text
    seat = panels.member(panel, OUTSIDER)
    for who, name, kw in (
        (place.people.sct_head, "panel_close", {}),
        (place.people.stc, "panel_ballot", {}),
        (place.people.stc, "panel_conflict", {}),
        (place.people.sct, "panel_ballot_for", {"pk": seat.pk}),
        (place.people.sct, "panel_conflict_for", {"pk": seat.pk}),
        (place.people.sct, "panel_member", {"pk": seat.pk}),
    ):
        vote = {f"verdict-{item.pk}": AGREE, "item": item.pk, "reason": "Khác", "who": "X"}
        answer = page_of(who).post(address(panel, name, **kw), vote)
        assert answer.status_code == 409 and "đã kết luận" in text_of(answer), name
    assert PanelVote.objects.filter(verdict=AGREE).count() == 2


def test_minutes_with_a_scan_are_read_by_those_who_may_open_the_panel_alone(place):
    panel = panels.convene(place)
    panels.all_vote(panel, AGREE, AGREE, AGREE)
    panels.close(panel, paper=make.paper("BB-SCT", file=make.scan(place.people.sct)))
    panel.refresh_from_db()
    for name, may in (("sct", True), ("stc", True), ("canbo", False), ("canbo2", False)):
        user = getattr(place.people, name)
        opens = documents.openable(user, [panel.minutes_id])
        assert opens == ({panel.minutes_id} if may else set()), name
    assert documents.uses_of([panel.minutes])[panel.minutes_id] == [
        f"Biên bản hội đồng {panel.code}"
    ]


def test_the_dossier_and_the_desk_show_what_the_panel_said(place):
    proposal = make.submitted(place)
    panel = panels.convene(place, proposal)
    page = reverse("proposal_detail", kwargs={"code": proposal.code})
    desk = reverse("desk_dossier", kwargs={"code": proposal.code})
    for there in (page, desk):
        assert "chưa kết luận" in text_of(page_of(place.people.sct).get(there))
    panels.all_vote(panel, AGREE, AGREE, AGREE, SUPPLEMENT)
    panels.close(panel, note="Đồng ý mức đề nghị")
    for there in (page, desk):
        text = text_of(page_of(place.people.sct).get(there))
        assert "3 đồng ý, 1 bổ sung" in text and address(panel) in text
    text = text_of(page_of(place.people.canbo).get(page))
    assert "Đồng ý mức đề nghị" in text and "3 đồng ý" not in text
    assert address(panel) not in text


def test_the_list_is_there_for_who_may_open_a_panel(place):
    panel = panels.convene(place)
    for name, status in (("sct", 200), ("stc", 200), ("kiemtoan", 200), ("canbo", 404)):
        answer = page_of(getattr(place.people, name)).get(reverse("panel_list"))
        assert answer.status_code == status, name
        assert status == 404 or panel.name in text_of(answer)
    assert "Chưa có hội đồng nào" in text_of(
        page_of(make.world("x", "Tỉnh Khác", "TK").people.sct).get(reverse("panel_list"))
    )


def test_pages_cost_no_more_for_more_dossiers_and_members(place, django_assert_max_num_queries):
    small = panels.convene(place, make.submitted(place))
    large = panels.convene(
        place,
        *[make.submitted(place) for _ in range(4)],
        seats=panels.seats(place, *[Seat(f"Người {n}", title=str(n)) for n in range(5)]),
    )
    for panel in (small, large):
        panels.all_vote(panel, AGREE, AGREE, AGREE)
    browser = page_of(place.people.sct)
    for name in ("panel_detail", "panel_close"):
        for panel in (small, large):
            with django_assert_max_num_queries(26):
                assert browser.get(address(panel, name)).status_code == 200
    with django_assert_max_num_queries(16):
        browser.get(reverse("panel_list"))
    with django_assert_max_num_queries(16):
        browser.get(reverse("panel_new"))


def test_pages_obey_the_content_policy_and_have_one_heading(place):
    panel = panels.convene(place)
    seat = panels.member(panel, OUTSIDER)
    browser = page_of(place.people.sct)
    for there in (
        reverse("panel_list"),
        reverse("panel_new"),
        address(panel),
        address(panel, "panel_close"),
        address(panel, "panel_conflict"),
        address(panel, "panel_member", pk=seat.pk),
        address(panel, "panel_ballot_for", pk=seat.pk),
    ):
        text = text_of(browser.get(there))
        assert text.count("<h1") == 1 and " style=" not in text, there
        ids = re.findall(r' id="([^"]+)"', text)
        assert len(ids) == len(set(ids)), there


def test_a_member_of_another_office_reads_what_the_panel_considers_and_no_more(place, client):
    proposal, other = make.submitted(place), make.submitted(place)
    panel = panels.convene(place, proposal)
    client.force_login(place.people.stc)
    assert client.get(f"/de-an/{proposal.code}/").status_code == 200
    assert client.get(f"/de-an/{other.code}/").status_code == 404
    Panel.objects.filter(pk=panel.pk).update(state="closed")
    assert client.get(f"/de-an/{proposal.code}/").status_code == 404


def test_more_rows_keep_what_was_typed_and_write_nothing(place):
    proposal = make.submitted(place)
    browser = page_of(place.people.sct)
    sent = filled(place, read_form(browser.get(reverse("panel_new")), "panel"), proposal)
    answer = browser.post(reverse("panel_new"), sent | {"them-dong": "1"})
    assert answer.status_code == 200 and not Panel.objects.exists()
    again = read_form(answer, "panel")
    for name in ("document_number", "name", "tv-0-who", "tv-2-who", "tv-2-title", "proposals"):
        found, typed = again[name], sent[name]
        assert found == typed or found == [typed], name
    assert "tv-12-who" in again and "tv-12-seat" in again and "tv-7-who" not in sent


def test_service_accounts_auditors_and_administrators_are_not_offered_a_seat(place):
    robot = make.user("robot", "service", place.orgs.industry, full_name="Máy Nối Cổng")
    text = text_of(page_of(place.people.sct).get(reverse("panel_new")))
    for user in (robot, place.people.kiemtoan, place.people.quantri):
        assert f"({user.username})" not in text, user
    assert f"({place.people.stc.username})" in text


def test_the_day_of_the_meeting_reads_well(place):
    panel = panels.convene(place)
    text = text_of(page_of(place.people.sct).get(address(panel)))
    assert "Đang họp" in text and f"họp ngày {today()}" not in text and f"ngày {today()}" in text
