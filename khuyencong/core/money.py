"""Money: whole đồng in int. Triệu, dots, commas and percent signs are for the eye only.

Figures are written the Vietnamese way in every language of the screens: the same figure must
not read 75.300 here and 75,300 there.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal

from django.utils.translation import gettext as _

from khuyencong.core.text import fold, is_broken

THOUSAND: Final = 10**3
MILLION: Final = 10**6
BILLION: Final = 10**9
MAX: Final = 999_999 * BILLION
MISSING: Final = "–"

_LONGEST: Final = 60
_UNITS: Final = {
    "ty": BILLION,
    "ti": BILLION,
    "trieu": MILLION,
    "tr": MILLION,
    "nghin": THOUSAND,
    "ngan": THOUSAND,
    "k": THOUSAND,
}
# The words to type, the same on every screen.
_UNIT_NAMES: Final = {BILLION: "tỷ", MILLION: "triệu", THOUSAND: "nghìn", 1: "đồng"}
_CURRENCY: Final = re.compile(r"(?:(?<=[a-z])\.)?\s*(?:vnd|dong|d|₫)$")
_MINUS: Final = "-\u2010\u2011\u2013\u2212"
_GROUPED: Final = r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+|(?: [0-9]{3})+)"
_NUMBER: Final = re.compile(rf"({_GROUPED}|[0-9]+)(?:,([0-9]+))?")
# Two commas or more can only part thousands (a workbook of the English kind).
_COMMAS: Final = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){2,}")
_SEVERAL_CELLS: Final = re.compile(r"\S\s*[\t\r\n]\s*\S")
_ONE_DOT: Final = re.compile(r"([0-9]+)\.([0-9]+)")


class MoneyInputError(ValueError):
    """The text is no amount of money; the message (Vietnamese) says what to do."""


def parse(
    text: str,
    *,
    default_unit: Literal["dong", "trieu"] = "dong",
    allow_negative: bool = False,
) -> int:
    """The amount a person typed, in đồng; default_unit is meant where no unit is written.

    A dot parts thousands and a comma the fraction. What can be read two ways is asked back.
    """
    if is_broken(text):
        raise MoneyInputError(_("Số tiền có ký tự hỏng. Xóa ô này rồi gõ lại."))
    if len(text) > _LONGEST:
        raise MoneyInputError(
            _("Số tiền dài quá %(count)s ký tự. Nhập ví dụ: 300 triệu hoặc 300.000.000.")
            % {"count": _LONGEST}
        )
    if _SEVERAL_CELLS.search(text):
        raise MoneyInputError(_("Ô này chỉ nhận một số tiền. Dán từng số vào từng ô."))
    body, negative = _without_sign(fold(text))
    body, currency = _CURRENCY.subn("", body)
    body = body.strip()
    if not body:
        raise MoneyInputError(_("Chưa có số tiền. Nhập ví dụ: 300 triệu hoặc 300.000.000."))
    if negative and not allow_negative:
        raise MoneyInputError(_("Số tiền không được âm. Bỏ dấu trừ rồi nhập lại."))
    bare_unit = MILLION if default_unit == "trieu" and not currency else 1
    amount = _sum_of_terms(body, bare_unit, bool(currency))
    if amount > MAX:
        raise MoneyInputError(
            _("Số tiền lớn hơn 999.999 tỷ đồng. Kiểm tra lại số chữ số không và đơn vị.")
        )
    return -amount if negative else amount


def _without_sign(body: str) -> tuple[str, bool]:
    if body.startswith("(") and body.endswith(")"):
        return body[1:-1].strip(), True
    if body[:1] and body[0] in _MINUS:
        return body[1:].strip(), True
    return body, False


def _sum_of_terms(body: str, bare_unit: int, currency: bool) -> int:
    pieces = [piece.strip() for piece in re.split("([a-z]+)", body)]
    numbers, names = pieces[0::2], pieces[1::2]
    if not all(name in _UNITS for name in names):
        raise _unreadable()
    units = [_UNITS[name] for name in names]
    if numbers[-1] and units and not currency:
        raise MoneyInputError(
            _("Thiếu đơn vị sau số cuối cùng. Nhập ví dụ: 1 tỷ 250 triệu hoặc 1,25 tỷ.")
        )
    if numbers[-1]:
        units.append(bare_unit)
    else:
        numbers.pop()
    total, room = 0, 0
    for number, unit in zip(numbers, units, strict=True):
        amount = _one_term(number, unit)
        # "1 tỷ 250 triệu": each part fits below one of the part before, which is whole.
        if room and (amount >= room or total % room):
            raise MoneyInputError(
                _("Các đơn vị phải đi từ lớn đến nhỏ. Nhập ví dụ: 1 tỷ 250 triệu.")
            )
        total, room = total + amount, unit
    return total


def _one_term(number: str, unit: int) -> int:
    if _COMMAS.fullmatch(number):
        return int(number.replace(",", "")) * unit
    found = _NUMBER.fullmatch(number)
    if not found:
        raise _misplaced_signs(number, unit)
    whole = re.sub("[. ]", "", found[1])
    fraction = found[2] or ""
    if unit == 1 and len(fraction) == 3 and found[1] == whole and 0 < int(whole) < THOUSAND:
        raise _two_readings(whole, fraction, unit)
    rest, part_of_dong = divmod(int(fraction or "0") * unit, 10 ** len(fraction))
    if part_of_dong:
        raise MoneyInputError(
            _(
                "Số tiền phải tròn đồng. Bỏ bớt chữ số sau dấu phẩy hoặc ghi rõ đơn vị, "
                "ví dụ: 300,5 triệu."
            )
        )
    return int(whole) * unit + rest


def _unreadable() -> MoneyInputError:
    return MoneyInputError(
        _("Không đọc được số tiền. Nhập ví dụ: 300 triệu, 0,3 tỷ hoặc 300.000.000.")
    )


def _misplaced_signs(number: str, unit: int) -> MoneyInputError:
    found = _ONE_DOT.fullmatch(number)
    if found:
        return _two_readings(found[1], found[2], unit)
    if not re.fullmatch("[0-9., ]*[0-9][0-9., ]*", number):
        return _unreadable()
    return MoneyInputError(
        _(
            "Dấu chấm hoặc dấu cách ngăn từng nhóm ba chữ số, dấu phẩy ngăn phần thập phân. "
            "Nhập ví dụ: 1.250.000 hoặc 300,5 triệu."
        )
    )


def _two_readings(whole: str, fraction: str, unit: int) -> MoneyInputError:
    decimals = fraction.rstrip("0")
    small = format_dong(int(whole)) + (f",{decimals}" if decimals else "")
    large = format_dong(int(whole + fraction.ljust(3, "0")))
    return MoneyInputError(
        _(
            "Ý bạn là %(small)s %(small_unit)s hay %(large)s %(large_unit)s? "
            "Dấu chấm ngăn hàng nghìn, dấu phẩy ngăn phần thập phân."
        )
        % {
            "small": small,
            "small_unit": _UNIT_NAMES[MILLION if unit == 1 else unit],
            "large": large,
            "large_unit": _UNIT_NAMES[unit],
        }
    )


def format_dong(amount: int) -> str:
    """300000000 as 300.000.000, without a unit."""
    return f"{amount:,}".replace(",", ".")


def format_trieu(amount: int, digits: int | None = None) -> str:
    """Đồng shown in triệu: up to three decimals as needed, or exactly that many digits."""
    if digits is None:
        shown = _decimal_text(*_rounded(amount, MILLION, 3))
        return shown.rstrip("0").rstrip(",")
    if not 0 <= digits <= 6:
        raise ValueError("digits must be from 0 to 6")
    return _decimal_text(*_rounded(amount, MILLION, digits))


def format_exact(amount: int) -> str:
    """Đồng shown in triệu to the last đồng, for sentences that compare two figures."""
    return _decimal_text(*_rounded(amount, MILLION, 6)).rstrip("0").rstrip(",")


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share total out by weights; the parts always add up (largest remainder, first wins a tie).

    A weight of zero gets nothing, unless all are zero: then the shares are equal.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight must not be negative")
    if not weights:
        if total:
            raise ValueError("nothing to share out to")
        return []
    if total < 0:
        return [-part for part in split(-total, weights)]
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts, remainders = [], []
    for weight in weights:
        part, remainder = divmod(total * weight, whole)
        parts.append(part)
        remainders.append(remainder)
    left = total - sum(parts)
    for index in sorted(range(len(parts)), key=lambda i: -remainders[i])[:left]:
        parts[index] += 1
    return parts


def rate(part: int, whole: int) -> Decimal | None:
    """part of whole as a decimal of four places, half up; None of nothing."""
    if whole == 0:
        return None
    number, places = _rounded(part, whole, 4)
    return Decimal(number).scaleb(-places)


def percent_text(part: int, whole: int) -> str:
    """part of whole as 64,3% (one decimal, half up); a dash where there is no whole."""
    # Straight from the amounts: rounding the rate once more could end one step too high.
    return f"{_decimal_text(*_rounded(part * 100, whole, 1))}%" if whole else MISSING


def _rounded(part: int, whole: int, places: int) -> tuple[int, int]:
    """part / whole in units of 10**-places, half away from zero, and places again."""
    sign = -1 if (part < 0) != (whole < 0) else 1
    doubled = 2 * abs(part) * 10**places + abs(whole)
    return sign * (doubled // (2 * abs(whole))), places


def _decimal_text(number: int, places: int) -> str:
    whole, fraction = divmod(abs(number), 10**places)
    text = format_dong(whole) + (f",{fraction:0{places}d}" if places else "")
    return f"-{text}" if number < 0 else text
