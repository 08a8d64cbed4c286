"""Saved and shared views, columns, orders, and pages that begin where another one ended."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock
from projects.firing import fire
from projects.models import Proposal, SavedView
from tests import make
from tests.projects.pages import page_of, text_of
from tests.projects.test_listing import LIST, many, titles

pytestmark = pytest.mark.django_db
SAVE = "/de-an/bo-loc/"


def saved(client, query: str, name: str, **more) -> SavedView:
    response = client.post(f"{SAVE}?{query}", {"name": name, **more})
    assert response.status_code == 302, text_of(response)
    view = SavedView.objects.latest("pk")
    assert response["Location"] == f"{LIST}?xem={view.pk}"
    return view


def test_filters_are_kept_under_a_name_and_opened_by_a_link(place):
    make.draft(place, title="Máy chè")
    make.draft(place, title="Máy chuối")
    client = page_of(place.people.canbo)
    offered = text_of(client.get(LIST, {"search": "chè"}))
    assert 'href="/de-an/bo-loc/?search=ch%C3%A8"' in offered
    view = saved(client, "search=che&ordering=title", "Chè của tôi")
    response = client.get(LIST, {"xem": view.pk})
    assert titles(response) == ["Máy chè"]
    assert response.context["asked"].ordering == "title"
    (link,) = [link for link in response.context["asked"].views if link.label == "Chè của tôi"]
    assert link.current
    # Narrowing further leaves the view as it was kept.
    assert "xem=" not in response.context["asked"].without("search")


def test_a_view_is_ones_own_until_it_is_shared_with_the_province(place):
    make.draft(place, title="Máy")
    other = make.world("x", "Tỉnh Khác", "TK")
    mine = saved(page_of(place.people.canbo), "search=may", "Riêng")
    shared = saved(page_of(place.people.canbo), "search=may", "Chung", is_shared="on")
    colleague, stranger = page_of(place.people.sct), page_of(other.people.sct)
    assert colleague.get(LIST, {"xem": mine.pk}).status_code == 404
    assert titles(colleague.get(LIST, {"xem": shared.pk})) == ["Máy"]
    assert "của Người canbo" in text_of(colleague.get(LIST, {"xem": shared.pk}))
    labels = [link.label for link in colleague.get(LIST).context["asked"].views]
    assert "Chung" in labels and "Riêng" not in labels
    assert stranger.get(LIST, {"xem": shared.pk}).status_code == 404
    assert "Chung" not in [link.label for link in stranger.get(LIST).context["asked"].views]
    for number in ("0", "abc", "9" * 30, "²"):
        assert colleague.get(LIST, {"xem": number}).status_code == 404, number


def test_a_shared_view_shows_each_reader_only_what_they_may_see(place):
    make.draft(place, title="Của trung tâm")
    make.draft(place, title="Của hội", by=place.people.canbo2)
    view = saved(page_of(place.people.sct), "status=draft", "Nháp", is_shared="on")
    assert titles(page_of(place.people.canbo).get(LIST, {"xem": view.pk})) == ["Của trung tâm"]


def test_a_name_is_used_once_and_a_nameless_view_is_not_kept(place):
    client = page_of(place.people.canbo)
    saved(client, "search=a", "Của tôi")
    again = client.post(f"{SAVE}?search=b", {"name": "Của tôi"})
    assert again.status_code == 422
    assert "Bạn đã có bộ lọc mang tên này." in text_of(again)
    assert client.post(f"{SAVE}?search=b", {"name": " "}).status_code == 422
    assert SavedView.objects.count() == 1


def test_only_the_owner_takes_a_view_away(place):
    view = saved(page_of(place.people.canbo), "search=a", "Chung", is_shared="on")
    address = f"{SAVE}{view.pk}/xoa/"
    assert page_of(place.people.sct).post(address).status_code == 404
    assert page_of(place.people.canbo).get(address).status_code == 405
    assert page_of(place.people.canbo).post(address).status_code == 302
    assert not SavedView.objects.exists()


def test_what_a_kept_view_can_no_longer_ask_is_said_and_left_out(place):
    make.draft(place, title="Máy")
    view = SavedView.objects.create(
        owner=place.people.canbo, name="Cũ", query="source=bo-di&search=may"
    )
    response = page_of(place.people.canbo).get(LIST, {"xem": view.pk})
    assert titles(response) == ["Máy"]
    assert "Nguồn vốn «bo-di»" in text_of(response)


def test_columns_are_chosen_and_remembered(place):
    make.draft(place, title="Máy")
    client = page_of(place.people.canbo)
    assert "Hạn xử lý</th>" in text_of(client.get(LIST))
    response = client.post(
        "/de-an/cot/", {"cot": ["unit", "year", "state"], "query": "search=may&page=3"}
    )
    assert response["Location"] == f"{LIST}?search=may"
    text = text_of(client.get(LIST))
    assert "Hạn xử lý</th>" not in text and "Đối ứng, khác</th>" not in text
    assert ">2026</td>" in text and "Đơn vị thực hiện</th>" in text
    view = saved(client, "search=may", "Cột của tôi")
    client.post("/de-an/cot/", {"cot": ["nothing"]})
    assert "Hạn xử lý</th>" in text_of(client.get(LIST))
    assert "Hạn xử lý</th>" not in text_of(client.get(LIST, {"xem": view.pk}))


def test_titles_are_listed_in_vietnamese_order(place):
    for title in ("Đan lát", "Dệt vải", "Ấm chén", "An toàn"):
        make.draft(place, title=title)
    client = page_of(place.people.canbo)
    up = ["An toàn", "Ấm chén", "Dệt vải", "Đan lát"]
    assert titles(client.get(LIST, {"ordering": "title"})) == up
    assert titles(client.get(LIST, {"ordering": "-title"})) == up[::-1]


@pytest.mark.both
def test_what_has_a_day_to_keep_stands_in_the_order_of_those_days(place):
    make.draft(place, title="Nháp")
    with clock.at(clock.today() + datetime.timedelta(days=30)):
        make.submitted(place, {"provincial": 10, "national": 10}, title="Muộn")
    early = make.submitted(place, {"provincial": 10}, title="Sớm")
    abroad = make.submitted(place, {"national": 10}, title="Ở cơ quan ngoài")
    fire(abroad, "pass", by=place.people.sct)
    fire(abroad, "conclude", by=place.people.sct_head)
    client = page_of(place.people.canbo)
    response = client.get(LIST, {"ordering": "due"})
    assert titles(response) == ["Sớm", "Muộn"]
    assert "2 đề án, đang có hạn, hạn gần trước" in text_of(response)
    behind = client.get(f"{LIST}?ordering=due&page=2&after={early.pk}")
    assert titles(behind) == ["Muộn"]


@pytest.mark.both
@pytest.mark.parametrize("ordering", ["-id", "id", "code", "-code", "title", "-title"])
def test_next_and_previous_walk_every_row_once_in_order(place, ordering):
    many(place, 1060)
    # Many with one title: the id parts what is equal.
    Proposal.objects.filter(pk__gt=Proposal.objects.first().pk - 700).update(
        title="Trùng tên", title_key="TR"
    )
    client = page_of(place.people.canbo)
    wanted = list(
        Proposal.objects.order_by(
            *{
                "title": ("title_key", "id"),
                "-title": ("-title_key", "-id"),
            }.get(ordering, (ordering,))
        ).values_list("pk", flat=True)
    )
    seen, pages = [], []
    query = f"?ordering={ordering}"
    while query:
        page = client.get(f"{LIST}{query}").context["page"]
        ids = [row.pk for row in page.rows]
        pages.append(ids)
        seen += ids
        query = page.has_next and (
            f"?ordering={ordering}&page={page.next_number}&after={page.after}"
        )
    assert seen == wanted
    back = client.get(f"{LIST}?ordering={ordering}&page=42&before={pages[-1][0]}")
    assert [row.pk for row in back.context["page"].rows] == pages[-2]
    assert f"page=43&amp;after={pages[-2][-1]}" in text_of(back)
    assert f"page=41&amp;before={pages[-2][0]}" in text_of(back)


def test_the_links_of_a_long_list_name_the_row_and_those_of_a_short_one_the_page(place):
    many(place, 30)
    client = page_of(place.people.canbo)
    assert 'href="?page=2"' in text_of(client.get(LIST))
    many(place, 1000)
    text = text_of(client.get(LIST))
    last = client.get(LIST).context["page"].rows[-1].pk
    assert f'href="?page=2&amp;after={last}"' in text


def test_a_deep_page_is_asked_for_without_skipping_rows(place):
    many(place, 1100)
    row = Proposal.objects.order_by("-pk")[1050]
    client = page_of(place.people.canbo)
    with CaptureQueriesContext(connection) as seen:
        response = client.get(f"{LIST}?page=43&after={row.pk}")
    assert len(response.context["rows"]) == 25
    assert not any("OFFSET" in query["sql"] for query in seen)


@pytest.mark.parametrize("query", ["after=abc", "after=-1", f"after={'9' * 40}", "before=0"])
def test_a_row_that_is_not_there_breaks_nothing(place, query):
    make.draft(place)
    assert page_of(place.people.canbo).get(f"{LIST}?page=2&{query}").status_code == 200
    assert (
        page_of(place.people.canbo).get(f"{LIST}?ordering=title&page=2&{query}").status_code == 200
    )


def test_the_list_asks_four_questions_beside_those_of_the_frame(place):
    many(place, 60)
    for number in range(3):
        make.submitted(place, {"provincial": 10, "national": 10}, title=f"Đề án {number}")
    client = page_of(place.people.sct)
    client.get(LIST)
    with CaptureQueriesContext(connection) as frame:
        client.get("/them/")
    with CaptureQueriesContext(connection) as seen:
        client.get(f"{LIST}?search=de&plan_year=2026&source=provincial&kind=single")
    assert len(seen) - len(frame) <= 4  # rows, sums, parts, the working calendar
