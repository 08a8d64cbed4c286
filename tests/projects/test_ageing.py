"""Thời gian thẩm định: one definition of what waits, is late or was answered, for every page."""

import datetime
import re

import pytest

from khuyencong.core import clock
from khuyencong.core.models import Holiday
from projects import ageing, holding
from projects.firing import fire
from projects.models import Review, Track
from reports.ageing import ageing as of_programme
from tests import make
from tests.projects.pages import page_of

pytestmark = pytest.mark.django_db
D = datetime.date
MONDAY = D(2026, 3, 2)  # due in ten working days, on Monday 16/03/2026
PAGE = "/tham-dinh/thoi-gian/"


@pytest.fixture
def place():
    return make.world()


def row(place, office, source="provincial", *, on, user=None):
    with clock.at(on):
        rows = ageing.table(user or place.people.lanhdao, on.year).rows
    return next((r for r in rows if (r.office, r.source.code) == (office, source)), None)


def waiting(place, office, on, source="provincial"):
    found = row(place, office, source, on=on).waiting
    return found.in_time, found.soon, found.late, found.outside


def submitted(place, money=None, on=MONDAY):
    with clock.at(on):
        return make.submitted(place, money)


def test_the_columns_follow_the_working_days_left(place):
    submitted(place)
    office = place.orgs.industry
    assert waiting(place, office, D(2026, 3, 10)) == (1, 0, 0, 0)
    assert waiting(place, office, D(2026, 3, 11)) == (0, 1, 0, 0)
    assert waiting(place, office, D(2026, 3, 16)) == (0, 1, 0, 0)
    assert waiting(place, office, D(2026, 3, 17)) == (0, 0, 1, 0)
    Holiday.objects.create(day=D(2026, 3, 17), name="Lễ", province=place.home)
    assert waiting(place, office, D(2026, 3, 17)) == (0, 1, 0, 0)


@pytest.mark.parametrize("days", range(25))
def test_the_table_counts_what_the_words_say(place, days):
    submitted(place)
    Holiday.objects.create(day=D(2026, 3, 13), name="Lễ")
    Holiday.objects.create(day=D(2026, 3, 14), name="Bù", is_working=True)
    on = MONDAY + datetime.timedelta(days=days)
    with clock.at(on):
        tone = holding.due(Review.objects.select_related("organisation").get()).tone
    wanted = {"": (1, 0, 0, 0), "w": (0, 1, 0, 0), "r": (0, 0, 1, 0)}[tone]
    assert waiting(place, place.orgs.industry, on) == wanted


def test_the_words_of_a_due_day(place):
    submitted(place)
    review = Review.objects.select_related("organisation").get()
    said = {}
    for day in (10, 16, 17, 18, 20, 21, 22, 23):
        with clock.at(D(2026, 3, day)):
            said[day] = holding.due(review).text
    assert said[10] == "còn 4 ngày"
    assert said[16] == "hết hạn hôm nay"
    assert (said[17], said[20], said[21], said[23]) == (
        *("quá hạn 1 ngày", "quá hạn 4 ngày", "quá hạn 4 ngày", "quá hạn 5 ngày"),
    )
    review.due_on = D(2026, 3, 20)
    with clock.at(D(2026, 3, 21)):
        assert holding.due(review) == holding.Due(review.due_on, "hết hạn ngày 20/03/2026", "w")


def test_an_office_the_portal_cannot_see_into_is_never_late(place):
    proposal = submitted(place, {"national": 100})
    with clock.at(D(2026, 3, 4)):
        fire(proposal, "pass", by=place.people.sct)
        proposal.refresh_from_db()
        fire(proposal, "conclude", by=place.people.sct_head)
    review = Review.objects.select_related("organisation").get(organisation=place.orgs.agency)
    Review.objects.filter(pk=review.pk).update(due_on=D(2026, 3, 5))
    on = D(2026, 6, 1)
    assert waiting(place, place.orgs.agency, on, "national") == (0, 0, 0, 1)
    with clock.at(on):
        assert holding.due(review).text == "đang ở cơ quan ngoài"
        assert of_programme(place.programme, place.people.lanhdao).late_total == 0
    # An office of the province without accounts is outside in the same way.
    Review.objects.filter(pk=review.pk).update(is_outside=True, organisation=place.orgs.finance)
    assert waiting(place, place.orgs.finance, on, "national") == (0, 0, 0, 1)


def test_a_dossier_that_waits_for_its_unit_waits_for_no_office(place):
    submitted(place)
    review = Review.objects.select_related("organisation").get()
    Review.objects.update(paused_at=clock.now())
    Track.objects.update(status="waiting")
    assert row(place, place.orgs.industry, on=D(2026, 6, 1)) is None
    review.refresh_from_db()
    assert holding.due(review).text == "tạm dừng vì hồ sơ đang bổ sung"


def test_answers_are_counted_in_working_days_of_their_year(place):
    Holiday.objects.create(day=D(2026, 3, 3), name="Lễ")
    for days, on in ((2, D(2026, 3, 5)), (5, D(2026, 3, 10))):
        proposal = submitted(place)
        with clock.at(on):
            fire(proposal, "return", by=place.people.sct, reason="Thiếu báo giá")
        assert Review.objects.latest("pk").decided_at
        found = row(place, place.orgs.industry, on=D(2026, 12, 1)).answers
        assert found.longest == days
    assert (found.count, found.days, str(found.average)) == (2, 7, "3.5")
    assert row(place, place.orgs.industry, on=D(2027, 1, 5)) is None


def test_what_was_taken_back_is_no_answer(place):
    proposal = submitted(place)
    with clock.at(D(2026, 3, 3)):
        fire(proposal, "take_back", by=place.people.canbo)
    assert row(place, place.orgs.industry, on=D(2026, 12, 1)) is None


def test_the_dashboard_counts_the_same(place):
    for number in range(4):
        submitted(place, {"provincial": 10 + number, "national": 10})
    for on in (D(2026, 3, 3), D(2026, 3, 12), D(2026, 3, 20)):
        with clock.at(on):
            table = ageing.table(place.people.lanhdao)
            board = of_programme(place.programme, place.people.lanhdao)
        assert board.total == table.waiting.total == 8
        assert board.late_total == table.waiting.late
        [office] = board.offices
        assert (office.in_time, office.soon, office.late) == (
            *(table.waiting.in_time, table.waiting.soon, table.waiting.late),
        )


def test_an_office_under_two_names_is_one_row_under_its_present_name(place):
    submitted(place)
    today = place.orgs.industry
    old = make.organisation(
        today.kind, place.home, "Sở cũ", lineage=today.lineage, valid_to=D(2020, 1, 1)
    )
    submitted(place)
    Review.objects.filter(pk=Review.objects.latest("pk").pk).update(organisation=old)
    assert row(place, today, on=MONDAY).waiting.total == 2


def test_another_provinces_dossiers_are_not_counted_and_a_national_office_sees_its_own(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    submitted(other)
    assert ageing.table(place.people.lanhdao).rows == []
    assert ageing.table(other.people.lanhdao).waiting.total == 1
    assert ageing.table(place.people.cuc).rows == []


def figures(page):
    """The cells of the first row of the table, as they are read."""
    body = re.search(r"<tbody>.*?</tr>", page, re.DOTALL)[0]
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", body)]


def test_the_page_shows_the_figures_and_names_the_late_ones_one_may_open(place):
    proposal = submitted(place)
    with clock.at(D(2026, 3, 18)):
        page = page_of(place.people.sct).get(PAGE).content.decode()
        others = page_of(place.people.stc).get(PAGE).content.decode()
    assert figures(page)[1:6] == ["1", "0", "0", "1", "0"]
    assert proposal.code in page and "quá hạn 2 ngày" in page
    assert figures(others)[1:6] == ["1", "0", "0", "1", "0"]
    assert proposal.code not in others, "it has not reached them"
    assert 'href="/tham-dinh/"' in page


@pytest.mark.parametrize("year", ["", "abcd", "0000", "9999", "²⁰²⁶"])
def test_a_year_that_makes_no_sense_shows_the_last_one(place, year):
    assert page_of(place.people.sct).get(PAGE, {"nam": year}).status_code == 200


def test_many_dossiers_take_no_more_questions(place, django_assert_max_num_queries):
    for number in range(12):
        proposal = submitted(place, {"provincial": 10, "national": 10})
        if number % 2:
            with clock.at(D(2026, 3, 4)):
                fire(proposal, "return", by=place.people.sct, reason="Thiếu báo giá")
    client = page_of(place.people.lanhdao)
    with django_assert_max_num_queries(12), clock.at(D(2026, 6, 1)):
        client.get(PAGE)
