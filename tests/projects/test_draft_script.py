"""What a script of the form asks for: autosave, checks while typing, pasted blocks, in JSON."""

import pytest

from tests import make
from tests.make import TRIEU
from tests.projects.draftpages import (
    COSTS,
    GOALS,
    LAST,
    SCHEDULE,
    address,
    complete,
    filled,
    press,
    sent_by,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
JSON = {"headers": {"Accept": "application/json"}}


def test_a_part_is_saved_while_it_is_typed_and_the_page_brought_up_to_date(place, empty):
    sent = filled(place, empty, COSTS)
    told = press(place, empty, "autosave", sent, COSTS, **JSON)
    assert told.status_code == 200
    answer = told.json()
    empty.refresh_from_db()
    assert answer["version"] == empty.version == 2
    assert len(answer["saved_at"]) == 5
    assert set(answer["fragments"]) == {"rail", "totals", "checks"}
    assert "Hoàn thành" in answer["fragments"]["rail"]
    assert "370,0" in answer["fragments"]["totals"]
    assert "<html" not in "".join(answer["fragments"].values())
    assert empty.cost_items.get().amount == 370 * TRIEU
    # The same page goes on saving with the version and the base it was given.
    more = sent | {"cost_items-0-name": "Máy sao", "expected_version": str(answer["version"])}
    again = press(place, empty, "autosave", more | {"base": answer["base"]}, COSTS, **JSON)
    assert again.json()["version"] == 3


def test_what_cannot_be_read_is_answered_by_box(place, empty):
    sent = filled(place, empty, SCHEDULE, starts_on="hôm nay")
    told = press(place, empty, "autosave", sent, **JSON)
    assert told.status_code == 422
    (fault,) = told.json()["faults"]
    assert fault["box"] == "id_starts_on"
    assert fault["message"].startswith("Ngày bắt đầu: Không đọc được ngày")


def test_a_refusal_of_the_record_is_answered_by_box_too(place, empty):
    told = press(
        place, empty, "autosave", sent_by(place, empty, COSTS, **{
            "cost_items-0-name": "Máy", "cost_items-0-unit_price": "999.999 tỷ",
            "cost_items-0-quantity": "2",
        }), COSTS, **JSON,
    )  # fmt: skip
    assert told.status_code == 422
    assert "Dòng 1" in told.json()["faults"][0]["message"]


def test_two_at_once_are_told_and_then_shown_both_versions(place, empty):
    sent = sent_by(place, empty, GOALS, goals="Của tôi")
    press(place, empty, "save", sent_by(place, empty, GOALS, goals="Khác"))
    told = press(place, empty, "autosave", sent, **JSON)
    assert told.status_code == 409
    assert "Người khác vừa lưu" in told.json()["message"]
    page = press(place, empty, "compare", sent)
    assert page.status_code == 409
    assert [row.key for row, _choice in page.context["rows"]] == ["goals"]
    empty.refresh_from_db()
    assert empty.goals == "Khác"


def test_a_session_that_ended_is_told_with_the_way_back(place, empty, client):
    sent = sent_by(place, empty, GOALS, goals="Của tôi")
    told = client.post(address(empty, GOALS), sent | {"action": "autosave"}, **JSON)
    assert told.status_code == 401
    assert told.json() == {"login": f"/dang-nhap/?next=/de-an/{empty.code}/sua/{GOALS}/"}


def test_what_may_not_be_edited_any_more_is_told_in_words(place):
    proposal = make.draft(place)
    sent = sent_by(place, proposal, GOALS)
    from projects.firing import fire

    fire(proposal, "submit", by=place.people.canbo)
    told = press(place, proposal, "autosave", sent, **JSON)
    assert told.status_code == 403
    assert "không sửa được" in told.json()["message"]


def test_checks_look_at_what_is_typed_and_save_nothing(place, empty):
    make.allot(place, "provincial", 2026, 100)
    complete(place, empty)
    before = sent_by(place, empty, SCHEDULE)
    told = press(place, empty, "check", before, **JSON).json()
    typed = before | {"funding-provincial-2026": "50tr"}
    then = press(place, empty, "check", typed, **JSON).json()
    assert told["fragments"]["checks"] != then["fragments"]["checks"]
    assert "50,0" in then["fragments"]["totals"]
    assert "version" not in then
    empty.refresh_from_db()
    assert empty.funding_lines.get(source__code="provincial").requested == 150 * TRIEU
    last = press(place, empty, "check", sent_by(place, empty, LAST), LAST, **JSON)
    assert set(last.json()["fragments"]) == {"rail", "totals", "checks"}


def test_a_pasted_block_is_answered_row_by_row_with_faults_by_cell(place, empty):
    block = "Máy sao chè\tcái\t2\t185.000.000\t\t100tr\nMáy vò\tcái\tba\t90 triệu\t270tr"
    told = press(place, empty, "paste", sent_by(place, empty, COSTS, block=block), COSTS, **JSON)
    assert told.status_code == 200
    answer = told.json()
    assert [row["name"] for row in answer["rows"]] == ["Máy sao chè", "Máy vò"]
    assert answer["rows"][0]["share-national"] == "100.000.000"
    assert [fault["message"] for fault in answer["faults"]] == [
        "Dòng 2, cột Số lượng: không phải số, ví dụ 2 hoặc 2,5."
    ]
