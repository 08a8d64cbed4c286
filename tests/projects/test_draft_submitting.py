"""Submitting from the last page: all faults at once, each press once, every answer in view."""

import pytest

from khuyencong.core import clock
from projects.firing import fire
from projects.models import Snapshot
from tests import make
from tests.projects.draftpages import (
    CONTENT,
    COSTS,
    GOALS,
    LAST,
    SCHEDULE,
    UNIT,
    address,
    complete,
    press,
    said,
    sent_by,
    submit,
)
from tests.projects.pages import ids_of, page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def test_a_complete_draft_is_submitted_at_one_press(place, empty):
    response = submit(place, complete(place, empty))
    assert response.url == f"/de-an/{empty.code}/"
    assert said(response)[0].startswith(f"Đã trình {empty.code} lúc ")
    empty.refresh_from_db()
    assert (empty.status, empty.round) == ("submitted", 1)


def test_the_same_press_twice_submits_once(place, empty):
    sent = sent_by(place, complete(place, empty), LAST)
    first, second = (press(place, empty, "submit", sent, LAST) for _ in range(2))
    assert first.url == second.url == f"/de-an/{empty.code}/"
    assert "đã được trình ở lần bấm trước" in said(second)[0]
    empty.refresh_from_db()
    assert empty.round == 1
    assert Snapshot.objects.count() == 1


def test_what_a_colleague_changed_after_the_page_came_is_not_submitted_unseen(place, empty):
    sent = sent_by(place, complete(place, empty), LAST)
    press(place, empty, "save", sent_by(place, empty, GOALS, goals="Khác hẳn"))
    response = press(place, empty, "submit", sent, LAST)
    assert response.status_code == 422
    assert "Người khác vừa" in text_of(response)
    assert "Khác hẳn" in text_of(response)
    empty.refresh_from_db()
    assert empty.status == "draft"
    assert press(place, empty, "submit", read_form(response), LAST).status_code == 302


def test_an_incomplete_draft_says_every_fault_with_the_way_to_its_box(place, empty):
    press(place, empty, "save", sent_by(place, empty, GOALS, goals="Đã có"))
    response = submit(place, empty)
    text = text_of(response)
    assert response.status_code == 422
    assert "<title>Lỗi:" in text
    assert "Đã lưu nháp, chưa trình" in text
    addresses = [where for _message, where in response.context["faults"]]
    names = {where.partition("#id_")[2] for where in addresses}
    assert {
        *("necessity", "content", "expected_output", "starts_on", "ends_on", "activity"),
        *("places", "beneficiaries", "cost_items", "funding_lines"),
    } <= names
    client = page_of(place.people.canbo)
    for where in addresses:
        page, _hash, box = where.partition("#")
        assert f'href="{where}"' in text
        assert box in ids_of(client.get(page or address(empty, LAST))), where
        assert page.endswith("?back=kiem-tra"), where
    empty.refresh_from_db()
    assert (empty.status, empty.goals) == ("draft", "Đã có")


def test_the_last_page_shows_every_answer_with_a_way_to_change_it_and_back(place, empty):
    complete(place, empty, partner="Hội nghề")
    page = text_of(page_of(place.people.canbo).get(address(empty, LAST)))
    for answer in (
        *("Máy sao chè", "Hội nghề", "Một cơ sở thụ hưởng", "Cần máy mới.", "KC3d", "xã Bản Thử"),
        *("1. Máy sao chè tự động: 2 cái × 185.000.000 = 370.000.000 đồng", "01/05/2026"),
        "Tỉnh năm 2026: 150.000.000 đồng",
    ):
        assert answer in page, answer
    for section, box in ((UNIT, "partner"), (GOALS, "effect"), (COSTS, "cost_items")):
        assert f'href="{address(empty, section)}?back=kiem-tra#id_{box}"' in page


def test_a_cost_line_that_does_not_add_up_is_named(place, empty):
    complete(place, empty, **{"cost_items-0-share-provincial": "100tr"})
    response = submit(place, empty)
    where = address(empty, COSTS) + "?back=kiem-tra#id_cost_items-0"
    assert where in [found for _message, found in response.context["faults"]]
    assert "Dòng 1: các nguồn cộng 320, thành tiền là 370" in text_of(response)
    assert "id_cost_items-0" in ids_of(page_of(place.people.canbo).get(address(empty, COSTS)))


def test_a_cost_line_with_two_state_sources_is_refused(place, empty):
    complete(
        place,
        empty,
        **{
            "cost_items-0-share-national": "50tr",
            "cost_items-0-share-provincial": "100tr",
            "funding-national-2026": "50tr",
            "funding-provincial-2026": "100tr",
        },
    )
    assert "chỉ nhận một nguồn ngân sách" in text_of(submit(place, empty))


def test_a_pilot_asks_for_two_activities_and_more_than_one_year(place, empty):
    complete(place, empty, kind="pilot")
    text = text_of(submit(place, empty))
    assert "Đề án điểm có từ hai nội dung" in text
    assert "Đề án điểm thực hiện nhiều năm" in text
    later = {"funding-counterpart-2026": "20tr", "funding-counterpart-2027": "200tr"}
    press(place, empty, "save", sent_by(place, empty, SCHEDULE, **later))
    assert "Đề án điểm thực hiện nhiều năm" not in text_of(submit(place, empty))


def test_a_group_proposal_needs_neither_names_nor_places(place, empty):
    complete(place, empty, kind="group", beneficiaries=[], places=[])
    assert submit(place, empty).status_code == 302


def test_faults_found_elsewhere_are_shown_here_once(place, empty):
    client = page_of(place.people.canbo)
    turned = client.post(f"/de-an/{empty.code}/thao-tac/submit/")
    assert turned.url == address(empty, LAST)
    first = client.get(address(empty, LAST))
    assert "<title>Lỗi:" in text_of(first)
    assert f'href="{address(empty, SCHEDULE)}?back=kiem-tra#id_funding_lines"' in text_of(first)
    assert "errsum" not in text_of(client.get(address(empty, LAST)))


# ---- warnings ----


@pytest.fixture
def warned(place, empty):
    """A complete draft that asks more than its cell has: a warning, not an error."""
    make.allot(place, "provincial", 2026, 100)
    complete(place, empty)
    return empty


def boxes_of(form):
    return [name.removesuffix("-reason") for name in form if name.endswith("-reason")]


def test_a_warning_asks_for_a_reason_and_a_paper_and_then_lets_pass(place, warned):
    response = submit(place, warned)
    assert response.status_code == 422
    form = read_form(response)
    (box,) = boxes_of(form)
    assert f'href="#id_{box}"' in text_of(response)
    assert f"id_{box}" in ids_of(response)
    halves = form | {f"{box}-reason": "Sở đã đồng ý <bổ sung>"}
    told = press(place, warned, "submit", halves, LAST)
    assert told.status_code == 422
    assert f'href="#id_{box}-document_number"' in text_of(told)
    assert "Sở đã đồng ý &lt;bổ sung&gt;" in text_of(told)
    assert not warned.justifications.exists()
    full = read_form(told) | {
        f"{box}-document_number": "12/SCT-QLCN",
        f"{box}-document_date": f"{clock.today():%d/%m/%Y}",
    }
    assert press(place, warned, "save", full, LAST).url == address(warned, LAST)
    row = warned.justifications.get()
    assert (row.reason, row.document_number) == ("Sở đã đồng ý <bổ sung>", "12/SCT-QLCN")
    assert row.written_by == place.people.canbo
    assert submit(place, warned).status_code == 302


# ---- after a return ----


def test_a_returned_dossier_says_what_was_asked_for(place):
    proposal = make.submitted(place)
    fire(proposal, "return", by=place.people.sct, reason="Bổ sung báo giá <máy>")
    text = text_of(page_of(place.people.canbo).get(address(proposal, GOALS)))
    assert "Bổ sung báo giá &lt;máy&gt;" in text
    press(place, proposal, "save", sent_by(place, proposal, GOALS, goals="Đã bổ sung"))
    assert submit(place, proposal).status_code == 302
    proposal.refresh_from_db()
    assert (proposal.status, proposal.round) == ("submitted", 2)


def test_money_that_is_decided_can_be_read_but_not_changed(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place, {"provincial": 200, "national": 100})
    people = place.people
    fire(proposal, "approve", by=people.ubnd, paper=make.paper("QĐ-UBND"), source="provincial")
    fire(proposal, "return", by=people.bct, reason="Giải trình thêm")
    for section in (COSTS, SCHEDULE):
        assert "readonly" in text_of(page_of(people.canbo).get(address(proposal, section)))
    sent = sent_by(place, proposal, SCHEDULE, **{"funding-provincial-2026": "150tr"})
    response = press(place, proposal, "save", sent)
    assert response.status_code == 422
    assert "đã được phê duyệt, không sửa số tiền" in text_of(response)
    assert "Chưa lưu gì" in text_of(response)


def test_what_an_approval_stands_on_is_not_changed_while_the_other_source_waits(place):
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place, {"provincial": 200, "national": 100})
    people = place.people
    fire(proposal, "approve", by=people.ubnd, paper=make.paper("QĐ-UBND"), source="provincial")
    fire(proposal, "return", by=people.bct, reason="Giải trình thêm")
    raised = {"activities-0-multiplier": "1,5", "activities-0-multiplier_reason": "Vùng khó"}
    response = press(place, proposal, "save", sent_by(place, proposal, CONTENT, **raised))
    assert response.status_code == 422
    assert "Một nguồn vốn đã được phê duyệt" in text_of(response)
    assert "Vùng khó" in text_of(response)
    # The pages as they stand, and the reasons for the other office, may be saved.
    for section, typed in ((COSTS, {}), (SCHEDULE, {}), (CONTENT, {"necessity": "Rõ hơn"})):
        sent = sent_by(place, proposal, section, **typed)
        assert press(place, proposal, "save", sent, section).status_code == 302, section
