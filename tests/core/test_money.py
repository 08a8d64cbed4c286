"""Money: what people type, what they are shown, and shares that always add up."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khuyencong.core import money
from khuyencong.core.money import MoneyInputError, parse

random_inputs = settings(deadline=None, database=None)
amounts = st.integers(0, money.MAX)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("300tr", 300_000_000),
        ("300 TR", 300_000_000),
        ("300 triệu", 300_000_000),
        ("300 trieu", 300_000_000),
        ("300 trđ", 300_000_000),
        ("300 tr.đ", 300_000_000),
        ("300 triệu đồng", 300_000_000),
        ("0,3 tỷ", 300_000_000),
        ("0,3tỉ", 300_000_000),
        ("0,3 ty", 300_000_000),
        ("0,3 ti đồng", 300_000_000),
        ("1.250,5 triệu", 1_250_500_000),
        ("1 tỷ 250 triệu", 1_250_000_000),
        ("1ty250tr", 1_250_000_000),
        ("1 tỷ 5 triệu 300 nghìn đồng", 1_005_300_000),
        ("1 triệu 500.000 đồng", 1_500_000),
        ("500k", 500_000),
        ("500 ngàn", 500_000),
        ("300000000", 300_000_000),
        ("300.000.000", 300_000_000),
        ("300 000 000", 300_000_000),
        ("300\u00a0000\u202f000", 300_000_000),
        ("300,000,000", 300_000_000),
        ("300,00", 300),
        ("300.000,000", 300_000),
        ("75.300", 75_300),
        ("75 300", 75_300),
        ("75300đ", 75_300),
        ("75.300 ₫", 75_300),
        ("75.300 VNĐ", 75_300),
        ("75.300 vnd", 75_300),
        ("  75.300 đồng\n", 75_300),
        ("0", 0),
        ("007", 7),
        ("999.999 tỷ", money.MAX),
    ],
)
def test_an_amount_is_read_as_written(typed: str, expected: int) -> None:
    assert parse(typed) == expected
    assert parse(unicodedata.normalize("NFD", typed)) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("75.300", 75_300_000_000),
        ("75300", 75_300_000_000),
        ("300,5", 300_500_000),
        ("300,125", 300_125_000),
        ("0,000001", 1),
        ("0,3 tỷ", 300_000_000),
        ("300.000 đồng", 300_000),
    ],
)
def test_a_bare_number_in_a_column_of_million_dong_means_million(typed: str, expected: int) -> None:
    assert parse(typed, default_unit="trieu") == expected


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("300.5", "Ý bạn là 300,5 triệu hay 300.500 đồng?"),
        ("300.50", "Ý bạn là 300,5 triệu hay 300.500 đồng?"),
        ("300.5 đồng", "Ý bạn là 300,5 triệu hay 300.500 đồng?"),
        ("1.5 tỷ", "Ý bạn là 1,5 tỷ hay 1.500 tỷ?"),
        ("0.300 tỷ", "Ý bạn là 0,3 tỷ hay 300 tỷ?"),
        ("1.2500", "Ý bạn là 1,25 triệu hay 12.500 đồng?"),
        ("300,500", "Ý bạn là 300,5 triệu hay 300.500 đồng?"),
        ("300,000", "Ý bạn là 300 triệu hay 300.000 đồng?"),
    ],
)
def test_what_can_be_read_two_ways_is_asked_back(typed: str, readings: str) -> None:
    with pytest.raises(MoneyInputError) as refused:
        parse(typed)
    assert str(refused.value).startswith(readings)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Chưa có số tiền"),
        (" \u00a0\t", "Chưa có số tiền"),
        ("đồng", "Chưa có số tiền"),
        ("-", "Chưa có số tiền"),
        ("-5", "không được âm"),
        ("\u2212300 triệu", "không được âm"),
        ("(300.000)", "không được âm"),
        ("abc", "Không đọc được"),
        ("triệu", "Không đọc được"),
        ("1e6", "Không đọc được"),
        ("0x10", "Không đọc được"),
        ("1_000", "Không đọc được"),
        ("+5", "Không đọc được"),
        ("NaN", "Không đọc được"),
        ("Infinity", "Không đọc được"),
        ("5³", "Không đọc được"),
        ("٣", "Không đọc được"),
        ("３００", "Không đọc được"),
        ("5 USD", "Không đọc được"),
        ("300,5", "phải tròn đồng"),
        ("0,0000001 triệu", "phải tròn đồng"),
        ("1.234,567", "phải tròn đồng"),
        ("75 3000", "Dấu chấm hoặc dấu cách"),
        ("1.25.000", "Dấu chấm hoặc dấu cách"),
        ("1..000", "Dấu chấm hoặc dấu cách"),
        ("1.000 000", "Dấu chấm hoặc dấu cách"),
        ("300.", "Dấu chấm hoặc dấu cách"),
        (",5", "Dấu chấm hoặc dấu cách"),
        ("1 tỷ 250", "Thiếu đơn vị"),
        ("250 triệu 1 tỷ", "từ lớn đến nhỏ"),
        ("1,5 tỷ 250 triệu", "từ lớn đến nhỏ"),
        ("1 tỷ 1.500 triệu", "từ lớn đến nhỏ"),
        ("300\n500", "chỉ nhận một số tiền"),
        ("300\t500", "chỉ nhận một số tiền"),
        ("1.000.000 tỷ", "lớn hơn 999.999 tỷ"),
        ("999999000000001", "lớn hơn 999.999 tỷ"),
        ("9" * 60, "lớn hơn 999.999 tỷ"),
        ("9" * 5000, "dài quá 60 ký tự"),
        ("1\x00", "ký tự hỏng"),
        ("1\ud800", "ký tự hỏng"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_way_out(typed: str, message: str) -> None:
    with pytest.raises(MoneyInputError, match=message):
        parse(typed)


@given(st.text(max_size=70))
@random_inputs
def test_any_text_is_an_amount_within_bounds_or_a_message(typed: str) -> None:
    try:
        amount = parse(typed)
    except MoneyInputError as refused:
        assert str(refused)
    else:
        assert 0 <= amount <= money.MAX


@given(st.text(alphabet="0123456789., -()trđykđồngỷệuiv", max_size=16))
@random_inputs
def test_texts_that_look_like_money_never_break_the_reader(typed: str) -> None:
    for unit in ("dong", "trieu"):
        try:
            amount = parse(typed, default_unit=unit, allow_negative=True)
        except MoneyInputError:
            continue
        assert -money.MAX <= amount <= money.MAX


@given(amounts)
@random_inputs
def test_shown_amounts_are_read_back(amount: int) -> None:
    assert parse(money.format_dong(amount)) == amount
    assert parse(f"{money.format_dong(amount)} đồng", default_unit="trieu") == amount
    assert parse(str(amount)) == amount
    assert parse(money.format_dong(-amount), allow_negative=True) == -amount
    thousands = amount // 1000 * 1000
    assert parse(money.format_trieu(thousands), default_unit="trieu") == thousands
    assert parse(f"{money.format_trieu(thousands)} triệu") == thousands
    assert parse(money.format_trieu(amount, 6), default_unit="trieu") == amount


@pytest.mark.parametrize(
    ("amount", "digits", "shown"),
    [
        (75_300_000_000, None, "75.300"),
        (300_500_000, None, "300,5"),
        (300_000_499, None, "300"),
        (300_000_500, None, "300,001"),
        (-300_500_000, None, "-300,5"),
        (-1, None, "0"),
        (0, None, "0"),
        (0, 1, "0,0"),
        (-49_999, 1, "0,0"),
        (50_000, 1, "0,1"),
        (-50_000, 1, "-0,1"),
        (1_240_000_000, 1, "1.240,0"),
        (999_950_000, 1, "1.000,0"),
        (499_999, 0, "0"),
        (500_000, 0, "1"),
        (1, 6, "0,000001"),
    ],
)
def test_million_dong_are_shown_with_comma_and_half_up(
    amount: int, digits: int | None, shown: str
) -> None:
    assert money.format_trieu(amount, digits) == shown


def test_million_dong_have_no_more_than_six_decimals() -> None:
    with pytest.raises(ValueError, match="digits"):
        money.format_trieu(1, 7)


def test_dong_are_shown_in_groups_of_three() -> None:
    shown = [money.format_dong(n) for n in (0, 999, 1_000, 300_000_000, -75_300)]
    assert shown == ["0", "999", "1.000", "300.000.000", "-75.300"]


weights = st.lists(st.integers(0, money.MAX), min_size=1, max_size=12)


@given(st.integers(-money.MAX, money.MAX), weights)
@random_inputs
def test_shares_add_up_and_stay_within_one_dong_of_the_exact_share(
    total: int, given_weights: list[int]
) -> None:
    parts = money.split(total, given_weights)
    assert sum(parts) == total
    whole = sum(given_weights)
    if whole:
        for part, weight in zip(parts, given_weights, strict=True):
            assert abs(part * whole - total * weight) < whole


@pytest.mark.parametrize(
    ("total", "given_weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (10, [0, 3, 0, 1], [0, 8, 0, 2]),
        (7, [0, 0], [4, 3]),
        (0, [5, 5], [0, 0]),
        (0, [], []),
        (-100, [1, 1, 1], [-34, -33, -33]),
        (26_900, [15_820, 11_080], [15_820, 11_080]),
    ],
)
def test_the_largest_remainder_gets_what_is_left(
    total: int, given_weights: list[int], parts: list[int]
) -> None:
    assert money.split(total, given_weights) == parts


@pytest.mark.parametrize(("total", "given_weights"), [(1, []), (1, [2, -1])])
def test_shares_that_make_no_sense_are_refused(total: int, given_weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"share|weight"):
        money.split(total, given_weights)


def test_a_rate_has_four_places_half_up_and_none_of_nothing() -> None:
    assert money.rate(48_400, 75_300) == Decimal("0.6428")
    assert str(money.rate(1, 2)) == "0.5000"
    assert money.rate(5, 100_000) == Decimal("0.0001")
    assert money.rate(-5, 100_000) == Decimal("-0.0001")
    assert money.rate(money.MAX, money.MAX) == 1
    assert money.rate(1, 0) is None


def test_percents_have_one_decimal_half_up() -> None:
    assert money.percent_text(48_400, 75_300) == "64,3%"
    assert money.percent_text(26_900, 75_300) == "35,7%"
    assert money.percent_text(0, 75_300) == "0,0%"
    assert money.percent_text(12_345, 1_000) == "1.234,5%"
    assert money.percent_text(1, 2_000) == "0,1%"
    assert money.percent_text(1, 0) == "–"


def test_a_percent_is_rounded_once() -> None:
    assert money.rate(64_249, 100_000) == Decimal("0.6425")
    assert money.percent_text(64_249, 100_000) == "64,2%"
