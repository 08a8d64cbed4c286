"""The page of a draft: rows and sums without a script, the register, its parts and its weight."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core.models import Place
from tests import make
from tests.make import TRIEU
from tests.projects.draftpages import address, complete, press, sent_by
from tests.projects.pages import page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


@pytest.mark.parametrize(
    ("button", "rows", "activities"),
    [
        ("recount", 1, 1),
        ("add-cost_items", 4, 1),
        ("add-activities", 1, 4),
        ("remove-cost_items-0", 1, 1),
        ("remove-cost_items-99", 1, 1),
        ("find", 1, 1),
    ],
)
def test_rows_are_added_and_taken_out_without_a_script(place, empty, button, rows, activities):
    response = press(place, empty, button, complete(place, empty, goals="Còn đây"))
    assert response.status_code == 200
    form = read_form(response)
    assert len([name for name in form if name.endswith("-unit_price")]) == rows
    assert len([name for name in form if name.endswith("-units")]) == activities
    assert form["goals"] == ["Còn đây"]
    kept = [] if button == "remove-cost_items-0" else ["Máy sao chè tự động"]
    assert [name for name in form["cost_items-0-name"] if name] == kept
    empty.refresh_from_db()
    assert (empty.version, empty.goals) == (1, ""), "nothing is saved yet"


def test_recounting_computes_amounts_and_sums_of_what_is_typed(place, empty):
    response = press(place, empty, "recount", complete(place, empty))
    assert read_form(response)["cost_items-0-amount"] == ["370.000.000"]
    totals = response.context["totals"]
    assert totals.amount == 370 * TRIEU
    assert {row.source.code: (row.costs, row.years) for row in totals.sources} == {
        "national": (0, 0),
        "provincial": (150 * TRIEU, 150 * TRIEU),
        "counterpart": (220 * TRIEU, 220 * TRIEU),
        "other": (0, 0),
    }
    sent = read_form(response) | {"cost_items-0-quantity": "3"}
    again = press(place, empty, "recount", sent)
    assert read_form(again)["cost_items-0-amount"] == ["555.000.000"]
    assert again.context["totals"].unshared == 185 * TRIEU


def test_recounting_says_what_it_cannot_read(place, empty):
    sent = complete(place, empty, **{"cost_items-0-unit_price": "abc"})
    response = press(place, empty, "recount", sent)
    assert response.status_code == 422
    assert "Không đọc được số tiền" in text_of(response)


def test_the_register_is_searched_and_what_is_ticked_stays(place, empty):
    first, second = make.enterprise(place, "HTX Chè xanh"), make.enterprise(place, "Xưởng mộc")
    make.enterprise(make.world("x", "Tỉnh Khác", "TK"), "HTX Chè tỉnh khác")
    response = press(place, empty, "find", sent_by(place, empty, find="che"))
    text = text_of(response)
    assert "HTX Chè xanh" in text
    assert "Xưởng mộc" not in text
    assert "tỉnh khác" not in text
    ticked = read_form(response) | {"beneficiaries": [str(first.pk)], "find": "moc"}
    response = press(place, empty, "enter", ticked)
    assert read_form(response)["beneficiaries"] == [str(first.pk)]
    assert "Xưởng mộc" in text_of(response)
    both = read_form(response) | {"beneficiaries": [str(first.pk), str(second.pk)]}
    press(place, empty, "save", both)
    assert {row.enterprise for row in empty.beneficiaries.all()} == {first, second}


def test_the_register_is_searched_while_typing(place, empty):
    chosen = make.enterprise(place, "HTX Chè xanh")
    make.enterprise(place, "Xưởng <mộc>")
    response = page_of(place.people.canbo).get(
        address(empty),
        {"find": "moc", "beneficiaries": [chosen.pk, "x", "9" * 40]},
        headers={"HX-Request": "true"},
    )
    text = text_of(response)
    assert "<html" not in text
    assert "Xưởng &lt;mộc&gt;" in text
    assert f'value="{chosen.pk}" checked' in text


def test_texts_of_people_are_shown_as_text(place, empty):
    evil = '"><script>alert(1)</script>'
    sent = complete(place, empty, title=evil, goals=evil, **{"cost_items-0-name": evil})
    assert press(place, empty, "save", sent).status_code == 302
    text = text_of(page_of(place.people.canbo).get(address(empty)))
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)") >= 3


def test_the_page_stays_light_and_asks_the_database_the_same_for_any_length(place, empty):
    client = page_of(place.people.canbo)

    def opened():
        with CaptureQueriesContext(connection) as seen:
            response = client.get(address(empty))
        return len(seen), len(response.content)

    press(place, empty, "save", complete(place, empty))
    before, _size = opened()
    Place.objects.bulk_create(
        Place(name=f"Xã số {n}", name_folded=f"xa so {n}", kind="xã", level="commune",
              parent=place.home)
        for n in range(200)
    )  # fmt: skip
    rows = {}
    for n in range(20):
        rows |= {
            f"cost_items-{n}-name": f"Máy {n}",
            f"cost_items-{n}-unit_price": "10tr",
            f"cost_items-{n}-share-counterpart": "10tr",
        }
    firms = [str(make.enterprise(place).pk) for _ in range(15)]
    sent = sent_by(place, empty, beneficiaries=firms, kind="several", **rows)
    assert press(place, empty, "save", sent).status_code == 302
    after, size = opened()
    assert after == before
    assert before <= 35
    assert size < 120_000


def test_sections_say_how_far_they_are(place, empty):
    def words():
        found = page_of(place.people.canbo).get(address(empty)).context["sections"]
        return {section.code: section.words for section in found}

    assert words()["noi-dung"] == "Còn thiếu 4 mục"
    assert words()["don-vi"] == "Hoàn thành"
    press(place, empty, "save", complete(place, empty))
    assert set(words().values()) == {"Hoàn thành"}
