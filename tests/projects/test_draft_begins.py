"""A new draft, and who may open the form of one."""

import datetime

import pytest

from khuyencong.core import clock
from projects.models import Proposal
from tests import make
from tests.projects.draftpages import LAST, UNIT, address, press
from tests.projects.pages import page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
NEW = "/de-an/moi/"
THIS_YEAR = clock.today().year


# ---- a new draft ----


def test_a_draft_begins_with_programme_year_title_and_kind(place):
    client = page_of(place.people.canbo)
    assert "Lập nháp, điền tiếp" in text_of(client.get(NEW))
    sent = {
        "programme": place.programme.code,
        "plan_year": str(max(THIS_YEAR, 2026)),
        "title": "  Máy sao   chè ",
        "kind": "several",
    }
    response = client.post(NEW, sent)
    made = Proposal.objects.get()
    assert response.url == address(made, UNIT)
    assert (made.title, made.kind, made.status) == ("Máy sao   chè", "several", "draft")
    assert (made.implementing_unit, made.created_by) == (place.orgs.centre, place.people.canbo)


def test_the_same_page_sent_twice_makes_one_draft(place):
    client = page_of(place.people.canbo)
    sent = read_form(client.get(NEW), form="begin") | {"title": "Máy sao chè", "kind": "single"}
    assert sent["form_key"]
    first, second = client.post(NEW, sent), client.post(NEW, sent)
    assert first.url == second.url
    assert Proposal.objects.count() == 1
    again = read_form(client.get(NEW), form="begin") | {"title": "Máy sao chè", "kind": "single"}
    assert client.post(NEW, again).url != first.url
    # A key that another person's page sent is theirs.
    page_of(place.people.canbo2).post(NEW, sent)
    assert Proposal.objects.filter(implementing_unit=place.orgs.other).count() == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", ""),
        ("title", "x" * 301),
        ("title", "máy\x00"),
        ("plan_year", "1999"),
        ("plan_year", "2031"),
        ("plan_year", "nay"),
        ("plan_year", "9" * 40),
        ("programme", "khong-co"),
        ("kind", "x"),
        ("kind", ""),
    ],
)
def test_a_draft_that_cannot_begin_says_why_and_keeps_what_was_typed(place, name, value):
    sent = {
        "programme": place.programme.code,
        "plan_year": str(max(THIS_YEAR, 2026)),
        "title": "Máy <b>",
        "kind": "task",
    }
    response = page_of(place.people.canbo).post(NEW, sent | {name: value})
    assert response.status_code == 422
    text = text_of(response)
    assert "<title>Lỗi: Lập đề án" in text
    assert f'href="#id_{name}' in text
    if name != "title":
        assert 'value="Máy &lt;b&gt;"' in text
    assert not Proposal.objects.exists()


def test_years_that_are_over_and_programmes_of_others_are_not_offered(place):
    make.programme(place.home, place.sources, code="cu-2011-2015", start=2011, end=2015)
    other = make.world("x", "Tỉnh Khác", "TK")
    text = text_of(page_of(place.people.canbo).get(NEW))
    assert "cu-2011-2015" not in text
    assert other.programme.code not in text
    assert f'value="{THIS_YEAR - 1}"' not in text
    with clock.at(datetime.date(2040, 5, 1)):
        assert "Chưa có chương trình nào còn năm" in text_of(page_of(place.people.canbo).get(NEW))


@pytest.mark.parametrize("who", ["sct", "stc", "lanhdao", "kiemtoan", "quantri", "ubnd"])
def test_who_makes_no_proposals_is_told_so(place, who):
    client = page_of(getattr(place.people, who))
    for response in (client.get(NEW), client.post(NEW, {"title": "Máy"})):
        assert response.status_code == 403
        assert "không lập đề án" in text_of(response)


# ---- who may open the form ----


def test_another_unit_finds_nothing_and_readers_are_told_they_only_read(place, empty):
    for who, status in (("canbo2", 404), ("stc", 404), ("quantri", 404), ("sct", 403)):
        for page in (address(empty), address(empty, UNIT), address(empty, LAST)):
            assert page_of(getattr(place.people, who)).get(page).status_code == status, (who, page)
        sent = {"title": "Khác", "expected_version": "1"}
        response = press(place, empty, "save", sent, who=who)
        assert response.status_code == status, who
    other = make.world("x", "Tỉnh Khác", "TK")
    assert page_of(other.people.canbo).get(address(empty)).status_code == 404
    empty.refresh_from_db()
    assert (empty.title, empty.version) == ("Máy sao chè", 1)


def test_a_submitted_dossier_is_not_changed_and_says_why(place):
    proposal = make.submitted(place)
    client = page_of(place.people.canbo)
    for response in (
        client.get(address(proposal)),
        press(place, proposal, "save", {"title": "Khác"}),
        client.get(address(proposal, UNIT)),
        press(place, proposal, "submit", {"expected_version": str(proposal.version)}, LAST),
    ):
        assert response.status_code == 403
        assert "«Đã trình», không sửa được" in text_of(response)
