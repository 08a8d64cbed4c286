"""What stands around the boxes of a draft: how much is left, what the button does, what is kept."""

import pytest

from programmes.models import FundingSource
from projects import attaching, tracks
from projects.attaching import Given
from tests import make, papers
from tests.projects.draftpages import (
    COSTS,
    GOALS,
    LAST,
    PAPERS,
    PARTIES,
    SCHEDULE,
    UNIT,
    address,
    complete,
    filled,
    press,
    sent_by,
)
from tests.projects.pages import page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
JSON = {"headers": {"Accept": "application/json"}}


def opened(place, proposal, section, **query):
    return page_of(place.people.canbo).get(address(proposal, section), query)


def last_part(page):
    return page.context["sections"][-1]


# ---- the last part ----


def test_only_the_button_that_submits_says_so_and_what_it_will_do_stands_above_it(place, empty):
    complete(place, empty)
    page = text_of(opened(place, empty, LAST))
    assert "Trình thẩm định</button>" in page
    assert "Kiểm tra và trình</button>" not in page
    chain = tracks.chain_for(FundingSource.objects.get(code="provincial").pk, empty)
    offices = [tracks.office_of(step, empty).short_name for step in chain.steps.all()]
    named = ", ".join(dict.fromkeys(offices))
    assert f"Bấm trình là gửi ngay, lần lượt qua {named} (nguồn Tỉnh)." in page
    assert "Đề nghị ngân sách 150 triệu đồng, kèm 0 tệp." in page
    before = text_of(opened(place, empty, COSTS))
    assert "Kiểm tra và trình</button>" in before
    assert "Trình thẩm định</button>" not in before


def test_where_nothing_is_asked_for_the_button_says_there_is_nobody_to_send_it_to(place, empty):
    assert "chưa có nơi nhận hồ sơ" in text_of(opened(place, empty, LAST))


def test_an_unanswered_warning_keeps_the_last_part_from_being_called_ready(place, empty):
    make.allot(place, "provincial", 2026, 100)
    complete(place, empty)
    for section in (UNIT, LAST):
        page = opened(place, empty, section)
        assert page.context["lacking"] == 1
        assert (last_part(page).words, last_part(page).tone) == ("Chưa trình được", "o"), section
    make.allot(place, "provincial", 2026, 500)
    page = opened(place, empty, UNIT)
    assert page.context["lacking"] == 0
    assert (last_part(page).words, last_part(page).tone) == ("Trình được", "g")


def test_the_last_page_says_which_source_pays_what_of_a_line_and_which_paper_a_file_is(
    place, empty, files
):
    complete(place, empty)
    paper = papers.requirement("cong-van")
    attaching.attach(
        empty, Given(papers.upload(), "x.pdf", "cong-van", "Tờ 12"), by=place.people.canbo
    )
    attaching.attach(empty, Given(papers.upload(), "y.pdf", title="Ảnh"), by=place.people.canbo)
    page = text_of(opened(place, empty, LAST))
    assert "= 370.000.000 đồng (Tỉnh 150.000.000, Đối ứng 220.000.000)" in page
    assert f"{paper.name}: Tờ 12" in page
    assert "Tài liệu khác: Ảnh" in page


def test_an_empty_list_of_checks_carries_no_tick(place, empty):
    for section in (UNIT, LAST):
        page = text_of(opened(place, empty, section))
        start = page.index("Chưa có gì để kiểm tra")
        assert "#check" not in page[page.rindex("<li", 0, start) : start], section


# ---- while typing ----


def test_a_script_is_told_how_much_is_left_in_words(place, empty):
    page = text_of(opened(place, empty, GOALS))
    told = press(place, empty, "autosave", filled(place, empty, GOALS), **JSON).json()
    assert told["lack"] == f"Còn {told['lacking']} mục để trình"
    assert told["lack"] not in page
    complete(place, empty)
    told = press(place, empty, "check", sent_by(place, empty, GOALS), **JSON).json()
    assert told["lack"] == "Đủ để trình"
    assert "Đủ để trình" in text_of(opened(place, empty, GOALS))


def test_the_part_of_papers_answers_a_script_with_what_stands_around_it(place, empty):
    told = press(place, empty, "check", sent_by(place, empty, PAPERS), PAPERS, **JSON).json()
    assert set(told["fragments"]) == {"rail", "totals", "checks"}
    assert told["lack"] == f"Còn {told['lacking']} mục để trình"


def test_an_end_before_the_start_is_saved_and_said_at_once_beside_its_box(place, empty):
    days = {"starts_on": "01/06/2026", "ends_on": "01/05/2026"}
    sent = sent_by(place, empty, SCHEDULE, **days)
    told = press(place, empty, "autosave", sent, **JSON).json()
    text = "Ngày kết thúc phải từ ngày bắt đầu trở đi."
    assert told["said"] == [{"message": text, "box": "id_ends_on"}]
    assert "Cần sửa 1 lỗi" in told["fragments"]["rail"]
    page = opened(place, empty, SCHEDULE)
    assert page.status_code == 200
    shown = text_of(page)
    assert 'id="id_ends_on_error"' in shown
    assert text in shown
    # Both days are there, so what the years lack is said too.
    assert "Đề nghị ít nhất một nguồn ngân sách nhà nước, theo năm." in shown
    again = sent_by(place, empty, SCHEDULE, ends_on="01/07/2026")
    assert press(place, empty, "autosave", again, **JSON).json()["said"] == []
    assert 'id="id_ends_on_error"' not in text_of(opened(place, empty, SCHEDULE))


def test_a_schedule_just_begun_is_not_told_what_it_lacks(place, empty):
    press(place, empty, "save", sent_by(place, empty, SCHEDULE, starts_on="01/06/2026"))
    assert "Đề nghị ít nhất một nguồn" not in text_of(opened(place, empty, SCHEDULE))


# ---- what a device keeps ----


def test_a_save_is_named_to_the_pages_that_follow_by_the_word_it_was_sent_with(place, empty):
    client = page_of(place.people.canbo)
    sent = sent_by(place, empty, GOALS, goals="Đã gõ", sent="12345678ab", action="next")
    assert client.post(address(empty, GOALS), sent).status_code == 302
    for section in (UNIT, COSTS, PAPERS, LAST):
        assert 'data-taken="12345678ab"' in text_of(client.get(address(empty, section))), section
    unread = sent_by(place, empty, SCHEDULE, starts_on="hôm nay", sent="refused0000", action="save")
    assert client.post(address(empty, SCHEDULE), unread).status_code == 422
    odd = sent_by(place, empty, GOALS, sent='"><b>', action="save")
    assert client.post(address(empty, GOALS), odd).status_code == 302
    assert 'data-taken="12345678ab"' in text_of(client.get(address(empty, UNIT)))


def test_the_word_goes_along_when_two_versions_are_compared(place, empty):
    sent = sent_by(place, empty, GOALS, goals="Của tôi", sent="12345678ab")
    press(place, empty, "save", sent_by(place, empty, GOALS, goals="Khác"))
    page = text_of(press(place, empty, "compare", sent))
    assert '<textarea name="sent" hidden>' in page
    assert f":{empty.code}:{GOALS}" in page
    assert "data-forget" in page


def test_text_that_means_what_is_saved_is_no_second_version(place, empty):
    before = sent_by(place, empty, COSTS)
    typed = filled(place, empty, COSTS)
    press(place, empty, "save", typed, COSTS)
    kept = typed | {"expected_version": before["expected_version"], "base": before["base"]}
    assert press(place, empty, "compare", kept, COSTS, **JSON).status_code == 200
    other = kept | {"cost_items-0-unit_price": "186tr"}
    assert press(place, empty, "compare", other, COSTS, **JSON).status_code == 409
    empty.refresh_from_db()
    assert empty.version == 2


# ---- to the register and back ----


def test_a_name_looked_for_in_vain_goes_along_to_the_register(place, empty):
    link = f"/co-so/moi/?de-an={empty.code}&amp;ten=Ch%C3%A8%20%26%20m%C3%A2y"
    sent = sent_by(place, empty, PARTIES, find="Chè & mây")
    assert link in text_of(press(place, empty, "find", sent, PARTIES))
    client = page_of(place.people.canbo)
    while_typed = client.get(
        address(empty, PARTIES), {"find": "Chè & mây"}, headers={"HX-Request": "true"}
    )
    assert link in text_of(while_typed)
    assert 'hx-swap-oob="true"' in text_of(while_typed)
    form = text_of(client.get("/co-so/moi/", {"de-an": empty.code, "ten": "Chè & mây"}))
    assert 'value="Chè &amp; mây"' in form or ">\nChè &amp; mây</textarea>" in form
