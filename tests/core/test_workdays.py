"""Working days: what lies between two days, with holidays and with days worked in their place."""

import datetime

import pytest
from django.core.management import call_command

from khuyencong.core import workdays
from khuyencong.core.models import Holiday
from khuyencong.core.workdays import Calendar
from tests import make

D = datetime.date
# Wednesday is off, the Saturday after it is worked.
WEEK = Calendar(off=frozenset({D(2026, 9, 2)}), worked=frozenset({D(2026, 9, 5)}))


def test_a_holiday_is_no_working_day_and_a_worked_saturday_is_one():
    assert not WEEK.works(D(2026, 9, 2))
    assert WEEK.works(D(2026, 9, 5))
    assert WEEK.add(D(2026, 9, 1), 3) == D(2026, 9, 5)
    assert WEEK.between(D(2026, 9, 1), D(2026, 9, 5)) == 3


@pytest.mark.parametrize("days", range(-30, 31))
def test_going_on_and_counting_agree_in_both_directions(days):
    for start in (D(2026, 9, 1), D(2026, 9, 5), D(2026, 12, 31)):
        end = WEEK.add(start, days)
        counted = sum(
            WEEK.works(min(start, end) + datetime.timedelta(days=n))
            for n in range(1, abs((end - start).days) + 1)
        )
        assert WEEK.between(start, end) == (counted if days >= 0 else -counted)
        assert days <= 0 or WEEK.between(start, end) == days


def test_the_last_day_worked_before_a_holiday_weekend():
    assert WEEK.last_worked(D(2026, 9, 2)) == D(2026, 9, 1)
    assert WEEK.last_worked(D(2026, 9, 6)) == D(2026, 9, 5)
    assert WEEK.last_worked(D(2026, 9, 7)) == D(2026, 9, 7)


@pytest.mark.django_db
def test_the_word_of_the_province_goes_before_that_of_the_country():
    place, other = make.world(), make.world("x", "Tỉnh Khác", "TK")
    Holiday.objects.create(day=D(2026, 9, 2), name="Quốc khánh")
    Holiday.objects.create(day=D(2026, 9, 2), name="Trực", is_working=True, province=place.home)
    Holiday.objects.create(day=D(2026, 9, 3), name="Lễ của tỉnh", province=place.home)
    ours, theirs = (workdays.calendar_of(home.pk) for home in (place.home, other.home))
    assert (ours.works(D(2026, 9, 2)), theirs.works(D(2026, 9, 2))) == (True, False)
    assert (ours.works(D(2026, 9, 3)), theirs.works(D(2026, 9, 3))) == (False, True)


@pytest.mark.django_db
def test_the_calendar_is_read_once_a_request(django_assert_num_queries):
    with django_assert_num_queries(1), workdays.remembered():
        assert workdays.calendar_of(None) is workdays.calendar_of(None)


@pytest.mark.django_db
def test_the_shipped_days_are_loaded_and_come_to_a_database_of_an_earlier_release():
    call_command("load_reference", verbosity=0)
    shipped = set(Holiday.objects.values_list("day", flat=True))
    assert {day.year for day in shipped} == {2026, 2027}
    assert D(2026, 9, 2) in shipped
    Holiday.objects.all().delete()
    call_command("load_reference", missing=True, verbosity=0)
    assert set(Holiday.objects.values_list("day", flat=True)) == shipped
    # Whoever has cleared one day keeps it cleared.
    Holiday.objects.filter(day=D(2026, 9, 2)).delete()
    call_command("load_reference", missing=True, verbosity=0)
    assert not Holiday.objects.filter(day=D(2026, 9, 2)).exists()


@pytest.mark.django_db
def test_every_day_worked_in_place_of_another_is_a_weekend_day():
    call_command("load_reference", verbosity=0)
    for row in Holiday.objects.filter(is_working=True):
        assert row.day.weekday() >= workdays.SATURDAY, row
