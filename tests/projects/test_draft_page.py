"""The page of a draft: rows and sums without a script, the register, its parts and its weight."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core.models import Place
from projects.views.entry import part
from tests import make
from tests.make import TRIEU
from tests.projects.draftpages import (
    CONTENT,
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
from tests.projects.pages import page_of, read_form, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]


ALL = (UNIT, PARTIES, CONTENT, GOALS, COSTS, SCHEDULE, PAPERS, LAST)


@pytest.mark.parametrize(
    ("section", "button", "rows"),
    [
        (COSTS, "recount", 1),
        (COSTS, "add-cost_items", 4),
        (COSTS, "remove-cost_items-0", 1),
        (COSTS, "remove-cost_items-99", 1),
        (CONTENT, "add-activities", 4),
        (CONTENT, "remove-activities-0", 1),
    ],
)
def test_rows_are_added_and_taken_out_without_a_script(place, empty, section, button, rows):
    kept = {"necessity": "Còn đây"} if section == CONTENT else {}
    response = press(place, empty, button, filled(place, empty, section, **kept))
    assert response.status_code == 200
    form = read_form(response)
    ending = "-units" if section == CONTENT else "-unit_price"
    assert len([name for name in form if name.endswith(ending)]) == rows
    if section == CONTENT:
        assert form["necessity"] == ["Còn đây"]
    else:
        left = [] if button == "remove-cost_items-0" else ["Máy sao chè tự động"]
        assert [name for name in form["cost_items-0-name"] if name] == left
    empty.refresh_from_db()
    assert empty.version == 1, "nothing is saved yet"


def test_recounting_computes_amounts_and_sums_of_what_is_typed(place, empty):
    press(place, empty, "save", filled(place, empty, SCHEDULE))
    response = press(place, empty, "recount", filled(place, empty, COSTS))
    assert read_form(response)["cost_items-0-amount"] == ["370.000.000"]
    totals = response.context["totals"]
    assert totals.amount == 370 * TRIEU
    assert {row.source.code: (row.costs, row.years) for row in totals.sources} == {
        "national": (0, 0),
        "provincial": (150 * TRIEU, 150 * TRIEU),
        "counterpart": (220 * TRIEU, 220 * TRIEU),
        "other": (0, 0),
    }
    assert "Ba trăm bảy mươi triệu đồng" in text_of(response)
    sent = read_form(response) | {"cost_items-0-quantity": "3"}
    again = press(place, empty, "recount", sent)
    assert read_form(again)["cost_items-0-amount"] == ["555.000.000"]
    assert again.context["totals"].unshared == 185 * TRIEU


def test_recounting_says_what_it_cannot_read(place, empty):
    sent = filled(place, empty, COSTS, **{"cost_items-0-unit_price": "abc"})
    response = press(place, empty, "recount", sent)
    assert response.status_code == 422
    assert "Không đọc được số tiền" in text_of(response)


def test_the_register_is_searched_and_what_is_ticked_stays(place, empty):
    first, second = make.enterprise(place, "HTX Chè xanh"), make.enterprise(place, "Xưởng mộc")
    make.enterprise(make.world("x", "Tỉnh Khác", "TK"), "HTX Chè tỉnh khác")
    response = press(place, empty, "find", sent_by(place, empty, PARTIES, find="che"))
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
        address(empty, PARTIES),
        {"find": "moc", "beneficiaries": [chosen.pk, "x", "9" * 40]},
        headers={"HX-Request": "true"},
    )
    text = text_of(response)
    assert "<html" not in text
    assert "Xưởng &lt;mộc&gt;" in text
    assert f'value="{chosen.pk}" checked' in text


def test_an_establishment_is_found_by_its_tax_number(place, empty):
    firm = make.enterprise(place, "Xưởng mộc")
    make.enterprise(place, "HTX Chè xanh")
    firm.identifiers.create(kind="tax10", value="6200012346")
    firm.save()
    for typed in ("6200012346", "6200 012 346"):
        response = press(place, empty, "find", sent_by(place, empty, PARTIES, find=typed))
        assert [row.pk for row in response.context["entry"].found] == [firm.pk], typed


def test_texts_of_people_are_shown_as_text(place, empty):
    evil = '"><script>alert(1)</script>'
    complete(place, empty, title=evil, goals=evil, **{"cost_items-0-name": evil})
    for section in (UNIT, GOALS, COSTS, LAST):
        text = text_of(page_of(place.people.canbo).get(address(empty, section)))
        assert "<script>alert" not in text, section
        assert "&lt;script&gt;alert(1)" in text, section


def test_each_page_stays_light_and_asks_the_database_the_same_for_any_length(place, empty):
    client = page_of(place.people.canbo)

    def opened():
        found = {}
        for section in ALL:
            with CaptureQueriesContext(connection) as seen:
                response = client.get(address(empty, section))
            found[section] = len(seen)
            assert response.status_code == 200
            assert len(response.content) < 150_000, section
            assert len(gzip.compress(response.content)) < 40_000, section
        return found

    complete(place, empty)
    opened()
    before = opened()
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
    complete(place, empty, beneficiaries=firms, kind="several", **rows)
    assert opened() == before
    parts = {code: n for code, n in before.items() if code not in (PAPERS, LAST)}
    assert max(parts.values()) <= 25, before


def test_the_rail_says_how_far_each_part_is(place, empty):
    def words():
        found = page_of(place.people.canbo).get(address(empty, UNIT)).context["sections"]
        return {section.code: section.words for section in found}

    assert words() == {
        UNIT: "Hoàn thành",
        PARTIES: "Chưa điền",
        CONTENT: "Chưa điền",
        GOALS: "Chưa điền",
        COSTS: "Chưa điền",
        SCHEDULE: "Chưa điền",
        PAPERS: "Hoàn thành",
        LAST: "Chưa trình được",
    }
    press(place, empty, "save", sent_by(place, empty, GOALS, goals="Nâng năng suất."))
    assert words()[GOALS] == "Còn thiếu 1 mục"
    complete(place, empty)
    assert set(words().values()) == {"Hoàn thành", "Trình được"}


def test_the_form_opens_at_the_first_part_that_is_not_finished(place, empty):
    client = page_of(place.people.canbo)
    assert client.get(address(empty)).url == address(empty, PARTIES)
    complete(place, empty)
    assert client.get(address(empty)).url == address(empty, LAST)
    assert client.get(address(empty, "khong-co")).status_code == 404


def test_parts_are_filled_in_any_order_and_a_button_leads_on(place, empty):
    response = press(place, empty, "next", filled(place, empty, SCHEDULE))
    assert response.url == address(empty, PAPERS)
    response = press(place, empty, "next", filled(place, empty, PARTIES))
    assert response.url == address(empty, CONTENT)
    response = press(place, empty, "finish", filled(place, empty, GOALS))
    assert response.url == address(empty, LAST)
    # Who came from the last page goes back there.
    page = page_of(place.people.canbo).get(address(empty, COSTS), {"back": LAST})
    assert "Lưu, về phần 8" in text_of(page)
    response = press(place, empty, "next", read_form(page), COSTS)
    assert response.url == address(empty, LAST)


def test_a_part_posts_its_own_boxes_and_leaves_the_others_alone(place):
    proposal = make.draft(place, partner="Hội nghề")
    press(place, proposal, "save", sent_by(place, proposal, GOALS, goals="Rõ hơn."))
    fresh = type(proposal).objects.get(pk=proposal.pk)
    assert (fresh.goals, fresh.partner, fresh.necessity) == ("Rõ hơn.", "Hội nghề", "Cần máy mới.")
    assert fresh.cost_items.count() == fresh.beneficiaries.count() == fresh.places.count() == 1
    assert fresh.funding_lines.count() == 2


def test_an_establishment_added_meanwhile_stands_ticked_when_one_comes_back(place, empty):
    client = page_of(place.people.canbo)
    first = make.enterprise(place, "Có trước")
    press(place, empty, "save", filled(place, empty, PARTIES, beneficiaries=[str(first.pk)]))
    page = text_of(client.get(address(empty, PARTIES)))
    assert f'href="/co-so/moi/?de-an={empty.code}"' in page
    added = make.enterprise(place, "Mới thêm")
    where = part.address_for(place.people.canbo, empty.code, added.pk)
    assert where == f"{address(empty, PARTIES)}?chon={added.pk}"
    form = read_form(client.get(where))
    assert form["beneficiaries"] == [str(first.pk), str(added.pk)]
    press(place, empty, "save", form)
    assert {row.enterprise for row in empty.beneficiaries.all()} == {first, added}
    theirs = make.enterprise(make.world("x", "Tỉnh Khác", "TK"), "Của tỉnh khác")
    assert "tỉnh khác" not in text_of(client.get(address(empty, PARTIES), {"chon": theirs.pk}))
    for code, who in (
        ("", "canbo"),
        ("TT-1", "canbo"),
        (empty.code, "canbo2"),
        (empty.code, "sct"),
    ):
        assert part.address_for(getattr(place.people, who), code, added.pk) == ""


def test_who_adds_an_establishment_for_a_proposal_comes_back_to_it(place, empty):
    client = page_of(place.people.canbo)
    page = client.get("/co-so/moi/", {"de-an": empty.code})
    assert 'method="post"' in text_of(page)
    assert 'action="/co-so' not in text_of(page), "the page is sent to its own address"
