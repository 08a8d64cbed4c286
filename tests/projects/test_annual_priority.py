"""The order the law suggests, why, and which dossiers a person moved away from it."""

from __future__ import annotations

import datetime
import itertools

import pytest

from khuyencong.core import audit, place_traits
from khuyencong.core.models import Place, PlaceTrait
from khuyencong.core.refusals import NotAllowed, Refused
from programmes.models import Activity, Sector
from projects.annual import candidates, plans, priority, rows, sending
from projects.annual.plans import Entry
from projects.annual.priority import Suggestion
from projects.firing import fire
from projects.models import Enterprise, Proposal, Track
from projects.views.annual import ticks
from tests import make

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 6, 1)
Kind = PlaceTrait.Kind


def proposed(place, **firm) -> Proposal:
    proposal = fire(make.submitted(place), "pass", by=place.people.sct)
    if firm:
        Enterprise.objects.filter(benefits__proposal=proposal).update(**firm)
    return proposal


def moved_to(proposal, place, name="Bản Khác") -> Place:
    """The dossier is for another commune, so that it has traits of its own."""
    unit = Place.objects.create(
        code=f"u{proposal.pk}", name=name, kind="xã", level="commune", parent=place.home
    )
    proposal.places.update(place=unit)
    return unit


def trait(unit, kind, first=None, last=None) -> PlaceTrait:
    return PlaceTrait.objects.create(
        place=unit, kind=kind, valid_from=first, valid_to=last, legal_ref="Văn bản thử"
    )


def suggestion(proposal, day=DAY) -> Suggestion:
    track = candidates.with_words(Track.objects.filter(proposal=proposal)).get()
    return priority.suggest([track.proposal], day)[proposal.pk]


def said(proposal, day=DAY) -> str:
    return "; ".join(suggestion(proposal, day).reasons)


def test_areas_go_in_the_order_of_the_law(place):
    found = []
    for kind in (None, *reversed(Kind)):
        proposal = proposed(place)
        unit = moved_to(proposal, place)
        if kind:
            trait(unit, kind)
        found.append(proposal)
    keys = [suggestion(one).key for one in found]
    assert [key[0] for key in keys] == [4, 3, 2, 1, 0]
    assert sorted(keys) == list(reversed(keys))


def test_a_trait_counts_between_its_days_alone(place):
    proposal = proposed(place)
    unit = moved_to(proposal, place)
    trait(unit, Kind.POOR_DISTRICT, datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
    assert suggestion(proposal, datetime.date(2026, 12, 31)).key[0] == 1
    assert "Huyện nghèo: xã Bản Khác" in said(proposal)
    for day in (datetime.date(2025, 12, 31), datetime.date(2027, 1, 1)):
        assert suggestion(proposal, day).key[0] == 4
    after = suggestion(proposal, datetime.date(2027, 1, 1))
    assert "chưa có đặc điểm ưu tiên" in after.lacks[0]
    assert after.lacks[0] in after.notes and after.lacks[0] not in after.reasons


def test_a_trait_of_the_district_holds_for_its_communes(place):
    proposal = proposed(place)
    unit = moved_to(proposal, place)
    district = Place.objects.create(
        code="h1", name="Huyện Thử", kind="huyện", level="district", parent=place.home
    )
    Place.objects.filter(pk=unit.pk).update(parent=district)
    trait(district, Kind.POOR_DISTRICT)
    assert suggestion(proposal).key[0] == 1


@pytest.mark.parametrize(
    ("firm", "words"),
    [
        ({"has_typical_product": True}, "có sản phẩm CNNT tiêu biểu"),
        ({"is_exporter": True}, "có hàng xuất khẩu"),
        ({"uses_local_material": True}, "dùng trên 50% nguyên liệu tại chỗ"),
        ({"workers": 50}, "từ 50 lao động trở lên"),
    ],
)
def test_products_and_workers_that_the_law_names_go_first(place, firm, words):
    first, other = proposed(place, **firm), proposed(place, workers=49)
    assert suggestion(first).key < suggestion(other).key
    assert words in said(first)
    assert suggestion(other).key[1] == 2


def test_sectors_that_the_law_names_come_next(place):
    sector = Sector.objects.create(code="co-khi-dien-ho-tro", name="Cơ khí")
    other = Sector.objects.create(code="tieu-thu-cong", name="Tiểu thủ công nghiệp")
    named, plain = proposed(place, sector_group=sector), proposed(place, sector_group=other)
    assert (suggestion(named).key[1], suggestion(plain).key[1]) == (1, 2)
    assert "ngành nghề ưu tiên: Cơ khí" in said(named)


def test_pilots_then_owners_break_a_tie_and_area_goes_before_all(place):
    plain, woman, minority, pilot, poor = (
        proposed(place),
        proposed(place, owner_is_woman=True),
        proposed(place, owner_is_minority=True),
        proposed(place),
        proposed(place),
    )
    Proposal.objects.filter(pk=pilot.pk).update(kind=Proposal.Kind.PILOT)
    trait(moved_to(poor, place), Kind.HARDSHIP)
    keys = {one.pk: suggestion(one).key for one in (plain, woman, minority, pilot, poor)}
    assert keys[poor.pk] < keys[pilot.pk] < keys[woman.pk] == keys[minority.pk] < keys[plain.pk]
    assert "phụ nữ làm chủ" in said(woman)
    assert "người dân tộc thiểu số làm chủ" in said(minority)


def test_cleaner_production_has_no_order_by_area_or_sector(place):
    proposal = proposed(place, has_typical_product=True)
    cleaner = Activity.objects.create(code="KC3e", name="Sản xuất sạch hơn", group=3)
    proposal.activities.update(activity=cleaner)
    found = suggestion(proposal)
    assert not found.is_ordered
    assert "không xếp theo địa bàn, ngành nghề" in said(proposal)


def test_the_data_names_what_the_shipped_catalogues_have():
    from pathlib import Path

    data = Path(priority.FILE).parents[2] / "programmes" / "data"
    sectors = (data / "sectors.yaml").read_text(encoding="utf-8")
    activities = (data / "activities.yaml").read_text(encoding="utf-8")
    rules = priority.law()
    assert all(f"code: {code}," in sectors for code in rules.sectors | rules.unordered_sectors)
    assert all(f"code: {code}," in activities for code in rules.unordered_activities)


# --- departing from it ----------------------------------------------------------------------------


def of_keys(*numbers: int | None) -> dict[int, Suggestion]:
    return {
        at: Suggestion(None if number is None else (number, 0, 0, 0))
        for at, number in enumerate(numbers)
    }


def test_of_a_changed_order_the_fewest_are_named():
    found = of_keys(1, 2, 3, 4, 5)
    assert priority.departing([0, 1, 2, 3, 4], found) == set()
    assert priority.departing([4, 0, 1, 2, 3], found) == {4}
    assert len(priority.departing([1, 0, 2, 4, 3], found)) == 2
    assert priority.departing([], found) == set()


def test_equals_and_what_has_no_order_never_depart():
    found = of_keys(1, 1, None, 2)
    for order in itertools.permutations([0, 1, 2]):
        assert priority.departing([*order, 3], found) == set()


def test_what_departs_is_as_few_as_can_be():
    found = of_keys(3, 1, 2, 2, 5, 4)
    for order in itertools.permutations(range(6)):
        kept = [
            len(some)
            for size in range(7)
            for some in itertools.combinations(order, size)
            if all(found[a].key <= found[b].key for a, b in itertools.pairwise(some))
        ]
        assert len(order) - max(kept) == len(priority.departing(list(order), found))


def test_a_list_in_another_order_needs_a_reason_to_be_sent(place):
    first, other = proposed(place, is_exporter=True), proposed(place)
    plan = plans.create(place.programme, 2026, place.sources["provincial"], by=place.people.sct)

    def written(*pairs):
        entries = [Entry(one.tracks.get().pk, reason) for one, reason in pairs]
        return plans.write(plan, entries, by=place.people.sct)

    written((other, ""), (first, ""))
    assert sum(row.departs for row in rows.rows_of(plan)) == 1
    with pytest.raises(Refused, match="thứ tự khác gợi ý theo luật, ghi lý do"):
        sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    written((other, "Cấp thiết"), (first, "Cấp thiết"))
    sending.send(plan, by=place.people.sct_head, paper=make.paper("TTr-SCT"))
    assert [row.reason for row in rows.rows_of(plan)] == ["Cấp thiết", "Cấp thiết"]


def test_the_suggested_order_is_put_into_the_boxes_when_asked_and_not_before(place):
    other, first = proposed(place), proposed(place, is_exporter=True)
    plan = plans.create(place.programme, 2026, place.sources["provincial"], by=place.people.sct)
    entries = [Entry(one.tracks.get().pk) for one in (other, first)]
    plans.write(plan, entries, by=place.people.sct)
    shown = rows.offered(plan)
    assert [row.code for row in shown] == [other.code, first.code]
    found = ticks.renumbered(ticks.suggested(shown))
    assert [(row.code, row.position) for row in found] == [(first.code, "1"), (other.code, "2")]


# --- traits of places -----------------------------------------------------------------------------


def new_trait(place, **fields) -> PlaceTrait:
    fields = {"valid_from": DAY, "legal_ref": "Quyết định thử"} | fields
    return PlaceTrait(place=place.commune, kind=Kind.HARDSHIP, **fields)


def test_a_trait_is_added_and_ended_with_its_trail(place):
    added = new_trait(place)
    place_traits.add(added, by=place.people.quantri)
    place_traits.end(added, DAY + datetime.timedelta(days=30), by=place.people.quantri)
    sentences = [audit.sentence(entry) for entry in audit.trail(added)]
    assert "ghi đặc điểm «Địa bàn kinh tế - xã hội khó khăn" in sentences[0]
    assert "xã Bản Thử từ 01/06/2026" in sentences[0]
    assert "ghi ngày cuối 01/07/2026" in sentences[1]


def test_a_trait_without_a_document_or_twice_on_a_day_is_refused(place):
    with pytest.raises(Refused, match="Nhập căn cứ"):
        place_traits.add(new_trait(place, legal_ref=""), by=place.people.quantri)
    place_traits.add(new_trait(place), by=place.people.quantri)
    with pytest.raises(Refused, match="đã có, từ 01/06/2026"):
        later = new_trait(place, valid_from=DAY + datetime.timedelta(days=9))
        place_traits.add(later, by=place.people.quantri)
    with pytest.raises(Refused, match="Ngày cuối phải từ"):
        place_traits.end(
            PlaceTrait.objects.get(), datetime.date(2020, 1, 1), by=place.people.quantri
        )


def test_only_the_administrator_of_the_province_keeps_traits(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    with pytest.raises(NotAllowed):
        place_traits.add(new_trait(place), by=place.people.sct)
    with pytest.raises(Refused, match="trong tỉnh"):
        place_traits.add(new_trait(place), by=other.people.quantri)
    assert not PlaceTrait.objects.exists()
