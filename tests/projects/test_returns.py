"""What a unit sees of a return: the day and the parts, wherever it looks; and the steps line."""

import datetime

import pytest

from khuyencong.core import audit, clock
from projects import holding, returns
from projects.firing import fire
from projects.models import Notice, Proposal, Review, ReviewStep
from projects.tracks import for_page
from projects.tracks import open_review as open_of
from projects.views.dossier import way
from tests import make
from tests.projects.draftpages import COSTS, GOALS, LAST, PAPERS, PARTIES, address, press, sent_by
from tests.projects.pages import page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
MONDAY = datetime.date(2026, 3, 2)
POINTS = [("du-toan", "Dòng 1: bổ sung báo giá."), ("ho-so", "Cam kết vốn.")]


@pytest.fixture
def due(place):
    return clock.today() + datetime.timedelta(days=9)


@pytest.fixture
def sent_back(place, due):
    return fire(
        make.submitted(place),
        "return",
        by=place.people.sct,
        reason="Thiếu báo giá.",
        data={"points": POINTS, "due_on": due},
    )


def fresh(proposal):
    return Proposal.objects.get(pk=proposal.pk)


def shown(place, proposal, section=None):
    where = f"/de-an/{proposal.code}/" if section is None else address(proposal, section)
    return text_of(page_of(place.people.canbo).get(where))


def words(place, proposal, section=LAST):
    page = page_of(place.people.canbo).get(address(proposal, section))
    return {row.code: row.words for row in page.context["sections"]}


def steps(proposal, which=-1):
    tracks = for_page(fresh(proposal))
    return way(tracks[which], tracks)["steps"]


# --- the day and the parts ------------------------------------------------------------------------


@pytest.mark.parametrize("section", [None, LAST, PARTIES])
def test_the_day_and_the_parts_stand_on_the_dossier_and_on_every_part_of_the_form(
    place, sent_back, due, section
):
    page = shown(place, sent_back, section)
    assert f"hạn {due:%d/%m/%Y}" in page or f"Hạn bổ sung {due:%d/%m/%Y}" in page
    for code, text in POINTS:
        assert text in page and f'href="{address(sent_back, code)}"' in page


@pytest.mark.parametrize(("section", "text"), [(COSTS, POINTS[0][1]), (PAPERS, POINTS[1][1])])
def test_a_named_part_says_at_its_head_what_is_wanted_there(place, sent_back, due, section, text):
    office = place.orgs.industry.short_name
    page = shown(place, sent_back, section)
    assert f"{office} cần bổ sung ở phần này, hạn {due:%d/%m/%Y}:</b> {text}" in page
    assert "cần bổ sung ở phần này" not in shown(place, sent_back, PARTIES)


def test_a_named_part_is_not_called_complete_until_something_in_it_changed(place, sent_back):
    before = words(place, sent_back)
    assert before[COSTS] == "Cần bổ sung" and before[PAPERS] != "Hoàn thành"
    assert before[GOALS] == "Hoàn thành"
    sent = sent_by(place, sent_back, COSTS, **{"cost_items-0-name": "Máy sao chè kiểu mới"})
    assert press(place, sent_back, "save", sent, COSTS).status_code == 302
    after = words(place, sent_back)
    assert after[COSTS] == "Hoàn thành" and after[PAPERS] == before[PAPERS]


def test_to_go_on_with_a_returned_dossier_leads_to_what_was_asked_for(place, sent_back):
    response = page_of(place.people.canbo).get(address(sent_back))
    assert response.url == address(sent_back, COSTS)


def test_after_it_was_sent_again_nothing_is_asked_for(place, sent_back):
    fire(sent_back, "submit", by=place.people.canbo)
    assert returns.standing(fresh(sent_back)) == []
    assert POINTS[0][1] not in shown(place, sent_back)


def test_the_trail_names_the_day_and_the_parts(place, sent_back, due):
    entry = audit.trail(sent_back).get(action="projects.track.return")
    assert (
        f", hạn {due:%d/%m/%Y}; phần Dự toán, nguồn vốn, phần Hồ sơ đính kèm. Lý do: Thiếu báo giá."
        in audit.sentence(entry)
    )


def test_the_unit_is_told_who_sent_it_back_and_by_which_day(place, sent_back, due):
    notice = Notice.objects.get(user=place.people.canbo, kind="outcome")
    office = place.orgs.industry.short_name
    said = f"{sent_back.code}: {office} trả lại bổ sung, hạn {due:%d/%m/%Y}."
    assert (notice.sentence, notice.due_on) == (said, due)


def test_an_office_is_told_its_day(place):
    proposal = make.submitted(place)
    day = open_of(proposal.tracks.get()).due_on
    notice = Notice.objects.get(user=place.people.sct)
    assert notice.sentence == f"{proposal.code} chờ cơ quan bạn xử lý, hạn {day:%d/%m/%Y}."


def test_the_desk_counts_the_points_that_were_given(place):
    make.allot(place, "national", 2026, 1000)
    proposal = make.submitted(place, {"provincial": 100, "national": 50})
    sent = {
        "verb": "return",
        "reason": "Bổ sung.",
        "need-du-toan": "on",
        "point-du-toan": "Báo giá.",
        "point-muc-tieu": "Nêu số lao động.",
    }
    client = page_of(place.people.sct)
    page = text_of(client.post(f"/tham-dinh/{proposal.code}/", sent, follow=True))
    assert "2 mục cần bổ sung." in page
    assert shown(place, proposal).count("Nêu số lao động.") == 1, "both sources, one return"


# --- the steps line -------------------------------------------------------------------------------


def test_a_step_that_sent_it_back_is_never_dated_as_if_it_had_appraised(place, sent_back):
    first = steps(sent_back)[0]
    assert not first["done"] and first["review"] is None and first["returned"]
    assert f"trả lại {clock.today():%d/%m/%Y}" in shown(place, sent_back)
    fire(sent_back, "submit", by=place.people.canbo)
    first = steps(sent_back)[0]
    assert first["current"] and first["review"] is None and first["returned"] is None


def test_what_a_step_said_before_a_later_return_does_not_count_when_it_has_it_again(place):
    proposal = make.ready_to_approve(place)
    proposal = fire(proposal, "return", by=place.people.ubnd, reason="Bổ sung.")
    assert steps(proposal)[0]["done"] and not steps(proposal)[-1]["done"]
    fire(proposal, "submit", by=place.people.canbo)
    line = steps(proposal)
    here = next(n for n, step in enumerate(line) if step["current"])
    assert [step["done"] for step in line] == [n < here for n in range(len(line))]


def test_what_is_taken_up_again_keeps_the_days_of_the_steps_before_and_shows_the_first_time(place):
    proposal = make.ready_to_approve(place)
    ubnd = place.people.ubnd
    proposal = fire(proposal, "refuse", by=ubnd, paper=make.paper(), reason="Chưa cần.")
    proposal = fire(proposal, "reopen", by=ubnd, reason="Mới.", paper=make.paper())
    line = steps(proposal)
    assert line[-1]["current"] and line[-1]["review"] is None
    assert all(step["done"] and step["review"].verdict == "pass" for step in line[:-1])
    assert steps(proposal, 0)[-1]["review"].verdict == "refuse"
    assert "Các lần xem xét trước" in shown(place, proposal)


def test_steps_go_by_their_own_names(place):
    proposal = make.submitted(place)
    step = proposal.tracks.get().step
    ReviewStep.objects.filter(pk=step.pk).update(name="Thẩm định nội dung đề án")
    assert "<span>Thẩm định nội dung đề án</span>" in shown(place, proposal)


def test_the_day_to_answer_by_is_shown_however_far_it_is(place):
    with clock.at(MONDAY):
        proposal = make.submitted(place)
        assert "Hạn 16/03/2026, còn 10 ngày" in shown(place, proposal)


# --- a clock that has run out ---------------------------------------------------------------------


def test_an_overdue_dossier_that_comes_back_says_its_days_were_used(place):
    with clock.at(MONDAY):
        proposal = make.submitted(place)
    with clock.at(MONDAY + datetime.timedelta(days=16)):
        fire(proposal, "return", by=place.people.sct, reason="Bổ sung.")
        fire(proposal, "submit", by=place.people.canbo)
        review = Review.objects.get(track__proposal=proposal, verdict="")
        assert review.used_days == 12
        said = "đã dùng 12 ngày làm việc ở các lần trước"
        assert said in shown(place, proposal)
        assert said in text_of(page_of(place.people.sct).get(f"/tham-dinh/{proposal.code}/"))
        assert said in text_of(page_of(place.people.sct).get("/tham-dinh/"))


def test_a_dossier_that_has_days_left_says_nothing_of_it(place):
    with clock.at(MONDAY):
        proposal = make.submitted(place)
    with clock.at(MONDAY + datetime.timedelta(days=4)):
        fire(proposal, "return", by=place.people.sct, reason="Bổ sung.")
        fire(proposal, "submit", by=place.people.canbo)
    review = Review.objects.get(track__proposal=proposal, verdict="")
    assert review.used_days == 4 and holding.used_up(review) == ""
