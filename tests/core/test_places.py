"""The same ground by its old and new units, and the page that shows what the table rests on."""

import datetime

import pytest
from django.core.management import call_command

from khuyencong.core import places
from khuyencong.core.models import Organisation, Place, PlaceChange
from projects.reference import shipped
from tests import make
from tests.projects.pages import page_of, text_of

pytestmark = pytest.mark.django_db
BEFORE, AFTER = datetime.date(2025, 6, 30), datetime.date(2025, 7, 1)


@pytest.fixture
def loaded() -> Place:
    files = [str(path) for path in shipped() if path.parent.name == "places"]
    call_command("load_reference", *files, verbosity=0)
    return Place.objects.get(level=Place.Level.PROVINCE)


def commune(name: str, *, old: bool) -> Place:
    return Place.objects.get(
        name=name, level=Place.Level.COMMUNE, kind="xã", valid_to__isnull=not old
    )


def names(found) -> list[str]:
    return [place.full_name for place in found]


def test_the_old_muong_than_is_than_uyen_today_and_not_the_new_muong_than(loaded):
    old, new = commune("Mường Than", old=True), commune("Mường Than", old=False)
    assert names(places.on(old, AFTER)) == ["xã Than Uyên"]
    assert names(places.on(new, BEFORE)) == ["xã Mường Mít", "xã Phúc Than"]
    assert places.on(old, BEFORE) == [old]
    assert places.on(new, AFTER) == [new]
    today = places.current_units(loaded.pk)
    assert today[old.pk].full_name == "xã Than Uyên"


def test_a_unit_of_today_covers_its_old_members_and_no_namesake(loaded):
    old, new = commune("Mường Than", old=True), commune("Mường Than", old=False)
    than_uyen = places.current_units()[old.pk]
    assert set(names(places.ground_of(new.pk))) == {"xã Mường Than", "xã Phúc Than", "xã Mường Mít"}
    assert old not in places.ground_of(new.pk)
    assert old in places.ground_of(than_uyen.pk)
    assert set(places.ground_of(old.pk)) == {old}


def test_a_former_district_covers_its_communes_and_what_lies_wholly_in_it(loaded):
    district = Place.objects.get(level=Place.Level.DISTRICT, name="Tam Đường")
    covered = set(names(places.ground_of(district.pk)))
    assert {"huyện Tam Đường", "xã Bản Bo", "xã Khun Há", "xã Thèn Sin"} <= covered
    # Sin Suối Hồ of today has ground of Phong Thổ and of Tam Đường: it is in neither.
    straddling = Place.objects.get(name="Sin Suối Hồ", valid_to=None)
    assert straddling not in places.ground_of(district.pk)
    assert straddling.pk not in places.former_districts()
    whole = Place.objects.get(name="Khun Há", valid_to=None)
    assert places.former_districts()[whole.pk] == district


def test_every_old_unit_has_one_today(loaded):
    today = places.current_units()
    old = Place.objects.filter(level=Place.Level.COMMUNE, valid_to__isnull=False)
    assert set(today) == set(old.values_list("pk", flat=True))
    assert len({place.pk for place in today.values()}) == 38


def test_todays_units_of_many_cost_one_query(loaded, django_assert_num_queries):
    old = list(Place.objects.filter(level=Place.Level.COMMUNE, valid_to=BEFORE)[:20])
    with django_assert_num_queries(1):
        found = places.today_of(old, AFTER)
    assert all(found[place.pk] == places.on(place, AFTER) for place in old)
    assert places.today_of(old, BEFORE) == {}


def test_a_split_unit_has_several_and_a_circle_ends(db):
    home = make.province()
    one, two, three = (
        Place.objects.create(name=name, kind="xã", level="commune", parent=home)
        for name in ("Một", "Hai", "Ba")
    )
    Place.objects.filter(pk=one.pk).update(valid_to=BEFORE)
    for new in (two, three):
        PlaceChange.objects.create(old=one, new=new, kind="split", effective_on=AFTER)
    one.refresh_from_db()
    assert names(places.on(one, AFTER)) == ["xã Ba", "xã Hai"]
    assert one.pk not in places.current_units()
    Place.objects.filter(pk__in=[two.pk, three.pk]).update(valid_to=BEFORE)
    PlaceChange.objects.create(old=two, new=one, kind="merged", effective_on=AFTER)
    assert places.on(one, AFTER) == []


def test_the_shipped_table_says_what_it_is_to_be_checked_against(loaded):
    (remark,) = places.remarks()
    assert remark.province == loaded.code
    assert "1670/NQ-UBTVQH15" in remark.verify
    assert remark.source


def test_the_page_shows_old_and_new_units_and_the_remark(loaded, django_assert_max_num_queries):
    kind = Organisation.Kind.INDUSTRY_DEPARTMENT
    office = make.organisation(kind, loaded)
    client = page_of(make.user("quantri", "administrator", office))
    client.get("/dia-ban/")
    with django_assert_max_num_queries(8):
        text = text_of(client.get("/dia-ban/"))
    assert "Chưa đối chiếu: phải đối chiếu với NQ 1670/NQ-UBTVQH15" in text
    assert "38 đơn vị cấp xã hiện nay, hợp thành từ 106 đơn vị cấp xã của 8" in text
    assert "xã Phúc Than (huyện Than Uyên)" in text
    assert '"/dia-ban/"' in text  # the administrator's way to it


def test_another_province_has_no_remark_of_this_one(loaded):
    other = make.world("x", "Tỉnh Khác", "TK")
    text = text_of(page_of(other.people.quantri).get("/dia-ban/"))
    assert "Chưa đối chiếu" not in text
    assert "xã Bản Thử" in text
    assert "Phúc Than" not in text
