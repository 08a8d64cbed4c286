"""Read the parts of a data file and collect what is wrong with them, all at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core import clock, money, text
from khuyencong.core.datafile import shown
from khuyencong.core.refusals import Fault

MISSING: Final = object()
_SLUG: Final = re.compile(r"[-a-zA-Z0-9_]+")
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Beyond these a Decimal is no amount of money, and an exact sum of it would take for ever.
_MOST_DIGITS: Final = 40
_SMALLEST_PLACE: Final = -30


class Part(dict[Any, Any]):
    """A mapping of the file; a key that is not there reads as ``MISSING`` (told once already)."""

    def __missing__(self, key: object) -> object:
        return MISSING


class DataReader:
    """Each method gives the reading, or None where there is none; the fault is then collected.

    ``where`` names the place in the file; its first word is the key the fault belongs to.
    """

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults = list(faults)

    def fault(self, where: str, message: str) -> None:
        self.faults.append(Fault(f"{where}: {message}", re.split("[ :]", where)[0]))

    def part(
        self, given: Any, where: str, required: Iterable[str], optional: Iterable[str] = ()
    ) -> Part:
        """A mapping with these keys and no others."""
        if given is MISSING:
            return Part()
        if not isinstance(given, dict):
            self.fault(where, _("cần các dòng “khóa: giá trị”."))
            return Part()
        known = {*required, *optional}
        for key in required:
            if key not in given:
                self.fault(where, _("thiếu {key}.").format(key=key))
        for key in given:
            if key not in known:
                self.fault(where, _("không có khóa “{key}”.").format(key=shown(key)))
        return Part(given)

    def table(self, given: Any, where: str) -> list[tuple[Any, Any]]:
        """A mapping whose keys are data."""
        if given is MISSING:
            return []
        if not isinstance(given, dict) or not given:
            self.fault(where, _("cần các dòng “khóa: giá trị”."))
            return []
        return list(given.items())

    def rows(self, given: Any, where: str) -> list[Any]:
        if given is MISSING:
            return []
        if not isinstance(given, list):
            self.fault(where, _("cần một danh sách; để trống thì ghi []."))
            return []
        return given

    def line(self, given: Any, where: str, longest: int, *, multiline: bool = False) -> str | None:
        if given is MISSING:
            return None
        if not isinstance(given, str):
            said = _("“{value}” phải là chữ; đặt số trong ngoặc kép.")
            self.fault(where, said.format(value=shown(given)))
            return None
        try:
            found = text.clean(given, multiline=multiline)
        except text.TextInputError as error:
            self.fault(where, str(error))
            return None
        if not found:
            self.fault(where, _("đang để trống."))
        elif len(found) > longest:
            self.fault(where, _("dài quá {longest} ký tự.").format(longest=longest))
        return found

    def slug(self, given: Any, where: str, longest: int) -> str | None:
        found = self.line(given, where, longest)
        if found and not _SLUG.fullmatch(found):
            said = _("“{value}” chỉ được gồm chữ không dấu, số, gạch ngang và gạch dưới.")
            self.fault(where, said.format(value=shown(found)))
        return found

    def whole(self, given: Any, where: str, least: int, most: int) -> int | None:
        if given is MISSING:
            return None
        if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
            said = _("“{value}” phải là số nguyên từ {least} đến {most}.")
            self.fault(where, said.format(value=shown(given), least=least, most=most))
            return None
        return given

    def flag(self, given: Any, where: str) -> bool:
        if not isinstance(given, bool):
            self.fault(where, _("ghi true hoặc false."))
        return given is True

    def day(self, given: Any, where: str) -> datetime.date | None:
        """A day that is not in the future, written 2020-04-15; null is a day not known."""
        if given is MISSING or given is None:
            return None
        try:
            if not isinstance(given, str) or not _ISO_DAY.fullmatch(given):
                raise ValueError
            found = datetime.date.fromisoformat(given)
        except ValueError:
            said = _("“{value}” không phải là ngày. Viết như 2020-04-15; chưa biết thì ghi null.")
            self.fault(where, said.format(value=shown(given)))
            return None
        if found > clock.today():
            self.fault(where, _("ngày không được sau hôm nay."))
        return found

    def amount(self, given: Any, where: str, unit: int) -> int | None:
        """Đồng, exactly; the file counts in ``unit`` đồng."""
        if given is MISSING:
            return None
        if isinstance(given, bool) or not isinstance(given, int | Decimal):
            said = _(
                "“{value}” không phải là số tiền. Ghi số như 10814 hoặc 10814.5, "
                "không ngoặc kép, không dấu ngăn hàng nghìn."
            )
            self.fault(where, said.format(value=shown(given)))
            return None
        if given < 0:
            self.fault(where, _("số tiền không được âm."))
            return None
        number = Decimal(given)
        places = number.as_tuple()
        if number.adjusted() > _MOST_DIGITS or len(places.digits) > _MOST_DIGITS:
            return self._too_large(where)
        if number and places.exponent < _SMALLEST_PLACE:
            return self._not_whole(where)
        exact = Fraction(number) * unit if number else Fraction(0)
        if exact.denominator != 1:
            return self._not_whole(where)
        return int(exact) if exact <= money.MAX else self._too_large(where)

    def _too_large(self, where: str) -> None:
        self.fault(where, _("số tiền lớn hơn 999.999 tỷ đồng. Kiểm tra lại số và đơn vị (unit)."))

    def _not_whole(self, where: str) -> None:
        self.fault(where, _("số tiền phải tròn đồng. Bỏ bớt chữ số sau dấu chấm."))
