"""An establishment that is there already is shown before a second one is written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock
from khuyencong.core.models import Place, PlaceChange
from projects import duplicates, register
from projects.models import Enterprise
from projects.models.naming import bare
from tests import make
from tests.projects.pages import page_of, text_of
from tests.projects.registers import add, edit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
NUMBER = "9900000016"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cty TNHH Chè Tân Uyên", "Công ty trách nhiệm hữu hạn chè Tân Uyên"),
        ("CTY TNHH MTV Chè-Tân Uyên", "Công ty TNHH một thành viên Chè Tân Uyên"),
        ("CTCP Chè Tân Uyên", "Công ty Cổ phần Chè Tân Uyên"),
        ("HTX Chè Tân Uyên", "Hợp tác xã chè  Tân Uyên"),
        ("Hộ KD Chè Tân Uyên".replace("Hộ KD", "HKD"), "Hộ kinh doanh Chè Tân Uyên"),
        ("DNTN Chè Tân Uyên", "Doanh nghiệp tư nhân chè tân uyên"),
    ],
)
def test_names_are_compared_without_their_legal_form(one, other):
    assert bare(one) == bare(other) == "che tan uyen"


def test_a_name_keeps_what_only_looks_like_a_form():
    assert bare("Công ty cổ phần") == "cong ty co phan"
    assert bare("Ctin Mộc Châu") == "ctin moc chau"
    assert bare("HTX") == "htx"


def test_a_name_that_is_there_is_asked_about_and_may_be_written_all_the_same(place):
    here = str(place.commune.pk)
    add(place, name="Công ty TNHH Chè Bản Bo", kind="company", place=here)
    first = Enterprise.objects.get()
    response = add(place, name="cty tnhh chè bản bo", kind="company", place=here)
    text = text_of(response)
    assert response.status_code == 422
    assert "Có thể cơ sở này đã có trong sổ" in text
    assert f'href="/co-so/{first.pk}/"' in text and "tên giống nhau, cùng địa bàn" in text
    assert f'<button class="btn" name="other" value="{first.pk}">' in text
    assert 'value="cty tnhh chè bản bo"' in text, "nothing typed is lost"
    assert Enterprise.objects.count() == 1
    again = add(place, name="cty tnhh chè bản bo", kind="company", place=here, other=str(first.pk))
    assert again.status_code == 302
    assert Enterprise.objects.count() == 2


def test_what_was_not_shown_is_not_taken_for_confirmed(place):
    add(place, name="HTX Chè")
    response = add(place, name="HTX Chè", other="")
    shown = response.context["confirmed"]
    add(place, name="HTX Chè", other=shown)
    third = add(place, name="HTX Chè", other=shown)
    assert third.status_code == 422
    assert Enterprise.objects.count() == 2


def test_the_same_name_in_another_commune_is_another_establishment(place):
    away = Place.objects.create(name="Bản Xa", kind="xã", level="commune", parent=place.home)
    add(place, name="HTX Chè", place=str(place.commune.pk))
    assert add(place, name="HTX Chè", place=str(away.pk)).status_code == 302
    assert add(place, name="HTX Chè", place="").status_code == 422, "it may be either"


def test_the_old_and_the_new_unit_of_the_same_ground_are_one_place(place):
    old = Place.objects.create(
        name="Phúc Khoa", kind="xã", level="commune", parent=place.home, valid_to="2025-06-30"
    )
    PlaceChange.objects.create(old=old, new=place.commune, kind="merged", effective_on="2025-07-01")
    before = Enterprise.objects.create(
        province=place.home, name="HTX Chè", kind="cooperative", place=old
    )
    found = duplicates.of("HTX chè", place.commune, [], province_id=place.home.pk)
    assert [like.enterprise for like in found] == [before]
    assert duplicates.of("HTX chè", old, [], province_id=place.home.pk, besides=before.pk) == []


def test_a_number_that_another_once_had_is_asked_about(place):
    row = make.enterprise(place, "Cơ sở cũ")
    number = register.add_identifier(row, register.Number("tax10", NUMBER), by=None)
    register.end_identifier(number, on=clock.today(), by=None)
    response = add(place, name="Tên khác hẳn", number=NUMBER)
    assert response.status_code == 422
    assert "từng dùng mã này" in text_of(response) and "Cơ sở cũ" in text_of(response)
    assert add(place, name="Tên khác hẳn", number=NUMBER, other=str(row.pk)).status_code == 302
    other = make.enterprise(place, "Cơ sở thứ ba")
    page = page_of(place.people.canbo)
    taken = page.post(f"/co-so/{other.pk}/ma-so/", {"number": NUMBER})
    assert taken.status_code == 422 and "đang thuộc «Tên khác hẳn»" in text_of(taken)


def test_a_renamed_establishment_is_compared_with_the_others_not_with_itself(place):
    add(place, name="HTX Chè")
    add(place, name="HTX Miến")
    second = Enterprise.objects.get(name="HTX Miến")
    assert edit(place, second, name="HTX Miến", sector="Miến dong").status_code == 302
    assert edit(place, second, name="Hợp tác xã chè").status_code == 422
    second.refresh_from_db()
    assert second.name == "HTX Miến"


def test_another_provinces_register_is_not_told(place):
    other = make.world("x", "Tỉnh Khác", "TK")
    add(other, name="HTX Chè")
    assert add(place, name="HTX Chè").status_code == 302


def test_looking_for_duplicates_costs_the_same_in_any_register(place):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            duplicates.of("HTX Chè", place.commune, [("tax10", NUMBER)], province_id=place.home.pk)
        return len(seen)

    add(place, name="HTX Chè", place=str(place.commune.pk))
    before = asked()
    for _number in range(30):
        make.enterprise(place, "HTX Chè")
    assert asked() == before <= 4


@pytest.mark.sqlite
def test_looking_for_duplicates_reads_no_table_whole(place):
    add(place, name="HTX Chè", place=str(place.commune.pk), number=NUMBER)
    with CaptureQueriesContext(connection) as seen:
        duplicates.of("HTX Chè", None, [("tax10", NUMBER)], province_id=place.home.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {seen[0]['sql']}")
        plan = [row[3] for row in cursor.fetchall()]
    assert not [step for step in plan if step.startswith("SCAN")], plan
    assert "SEARCH projects_enterprise USING INTEGER PRIMARY KEY (rowid=?)" in plan
