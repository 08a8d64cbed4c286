"""Submitting from the form: all faults at once, each press once, no silent overwriting."""

import pytest

from projects.firing import fire
from projects.models import Snapshot
from tests import make
from tests.projects.draftpages import address, complete, faults_of, press, said, sent_by
from tests.projects.pages import ids_of, page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def test_a_complete_draft_is_saved_and_submitted_at_one_press(place, empty):
    response = press(place, empty, "submit", complete(place, empty))
    assert response.url == f"/de-an/{empty.code}/"
    assert said(response)[0].startswith(f"Đã trình {empty.code} lúc ")
    empty.refresh_from_db()
    assert (empty.status, empty.round) == ("submitted", 1)


def test_the_same_press_twice_submits_once(place, empty):
    sent = complete(place, empty)
    first, second = (press(place, empty, "submit", sent) for _ in range(2))
    assert first.url == second.url == f"/de-an/{empty.code}/"
    assert "đã được trình ở lần bấm trước" in said(second)[0]
    empty.refresh_from_db()
    assert empty.round == 1
    assert Snapshot.objects.count() == 1


def test_a_press_that_comes_while_the_same_page_is_being_saved_submits_once(place, empty):
    sent = complete(place, empty)
    press(place, empty, "save", sent)
    response = press(place, empty, "submit", sent)
    assert response.url == f"/de-an/{empty.code}/"
    assert "đã được trình ở lần bấm trước" in said(press(place, empty, "submit", sent))[0]
    assert Snapshot.objects.count() == 1


def test_an_incomplete_draft_is_saved_and_every_fault_leads_to_its_box(place, empty):
    sent = sent_by(place, empty, goals="Đã có")
    response = press(place, empty, "submit", sent)
    text = text_of(response)
    assert response.status_code == 422
    assert "<title>Lỗi: Sửa" in text
    assert "Đã lưu nháp, chưa trình" in text
    assert faults_of(response) == {
        *("necessity", "content", "expected_output", "starts_on", "ends_on", "activity"),
        *("places", "beneficiaries", "cost_items", "funding_lines"),
    }
    for name in faults_of(response):
        assert f'href="#id_{name}"' in text
        assert f"id_{name}" in ids_of(response)
    empty.refresh_from_db()
    assert (empty.status, empty.goals) == ("draft", "Đã có")
    # The page goes on from what was saved.
    assert press(place, empty, "save", read_form(response)).status_code == 302


def test_a_cost_line_that_does_not_add_up_is_named(place, empty):
    sent = complete(place, empty, **{"cost_items-0-share-provincial": "100tr"})
    response = press(place, empty, "submit", sent)
    assert faults_of(response) == {"cost_items-0", "funding_lines"}
    assert "Dòng 1: các nguồn cộng 320, thành tiền là 370" in text_of(response)
    assert 'href="#id_cost_items-0"' in text_of(response)
    assert "id_cost_items-0" in ids_of(response)


def test_a_cost_line_with_two_state_sources_is_refused(place, empty):
    both = {
        "cost_items-0-share-national": "50tr",
        "cost_items-0-share-provincial": "100tr",
        "funding-national-2026": "50tr",
        "funding-provincial-2026": "100tr",
    }
    response = press(place, empty, "submit", complete(place, empty, **both))
    assert "chỉ nhận một nguồn ngân sách" in text_of(response)


def test_unreadable_values_stop_the_submission_before_anything_is_saved(place, empty):
    response = press(place, empty, "submit", complete(place, empty, starts_on="hôm nay"))
    assert response.status_code == 422
    empty.refresh_from_db()
    assert (empty.status, empty.version) == ("draft", 1)


def test_faults_found_elsewhere_are_shown_here_once(place, empty):
    client = page_of(place.people.canbo)
    turned = client.post(f"/de-an/{empty.code}/thao-tac/submit/")
    assert turned.url == address(empty)
    first = client.get(address(empty))
    assert "<title>Lỗi:" in text_of(first)
    assert 'href="#id_funding_lines"' in text_of(first)
    assert "errsum" not in text_of(client.get(address(empty)))


# ---- two at once ----


def test_a_stale_page_shows_what_was_typed_and_saves_at_the_second_press(place, empty):
    sent = complete(place, empty, goals="Của tôi", title="Tên của tôi")
    other = sent_by(place, empty, goals="Của đồng nghiệp")
    assert press(place, empty, "save", other).status_code == 302
    response = press(place, empty, "save", sent)
    text = text_of(response)
    assert response.status_code == 409
    assert "Người khác vừa lưu đề án này" in text
    assert {"Tên đề án", "Mục tiêu", "Dự toán"} <= set(response.context["differences"])
    assert "Của tôi" in text
    empty.refresh_from_db()
    assert empty.goals == "Của đồng nghiệp"
    again = read_form(response)
    assert again["goals"] == ["Của tôi"]
    assert press(place, empty, "save", again).status_code == 302
    empty.refresh_from_db()
    assert (empty.goals, empty.title) == ("Của tôi", "Tên của tôi")


def test_the_same_page_saved_twice_is_no_conflict(place, empty):
    sent = complete(place, empty)
    first, second = (press(place, empty, "save", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    empty.refresh_from_db()
    assert empty.version == 2


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40, "0"])
def test_a_page_of_no_known_version_never_overwrites(place, empty, version):
    sent = complete(place, empty, goals="Mới", expected_version=version)
    assert press(place, empty, "save", sent).status_code == 409
    empty.refresh_from_db()
    assert empty.goals == ""


def test_a_page_opened_before_a_colleague_submitted_changes_nothing(place):
    proposal = make.draft(place)
    sent = sent_by(place, proposal, goals="Muộn")
    fire(proposal, "submit", by=place.people.canbo)
    response = press(place, proposal, "save", sent)
    assert response.status_code == 403
    proposal.refresh_from_db()
    assert proposal.goals != "Muộn"


# ---- after a return ----


def test_a_returned_dossier_says_what_was_asked_for(place):
    proposal = make.submitted(place)
    fire(proposal, "return", by=place.people.sct, reason="Bổ sung báo giá <máy>")
    text = text_of(page_of(place.people.canbo).get(address(proposal)))
    assert "Bổ sung báo giá &lt;máy&gt;" in text
    response = press(place, proposal, "submit", sent_by(place, proposal, goals="Đã bổ sung"))
    assert response.status_code == 302
    proposal.refresh_from_db()
    assert (proposal.status, proposal.round) == ("submitted", 2)


def test_money_that_is_decided_can_be_read_but_not_changed(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place, {"provincial": 200, "national": 100})
    people = place.people
    fire(proposal, "approve", by=people.ubnd, paper=make.paper("QĐ-UBND"), source="provincial")
    fire(proposal, "return", by=people.bct, reason="Giải trình thêm")
    page = text_of(page_of(people.canbo).get(address(proposal)))
    assert page.count("readonly") >= 3
    sent = sent_by(place, proposal, **{"funding-provincial-2026": "150tr"})
    response = press(place, proposal, "save", sent)
    assert response.status_code == 422
    assert "đã được phê duyệt, không sửa số tiền" in text_of(response)
    assert "Chưa lưu gì" in text_of(response)
