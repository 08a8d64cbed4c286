"""Amounts in words, as accountants write them on papers; Vietnamese whatever the screen's language.

The rules:
- five is lăm after mười and mươi, năm elsewhere (mười lăm, hai mươi lăm, linh năm);
- one is mốt after mươi, một elsewhere (hai mươi mốt, mười một, linh một);
- four is tư after mươi, bốn elsewhere (hai mươi tư, mười bốn, linh bốn);
- an empty ten before a unit is linh (một trăm linh năm);
- a group of three behind a larger one is read with its hundreds (một triệu không trăm linh một
  nghìn); a group of three zeros is passed over;
- from a thousand tỷ on, the tỷ are counted like any number (một nghìn không trăm linh năm tỷ).
"""

from typing import Final

_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_AFTER_TENS: Final = {1: "mốt", 4: "tư", 5: "lăm"}
_LIMIT: Final = 10**18


def in_words(amount: int) -> str:
    """300000000 as "Ba trăm triệu đồng"."""
    if abs(amount) >= _LIMIT:
        raise ValueError("an amount this large has no settled words")
    words = _number(abs(amount), full=False) or [_DIGITS[0]]
    if amount < 0:
        words.insert(0, "âm")
    text = " ".join([*words, "đồng"])
    return text[0].upper() + text[1:]


def _number(number: int, *, full: bool) -> list[str]:
    """The words of number; full: something larger stands before it, so hundreds are spoken."""
    billions, rest = divmod(number, 10**9)
    words = [*_number(billions, full=False), "tỷ"] if billions else []
    for scale, name in ((10**6, "triệu"), (10**3, "nghìn"), (1, "")):
        group, rest = divmod(rest, scale)
        if group:
            words += _group(group, full=full or bool(words))
            words += [name] if name else []
    return words


def _group(group: int, *, full: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    tens, units = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 0:
        if units:
            words += ["linh"] if words else []
            words.append(_DIGITS[units])
    elif tens == 1:
        words.append("mười")
        if units:
            words.append("lăm" if units == 5 else _DIGITS[units])
    else:
        words += [_DIGITS[tens], "mươi"]
        if units:
            words.append(_AFTER_TENS.get(units, _DIGITS[units]))
    return words
