"""Amounts in words, held against the spoken rules and read back by a reader of their own."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khuyencong.core.money import MAX
from khuyencong.core.money_words import in_words

random_inputs = settings(deadline=None, database=None)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (1, "Một đồng"),
        (4, "Bốn đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (11, "Mười một đồng"),
        (14, "Mười bốn đồng"),
        (15, "Mười lăm đồng"),
        (20, "Hai mươi đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (25, "Hai mươi lăm đồng"),
        (55, "Năm mươi lăm đồng"),
        (100, "Một trăm đồng"),
        (101, "Một trăm linh một đồng"),
        (104, "Một trăm linh bốn đồng"),
        (105, "Một trăm linh năm đồng"),
        (110, "Một trăm mười đồng"),
        (111, "Một trăm mười một đồng"),
        (115, "Một trăm mười lăm đồng"),
        (121, "Một trăm hai mươi mốt đồng"),
        (555, "Năm trăm năm mươi lăm đồng"),
        (1_000, "Một nghìn đồng"),
        (1_005, "Một nghìn không trăm linh năm đồng"),
        (1_015, "Một nghìn không trăm mười lăm đồng"),
        (1_050, "Một nghìn không trăm năm mươi đồng"),
        (21_000, "Hai mươi mốt nghìn đồng"),
        (75_300, "Bảy mươi lăm nghìn ba trăm đồng"),
        (105_000, "Một trăm linh năm nghìn đồng"),
        (1_000_000, "Một triệu đồng"),
        (1_000_001, "Một triệu không trăm linh một đồng"),
        (1_001_000, "Một triệu không trăm linh một nghìn đồng"),
        (1_010_000, "Một triệu không trăm mười nghìn đồng"),
        (1_100_000, "Một triệu một trăm nghìn đồng"),
        (300_000_000, "Ba trăm triệu đồng"),
        (320_000_000, "Ba trăm hai mươi triệu đồng"),
        (1_000_000_005, "Một tỷ không trăm linh năm đồng"),
        (1_250_000_000, "Một tỷ hai trăm năm mươi triệu đồng"),
        (75_300_000_000, "Bảy mươi lăm tỷ ba trăm triệu đồng"),
        (1_000_000_000_000, "Một nghìn tỷ đồng"),
        (1_000_000_000_005, "Một nghìn tỷ không trăm linh năm đồng"),
        (1_000_005_000_000, "Một nghìn tỷ không trăm linh năm triệu đồng"),
        (1_005_000_000_000, "Một nghìn không trăm linh năm tỷ đồng"),
        (
            45_454_545,
            "Bốn mươi lăm triệu bốn trăm năm mươi tư nghìn năm trăm bốn mươi lăm đồng",
        ),
        (
            MAX,
            "Chín trăm chín mươi chín nghìn chín trăm chín mươi chín tỷ đồng",
        ),
        (-320_000_000, "Âm ba trăm hai mươi triệu đồng"),
    ],
)
def test_amounts_read_as_accountants_write_them(amount: int, words: str) -> None:
    assert in_words(amount) == words


_VALUES = {
    word: value
    for value, words in enumerate(
        ["không", "một mốt", "hai", "ba", "bốn tư", "năm lăm", "sáu", "bảy", "tám", "chín"]
    )
    for word in words.split()
}


def _hundreds(words: list[str]) -> int:
    number = 0
    for word, following in pairwise([*words, ""]):
        if word == "mười":
            number += 10
        elif word in _VALUES:
            number += _VALUES[word] * {"trăm": 100, "mươi": 10}.get(following, 1)
    return number


def _below_billion(text: str) -> int:
    number = 0
    for scale, name in ((10**6, "triệu"), (10**3, "nghìn"), (1, "")):
        head, found, rest = text.partition(name) if name else (text, " ", "")
        if found:
            number, text = number + scale * _hundreds(head.split()), rest
    return number


def _read_back(words: str) -> int:
    text = words.lower().removesuffix(" đồng")
    negative = text.startswith("âm ")
    billions, found, rest = text.removeprefix("âm ").partition("tỷ")
    number = (
        _below_billion(billions) * 10**9 + _below_billion(rest)
        if found
        else _below_billion(billions)
    )
    return -number if negative else number


@given(
    st.integers(-MAX, MAX)
    | st.integers(0, 10**7)
    | st.integers(0, 10**6).map(lambda n: n * MAX // 10**6)
)
@random_inputs
def test_words_name_one_amount_only(amount: int) -> None:
    assert _read_back(in_words(amount)) == amount


def test_every_group_of_three_has_words_of_its_own() -> None:
    assert [_read_back(in_words(n)) for n in range(1_000)] == list(range(1_000))
    assert [_read_back(in_words(n)) for n in range(1_000_000, 1_001_000)] == list(
        range(1_000_000, 1_001_000)
    )


@given(st.integers(1, MAX))
@random_inputs
def test_no_word_stands_where_the_rules_forbid_it(amount: int) -> None:
    words = in_words(amount).lower()
    assert not re.search(r"mươi (một|bốn|năm)\b(?! trăm)", words)
    assert not re.search(r"(mười|linh) (mốt|tư)\b|linh lăm|mười năm\b", words)
    assert not re.search(r"  |không mươi|một mươi|linh (mười|không)", words)


@pytest.mark.parametrize("amount", [10**18, -(10**18)])
def test_amounts_beyond_words_are_refused(amount: int) -> None:
    with pytest.raises(ValueError, match="words"):
        in_words(amount)
