"""The list by either geography: found where the ground lies, whatever it is called."""

import pytest
from django.core.management import call_command

from khuyencong.core.models import Place
from projects import amounts, drafts
from projects.drafts import Draft
from projects.firing import fire
from projects.models import Proposal
from projects.reference import shipped
from projects.views.list_totals import totals_of
from tests import make
from tests.projects.pages import page_of, text_of
from tests.projects.test_listing import LIST, titles

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BY_PLACE = "/de-an/theo-dia-ban/"


def at(place, unit: Place, title: str, **kwargs) -> Proposal:
    proposal = make.draft(place, title=title, **kwargs)
    return drafts.save(
        proposal, Draft(places=[unit]), by=place.people.canbo, expected_version=proposal.version
    )


@pytest.fixture
def trap(place):
    """One proposal in the old xã Mường Than, one in the new one, in a province of both maps."""
    (path,) = (path for path in shipped() if path.parent.name == "places")
    call_command("load_reference", str(path), verbosity=0)
    home = Place.objects.get(level=Place.Level.PROVINCE, abbreviation="LC")
    Place.objects.filter(parent=home).update(parent=place.home)
    place.old = Place.objects.get(name="Mường Than", valid_to__isnull=False)
    place.new = Place.objects.get(name="Mường Than", valid_to__isnull=True)
    place.than_uyen = Place.objects.get(
        name="Than Uyên", level=Place.Level.COMMUNE, valid_to__isnull=True
    )
    place.district = Place.objects.get(name="Than Uyên", level=Place.Level.DISTRICT)
    at(place, place.old, "Gạch không nung", money={"provincial": 100})
    at(place, place.new, "Xưởng mộc", money={"provincial": 300, "national": 50})
    return place


def test_the_old_muong_than_is_found_under_than_uyen_and_not_under_the_new_one(trap):
    client = page_of(trap.people.canbo)
    for unit, wanted in (
        (trap.than_uyen, ["Gạch không nung"]),
        (trap.new, ["Xưởng mộc"]),
        (trap.old, ["Gạch không nung"]),
        (trap.district, ["Xưởng mộc", "Gạch không nung"]),
    ):
        response = client.get(LIST, {"place": unit.pk})
        assert titles(response) == wanted, unit.full_name
        totals = totals_of(response.context["asked"].found)
        assert totals.count == len(wanted)
    assert totals.state == 450 * make.TRIEU


def test_searching_names_the_ground_that_words_alone_would_mix(trap):
    client = page_of(trap.people.canbo)
    assert titles(client.get(LIST, {"search": '"xã Than Uyên"'})) == ["Gạch không nung"]
    assert titles(client.get(LIST, {"search": "phúc than"})) == ["Xưởng mộc"]
    # The bare name is both's: the page offers each ground by itself.
    response = client.get(LIST, {"search": "muong than"})
    assert len(titles(response)) == 2
    offered = {link.label: link.query for link in response.context["asked"].meant_places}
    assert set(offered) == {"xã Mường Than", "xã Mường Than (huyện Than Uyên)"}
    assert titles(client.get(f"{LIST}?{offered['xã Mường Than']}")) == ["Xưởng mộc"]
    former = offered["xã Mường Than (huyện Than Uyên)"]
    assert titles(client.get(f"{LIST}?{former}")) == ["Gạch không nung"]
    assert "Tìm theo địa bàn:" in text_of(response)


def rows_of(client, query: str) -> dict[str, tuple[int, int]]:
    rows = client.get(f"{BY_PLACE}?{query}").context["rows"]
    return {row.label: (row.count, row.state // make.TRIEU) for row, _link in rows}


def test_totals_by_place_on_each_map(trap):
    at(trap, trap.old, "Máy chè", money={"national": 7})
    both = make.draft(trap, {"provincial": 1}, title="Hai nơi")
    drafts.save(
        both,
        Draft(places=[trap.old, trap.new]),
        by=trap.people.canbo,
        expected_version=both.version,
    )
    nowhere = make.draft(trap, {"provincial": 2}, title="Chưa rõ")
    nowhere.places.all().delete()
    client = page_of(trap.people.canbo)
    rest = {"Thực hiện ở nhiều địa bàn": (1, 1), "Chưa ghi địa bàn": (1, 2)}
    assert rows_of(client, "") == {"xã Than Uyên": (2, 107), "xã Mường Than": (1, 350)} | rest
    assert (
        rows_of(client, "theo=trong-ho-so")
        == {
            "xã Mường Than (huyện Than Uyên)": (2, 107),
            "xã Mường Than": (1, 350),
        }
        | rest
    )
    assert rows_of(client, "theo=huyen") == {
        "huyện Than Uyên": (4, 458),
        "Chưa ghi địa bàn": (1, 2),
    }
    everything = amounts.by_source(Proposal.objects.all())
    state = sum(amount for source, amount in everything if source.is_state)
    for theo in ("hien-hanh", "trong-ho-so", "huyen", "khong-co"):
        found = rows_of(client, f"theo={theo}")
        assert sum(row[1] for row in found.values()) == state // make.TRIEU


def test_a_row_leads_to_the_list_it_counts(trap):
    client = page_of(trap.people.canbo)
    for row, query in client.get(BY_PLACE).context["rows"]:
        assert len(titles(client.get(f"{LIST}?{query}"))) == row.count


def test_the_table_by_place_costs_the_same_for_one_and_for_many(
    trap, django_assert_max_num_queries
):
    client = page_of(trap.people.canbo)
    client.get(BY_PLACE)
    for number in range(5):
        at(trap, trap.than_uyen, f"Thêm {number}")
    with django_assert_max_num_queries(16):
        client.get(f"{BY_PLACE}?theo=huyen")


def test_another_provinces_place_is_no_choice(trap):
    other = make.world("x", "Tỉnh Khác", "TK")
    text = text_of(page_of(other.people.canbo).get(LIST, {"place": trap.old.pk}))
    assert f"Địa bàn «{trap.old.pk}»" in text


def test_the_totals_of_a_filter_are_a_request_of_their_own(trap):
    client = page_of(trap.people.canbo)
    page = text_of(client.get("/de-an/tong/", {"plan_year": 2026}))
    assert "2 đề án" in page and "<h1>" in page
    assert "450,0" in page
    row = text_of(client.get("/de-an/tong/?source=national", headers={"HX-Request": "true"}))
    assert row.lstrip().startswith('<tr class="pg whole">')
    assert "Cộng 1 đề án theo bộ lọc" in row and "350,0" in row


def test_the_dossier_keeps_the_name_it_was_sent_with_and_says_todays_unit(trap):
    proposal = Proposal.objects.get(title="Gạch không nung")
    page = text_of(page_of(trap.people.canbo).get(f"/de-an/{proposal.code}/"))
    assert "(nay là xã Than Uyên)" in page
    fire(proposal, "submit", by=trap.people.canbo)
    Place.objects.filter(pk=trap.old.pk).update(name="Tên đã sửa")
    page = text_of(page_of(trap.people.canbo).get(f"/de-an/{proposal.code}/"))
    assert "xã Mường Than, huyện Than Uyên" in page
    assert "(nay là xã Than Uyên)" in page
    other = Proposal.objects.get(title="Xưởng mộc")
    assert "nay là" not in text_of(page_of(trap.people.canbo).get(f"/de-an/{other.code}/"))
