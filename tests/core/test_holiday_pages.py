"""Lịch làm việc: days are added, pasted, corrected and removed by the administrator, and told."""

import datetime
import re

import pytest
from django.test import Client

from khuyencong.core import audit, audit_api, workdays
from khuyencong.core.models import Holiday
from projects.models import Review
from tests import make

pytestmark = pytest.mark.django_db
D = datetime.date
PAGE = "/quan-tri/lich/"


@pytest.fixture
def place():
    return make.world()


@pytest.fixture
def admin(place):
    client = Client()
    client.force_login(place.people.quantri)
    return client


def sent(**fields):
    return {
        "day": "02/09/2026",
        "name": "Quốc khánh",
        "scope": "national",
        "legal_ref": "",
        "confidence": "memory",
        **fields,
    }


def told(place):
    return [audit.sentence(entry) for entry in audit.trail(place.orgs.industry)]


def test_a_day_is_added_corrected_and_removed_and_the_trail_tells_each(place, admin):
    assert admin.post(f"{PAGE}moi/", sent()).status_code == 302
    holiday = Holiday.objects.get()
    assert not workdays.calendar_of(place.home.pk).works(D(2026, 9, 2))
    admin.post(f"{PAGE}{holiday.pk}/sua/", sent(name="Ngày Quốc khánh"))
    admin.post(f"{PAGE}{holiday.pk}/bo/")
    assert not Holiday.objects.exists()
    # The button pressed twice, or by two people at once.
    assert admin.post(f"{PAGE}{holiday.pk}/bo/").status_code == 302
    who = place.people.quantri.full_name
    assert told(place) == [
        f"{who} thêm ngày nghỉ 02/09/2026 (Quốc khánh) vào lịch làm việc",
        f"{who} sửa ngày nghỉ 02/09/2026 (Quốc khánh) trong lịch làm việc thành ngày nghỉ "
        "02/09/2026 (Ngày Quốc khánh)",
        f"{who} bỏ ngày nghỉ 02/09/2026 (Ngày Quốc khánh) khỏi lịch làm việc",
    ]


def test_the_auditor_reads_what_became_of_a_day_that_is_gone(place, admin):
    admin.post(f"{PAGE}moi/", sent())
    admin.post(f"{PAGE}{Holiday.objects.get().pk}/bo/")
    read = audit_api.visible_to(place.people.kiemtoan)
    assert [row.action for row in read] == ["core.holiday.add", "core.holiday.remove"]
    other = make.world("x", "Tỉnh Khác", "TK")
    assert not audit_api.visible_to(other.people.kiemtoan).exists()


def test_a_due_date_that_is_set_stays_when_the_calendar_changes(place, admin):
    make.submitted(place)
    due = Review.objects.get().due_on
    page = admin.post(f"{PAGE}moi/", sent(day=f"{due:%d/%m/%Y}"), follow=True).content.decode()
    assert "Hạn đã đặt của hồ sơ đang chờ giữ nguyên." in page
    assert Review.objects.get().due_on == due


def test_a_day_known_already_and_a_needless_working_day_are_refused_in_words(admin):
    admin.post(f"{PAGE}moi/", sent())
    again = admin.post(f"{PAGE}moi/", sent())
    assert again.status_code == 422
    assert "Ngày 02/09/2026 đã có trong lịch. Sửa dòng đó." in again.content.decode()
    needless = admin.post(f"{PAGE}moi/", sent(day="03/09/2026", is_working="on"))
    assert needless.status_code == 422
    assert "vốn đã là ngày làm việc" in needless.content.decode()
    assert Holiday.objects.count() == 1


def test_a_block_from_excel_is_taken_over_whole(place, admin):
    admin.post(f"{PAGE}moi/", sent(scope=str(place.home.pk)))
    block = (
        "Ngày\tTên\tLoại\r\n02/09/2026\tQuốc khánh\t\r\n1/9/2026\tLiền kề\r\n\r\n"
        "22/08/2026\tLàm bù ngày 31/08\tlàm bù\r\n"
    )
    data = {"scope": str(place.home.pk), "block": block}
    page = admin.post(f"{PAGE}dan/", data, follow=True).content.decode()
    assert "Đã thêm 2 ngày, sửa 0 ngày, 1 ngày vốn đã có." in page
    found = workdays.calendar_of(place.home.pk)
    assert found.off == {D(2026, 9, 1), D(2026, 9, 2)}
    assert found.worked == {D(2026, 8, 22)}
    assert set(Holiday.objects.values_list("province", flat=True)) == {place.home.pk}


def test_a_block_with_wrong_lines_names_each_and_writes_nothing(admin):
    block = "02/09/2026\tQuốc khánh\n31/02/2026\tKhông có\n03/09/2026\n02/09/2026\tLần nữa\n"
    answer = admin.post(f"{PAGE}dan/", {"scope": "national", "block": block})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Dòng 2: Tháng 2 năm 2026 không có ngày 31." in page
    assert "Dòng 3: thiếu tên ngày." in page
    assert "Dòng 4: ngày 02/09/2026 đã có ở dòng 1." in page
    assert "Không có" in page, "what was pasted is still there"
    assert not Holiday.objects.exists()


@pytest.mark.parametrize("block", ["", "\x00", "Ngày\tTên", "0/0/0\t" + "x" * 200, "\t\t\t1"])
def test_no_block_breaks_the_page(admin, block):
    answer = admin.post(f"{PAGE}dan/", {"scope": "national", "block": block})
    assert answer.status_code in (400, 422)
    assert not Holiday.objects.exists()


def test_the_year_says_how_many_days_each_month_is_worked(place, admin):
    Holiday.objects.create(day=D(2026, 9, 2), name="Quốc khánh")
    Holiday.objects.create(day=D(2026, 9, 5), name="Làm bù", is_working=True)
    Holiday.objects.create(day=D(2026, 9, 1), name="Riêng", province=place.home)
    page = admin.get(f"{PAGE}?nam=2026").content.decode()
    months = dict(re.findall(r'>Tháng (\d+)</td><td class="num"[^>]*>(\d+)<', page))
    assert (months["9"], months["8"], months["2"]) == ("21", "21", "20")
    assert "cả năm 260 ngày làm việc" in page
    assert "01/09 Riêng; 02/09 Quốc khánh" in page


def test_another_provinces_day_is_not_there(place, admin):
    other = make.world("x", "Tỉnh Khác", "TK")
    theirs = Holiday.objects.create(day=D(2026, 9, 2), name="Lễ", province=other.home)
    assert admin.get(f"{PAGE}{theirs.pk}/sua/").status_code == 404
    admin.post(f"{PAGE}{theirs.pk}/bo/")
    assert Holiday.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize("year", ["", "0000", "9999", "abcd", "2026x", "²⁰²⁶"])
def test_a_year_that_makes_no_sense_shows_this_one(admin, year):
    assert admin.get(PAGE, {"nam": year}).status_code == 200


def test_the_page_asks_a_fixed_number_of_questions(admin, django_assert_max_num_queries):
    for n in range(40):
        day = D(2026, 3, 1) + datetime.timedelta(days=n)
        Holiday.objects.create(day=day, name=f"Lễ {n}")
    with django_assert_max_num_queries(10):
        admin.get(f"{PAGE}?nam=2026")
