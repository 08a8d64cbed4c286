"""Dates as people type them and as official papers write them."""

import re
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from khuyencong.core.text import fold, is_broken

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
_LONGEST: Final = 60

_D: Final = r"(?P<day>[0-9]{1,2})"
_M: Final = r"(?P<month>[0-9]{1,2})"
_Y: Final = r"(?P<year>[0-9]{4}|[0-9]{2})"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        rf"{_D} ?(?P<sign>[/.-]) ?{_M} ?(?P=sign) ?{_Y}",
        r"(?P<year>[0-9]{4})(?P<sign>[/.-])(?P<month>[0-9]{1,2})(?P=sign)(?P<day>[0-9]{1,2})",
        r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4}|[0-9]{2})",
        rf"(?:ngay )?{_D} thang {_M},? (?:nam )?{_Y}",
    )
)
_WITHOUT_YEAR: Final = re.compile(rf"(?:ngay )?{_D}(?: ?[/.-] ?| thang ){_M}")


class DateInputError(ValueError):
    """The text is no date; the message (Vietnamese) says what to do."""


def parse_date(text: str, *, year: int | None = None) -> date:
    """The date a person typed, day before month; `year` is meant where none is written.

    Of two-digit years, 00–68 lie in this century and 69–99 in the last.
    """
    if is_broken(text):
        raise DateInputError(_("Ngày có ký tự hỏng. Xóa ô này rồi gõ lại."))
    folded = fold(text) if len(text) <= _LONGEST else text
    if not folded:
        raise DateInputError(_("Chưa có ngày. Nhập ví dụ: 1/5/2021."))
    found = next((m for form in _FORMS if (m := form.fullmatch(folded))), None)
    if found:
        return _date(int(found["day"]), int(found["month"]), _full_year(found["year"]))
    found = _WITHOUT_YEAR.fullmatch(folded)
    if found and year is not None:
        return _date(int(found["day"]), int(found["month"]), year)
    if found:
        raise DateInputError(_("Ngày thiếu năm. Nhập ví dụ: 1/5/2021."))
    raise DateInputError(
        _(
            "Không đọc được ngày. Nhập ngày, tháng, năm theo một trong các cách: 1/5/2021, "
            "01-05-2021, 010521, 01052021, 1 tháng 5 năm 2021 hoặc 2021-05-01."
        )
    )


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < 69 else 1900)


def _date(day: int, month: int, year: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateInputError(
            _("Năm phải từ %(first)s đến %(last)s. Kiểm tra lại năm vừa nhập.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR}
        )
    if not 1 <= month <= 12:
        raise DateInputError(
            _("Không có tháng %(month)s. Viết ngày trước, tháng sau, ví dụ: 1/5/2021.")
            % {"month": month}
        )
    try:
        return date(year, month, day)
    except ValueError:
        raise DateInputError(
            _("Tháng %(month)s năm %(year)s không có ngày %(day)s. Kiểm tra lại ngày.")
            % {"month": month, "year": year, "day": day}
        ) from None


def day_text(day: date) -> str:
    """ngày 05 tháng 02 năm 2026, as papers write it."""
    return f"ngày {day.day:02d} {month_text(day)}"


def month_text(day: date) -> str:
    """tháng 02 năm 2026: the rules for official papers want a zero before months 1 and 2 only."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"tháng {month} năm {day.year}"


def long_date(day: date, place: str) -> str:
    """<place>, ngày 05 tháng 02 năm 2026: place and date at the head of a paper."""
    return f"{place}, {day_text(day)}" if place else day_text(day)
