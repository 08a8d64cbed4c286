"""A page sent after the session has ended: what was typed comes back after the log-in."""

import pytest
from django.core import signing
from django.test import Client

from projects.models import Proposal
from tests import make
from tests.projects.draftpages import COSTS, GOALS, LAST, address, filled, press, sent_by
from tests.projects.pages import page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


def log_in(client, user, address):
    return client.post(address, {"username": user.username, "password": make.PASSWORD})


def test_what_was_sent_when_the_session_had_ended_is_there_after_the_log_in(place, empty):
    sent = sent_by(place, empty, GOALS, goals="Chữ <đã gõ> & giữ")
    gone = Client()
    turned = gone.post(address(empty, GOALS), sent | {"action": "next"})
    assert turned.status_code == 302
    assert turned.url == f"/dang-nhap/?next=/de-an/{empty.code}/sua/{GOALS}/"
    empty.refresh_from_db()
    assert empty.goals == "", "nothing is saved for who is not known"
    back = log_in(gone, place.people.canbo, turned.url)
    assert back.url == address(empty, GOALS)
    page = gone.get(back.url)
    assert "Phiên làm việc đã hết khi bạn bấm gửi" in text_of(page)
    form = read_form(page)
    assert form["goals"] == ["Chữ <đã gõ> & giữ"]
    assert gone.post(address(empty, GOALS), form | {"action": "save"}).status_code == 302
    empty.refresh_from_db()
    assert (empty.goals, empty.version) == ("Chữ <đã gõ> & giữ", 2)
    assert "Phiên làm việc đã hết khi" not in text_of(gone.get(address(empty, GOALS)))


def test_rows_of_the_cost_table_come_back_as_they_were_typed(place, empty):
    sent = filled(place, empty, COSTS, **{"cost_items-0-unit_price": "mấy triệu"})
    gone = Client()
    turned = gone.post(address(empty, COSTS), sent | {"action": "save"})
    log_in(gone, place.people.canbo, turned.url)
    page = gone.get(address(empty, COSTS))
    form = read_form(page)
    assert form["cost_items-0-name"] == ["Máy sao chè tự động"]
    assert form["cost_items-0-unit_price"] == ["mấy triệu"]
    assert "Không đọc được số tiền" in text_of(page)


def test_a_colleague_who_saved_meanwhile_is_not_overwritten_after_the_log_in(place, empty):
    sent = sent_by(place, empty, GOALS, goals="Của tôi")
    gone = Client()
    turned = gone.post(address(empty, GOALS), sent | {"action": "save"})
    press(place, empty, "save", sent_by(place, empty, GOALS, goals="Của đồng nghiệp"))
    log_in(gone, place.people.canbo, turned.url)
    form = read_form(gone.get(address(empty, GOALS)))
    response = gone.post(address(empty, GOALS), form | {"action": "save"})
    assert response.status_code == 409
    empty.refresh_from_db()
    assert empty.goals == "Của đồng nghiệp"


def test_it_is_shown_to_nobody_else(place, empty):
    sent = sent_by(place, empty, GOALS, goals="Riêng của tôi")
    gone = Client()
    turned = gone.post(address(empty, GOALS), sent | {"action": "save"})
    colleague = make.user("canbo.c", "officer", place.orgs.centre)
    log_in(gone, colleague, turned.url)
    assert "Riêng của tôi" not in text_of(gone.get(address(empty, GOALS)))


@pytest.mark.parametrize(
    "mark", ["", "x", signing.dumps(1, salt="khac")], ids=["empty", "letters", "of other salt"]
)
def test_a_stranger_can_put_nothing_into_a_session(place, empty, mark):
    gone = Client()
    turned = gone.post(address(empty, GOALS), {"goals": "x" * 1000, "mark": mark})
    assert turned.status_code == 302
    assert "unsent" not in gone.session


def test_a_page_from_before_another_log_in_is_shown_again_with_its_text(place, empty):
    """The log-in in another tab changed the key against forgery; the old page is not lost."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(place.people.canbo)
    sent = read_form(client.get(address(empty, GOALS))) | {"goals": "Đã gõ lâu"}
    sent["csrfmiddlewaretoken"] = "a" * 64
    turned = client.post(address(empty, GOALS), sent | {"action": "save"})
    assert turned.status_code == 302
    page = client.get(turned.url)
    form = read_form(page)
    assert form["goals"] == ["Đã gõ lâu"]
    empty.refresh_from_db()
    assert empty.goals == "", "a forged page saves nothing"
    assert client.post(address(empty, GOALS), form | {"action": "save"}).status_code == 302
    forged = client.post(address(empty, GOALS), {"goals": "Giả"})
    assert forged.status_code == 403


def test_reasons_typed_on_the_last_page_come_back_too(place, empty):
    make.allot(place, "provincial", 2026, 100)
    from tests.projects.draftpages import complete

    complete(place, empty)
    form = sent_by(place, empty, LAST)
    box = next(name for name in form if name.endswith("-reason"))
    gone = Client()
    turned = gone.post(address(empty, LAST), form | {box: "Sở đã đồng ý", "action": "submit"})
    log_in(gone, place.people.canbo, turned.url)
    page = gone.get(address(empty, LAST))
    assert read_form(page)[box] == ["Sở đã đồng ý"]
    empty.refresh_from_db()
    assert empty.status == "draft"


def test_an_ended_session_on_a_page_that_is_only_opened_leads_back_to_it(place, empty):
    turned = Client().get(address(empty, GOALS))
    assert turned.url == f"/dang-nhap/?next=/de-an/{empty.code}/sua/{GOALS}/"
    assert page_of(place.people.canbo).get(address(empty, GOALS)).status_code == 200


def test_a_draft_that_was_being_begun_comes_back_too(place):
    form = read_form(page_of(place.people.canbo).get("/de-an/moi/"), form="begin")
    gone = Client()
    sent = form | {"title": "Máy sấy <chè>", "kind": "several"}
    turned = gone.post("/de-an/moi/", sent)
    assert turned.url == "/dang-nhap/?next=/de-an/moi/"
    log_in(gone, place.people.canbo, turned.url)
    page = gone.get("/de-an/moi/")
    again = read_form(page, form="begin")
    assert page.status_code == 200
    assert (again["title"], again["kind"]) == (["Máy sấy <chè>"], ["several"])
    assert "Phiên làm việc đã hết khi" in text_of(page)
    assert not Proposal.objects.exists()
    gone.post("/de-an/moi/", again)
    assert Proposal.objects.get().title == "Máy sấy <chè>"
