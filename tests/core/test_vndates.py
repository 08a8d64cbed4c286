"""Dates as typed and as written on papers."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khuyencong.core.vndates import DateInputError, day_text, long_date, month_text, parse_date

random_inputs = settings(deadline=None, database=None)
days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    "typed",
    [
        "1/5/2021",
        "01/05/2021",
        "01-05-2021",
        "1.5.2021",
        "1 / 5 / 2021",
        "1/5/21",
        "010521",
        "01052021",
        "1 tháng 5 năm 2021",
        "Ngày 01 tháng 05 năm 2021",
        "1 thang 5 nam 2021",
        "1 tháng 5, 2021",
        unicodedata.normalize("NFD", "1 tháng 5 năm 2021"),
        "2021-05-01",
        "2021/5/1",
        " 1/5/2021\u00a0",
    ],
)
def test_the_accepted_forms_put_the_day_first(typed: str) -> None:
    assert parse_date(typed) == date(2021, 5, 1)


@given(days)
@random_inputs
def test_every_day_is_read_back_from_every_form(day: date) -> None:
    for shown in (
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day:02d}-{day.month:02d}-{day.year}",
        f"{day.day:02d}{day.month:02d}{day.year}",
        day_text(day),
    ):
        assert parse_date(shown) == day


@pytest.mark.parametrize(
    ("typed", "year"), [("010500", 2000), ("010568", 2068), ("010569", 1969), ("1/5/99", 1999)]
)
def test_two_digit_years_lie_between_1969_and_2068(typed: str, year: int) -> None:
    assert parse_date(typed) == date(year, 5, 1)


def test_a_year_can_be_meant() -> None:
    assert parse_date("1 tháng 5", year=2021) == date(2021, 5, 1)
    assert parse_date("1/5", year=2021) == date(2021, 5, 1)
    assert parse_date("1/5/2022", year=2021) == date(2022, 5, 1)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Chưa có ngày"),
        ("  ", "Chưa có ngày"),
        ("1/5", "thiếu năm"),
        ("1 tháng 5", "thiếu năm"),
        ("31/2/2021", "Tháng 2 năm 2021 không có ngày 31"),
        ("29/02/1900", "không có ngày 29"),
        ("0/5/2021", "không có ngày 0"),
        ("1/13/2021", "Không có tháng 13"),
        ("05/31/2021", "Không có tháng 31"),
        ("1/5/1899", "từ 1900 đến 2100"),
        ("1/5/2101", "từ 1900 đến 2100"),
        ("2021-00-01", "Không có tháng 0"),
        ("hôm nay", "một trong các cách: 1/5/2021"),
        ("1/5-2021", "một trong các cách"),
        ("1/5/021", "một trong các cách"),
        ("-1/5/2021", "một trong các cách"),
        ("٠١/٠٥/٢٠٢١", "một trong các cách"),
        ("1" * 5000, "một trong các cách"),
        ("1/5/2021\x00", "ký tự hỏng"),
        ("\ud800", "ký tự hỏng"),
    ],
)
def test_what_is_no_date_is_refused_with_the_way_out(typed: str, message: str) -> None:
    with pytest.raises(DateInputError, match=message):
        parse_date(typed)


@given(st.text(alphabet="0123456789/-. thángngàynăm", max_size=24) | st.text(max_size=80))
@random_inputs
def test_any_text_is_a_date_within_bounds_or_a_message(typed: str) -> None:
    try:
        day = parse_date(typed)
    except DateInputError as refused:
        assert str(refused)
    else:
        assert 1900 <= day.year <= 2100


def test_papers_put_a_zero_before_small_days_and_the_first_two_months() -> None:
    assert long_date(date(2026, 2, 5), "Sơn La") == "Sơn La, ngày 05 tháng 02 năm 2026"
    assert long_date(date(2026, 3, 15), "Sơn La") == "Sơn La, ngày 15 tháng 3 năm 2026"
    assert long_date(date(2026, 11, 1), "") == "ngày 01 tháng 11 năm 2026"
    assert month_text(date(2026, 1, 31)) == "tháng 01 năm 2026"
    assert month_text(date(2026, 12, 31)) == "tháng 12 năm 2026"
