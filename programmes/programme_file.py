"""The programme file (YAML or JSON): read whole, with every fault told at once."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _

from khuyencong.core import clock, datafile, money
from khuyencong.core.datafile import Contents, shown
from khuyencong.core.datareader import MISSING, DataReader
from khuyencong.core.models import LegalDocument, Place
from khuyencong.core.refusals import Refused
from programmes import figures
from programmes.figures import Figures
from programmes.models import Activity, FundingSource, Programme, Target

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
MOST_UNITS: Final = 999_999
LONGEST_OBJECTIVE: Final = 1000
UNITS: Final = {"million_vnd": money.MILLION, "vnd": 1}
REQUIRED: Final = (
    *("code", "name", "province", "start_year", "end_year", "decision"),
    *("total", "year_phases", "source_shares"),
)
OPTIONAL: Final = ("unit", "objectives", "cells", "targets", "illustration")


@dataclass(frozen=True)
class TargetLine:
    code: str
    name: str
    unit: str
    quantity: int
    activities: frozenset[str]


@dataclass(frozen=True)
class ProgrammeFile:
    """What the file decides; amounts in đồng, margins that agree."""

    code: str
    name: str
    province_code: str
    province_name: str
    years: range
    number: str
    issuer: str
    issued_on: datetime.date | None
    figures: Figures
    objectives: tuple[str, ...]
    targets: tuple[TargetLine, ...]
    illustration: bool


def read(path: Path) -> ProgrammeFile:
    """Raises ``Refused`` with every fault of the file."""
    return interpret(datafile.read(path))


def interpret(contents: Contents) -> ProgrammeFile:
    if not isinstance(contents.data, dict):
        raise Refused(_("Tệp phải gồm các dòng “khóa: giá trị” của một chương trình."))
    reader = _Reader(contents.faults)
    made = reader.programme(contents.data)
    if reader.faults:
        raise Refused(reader.faults)
    return made


def catalogue_day(years: range) -> datetime.date:
    """The day whose catalogue of activities a programme speaks of: its first."""
    return datetime.date(years[0], 1, 1)


def _longest(model: type[Model], name: str) -> int:
    return model._meta.get_field(name).max_length


def _parts_thousands(data: dict[Any, Any]) -> bool:
    """Whether a person may have typed 75.300 for 75300 throughout: margins would agree even so."""

    def could_be(value: Any) -> bool:
        if not isinstance(value, Decimal):
            return isinstance(value, int) and value < 1000
        return value.as_tuple().exponent == -3 and 1 <= value < 1000

    tables = (data["year_phases"], data["source_shares"])
    parts = [value for table in tables if isinstance(table, dict) for value in table.values()]
    return isinstance(data["total"], Decimal) and all(map(could_be, (data["total"], *parts)))


class _Reader(DataReader):
    years: range | None = None
    unit: int = money.MILLION

    def programme(self, given: dict[Any, Any]) -> ProgrammeFile:
        data = self.part(given, _("chương trình"), REQUIRED, OPTIONAL)
        self.unit = self._unit(data.get("unit", "million_vnd"))
        self.years = self._years(data["start_year"], data["end_year"])
        province = self.part(data["province"], "province", ("code", "name"))
        decision = self.part(data["decision"], "decision", ("number", "issuer"), ("issued_on",))
        paper, place = "decision: ", "province: "
        return ProgrammeFile(
            code=self.slug(data["code"], "code", _longest(Programme, "code")),
            name=self.line(data["name"], "name", _longest(Programme, "name")),
            province_code=self._province_code(province["code"]),
            province_name=self.line(province["name"], f"{place}name", _longest(Place, "name")),
            years=self.years,
            number=self.line(
                decision["number"], f"{paper}number", _longest(LegalDocument, "number")
            ),
            issuer=self.line(
                decision["issuer"], f"{paper}issuer", _longest(LegalDocument, "issuer_name")
            ),
            issued_on=self.day(decision["issued_on"], f"{paper}issued_on"),
            figures=self._figures(data),
            objectives=tuple(self._objectives(data.get("objectives", []))),
            targets=tuple(self._targets(data.get("targets", []))),
            illustration=self.flag(data.get("illustration", False), "illustration"),
        )

    def _unit(self, given: Any) -> int:
        if not isinstance(given, str) or given not in UNITS:
            said = _("“{unit}” không dùng được, ghi million_vnd hoặc vnd.")
            self.fault("unit", said.format(unit=shown(given)))
            return money.MILLION
        return UNITS[given]

    def _years(self, start: Any, end: Any) -> range | None:
        first = self.whole(start, "start_year", FIRST_YEAR, LAST_YEAR)
        last = self.whole(end, "end_year", FIRST_YEAR, LAST_YEAR)
        if first is None or last is None:
            return None
        if last < first:
            self.fault("end_year", _("phải từ start_year trở đi."))
            return None
        return range(first, last + 1)

    def _province_code(self, given: Any) -> str | None:
        # A code of two digits is often written without the quotes.
        if isinstance(given, int) and not isinstance(given, bool) and 10 <= given <= 99:
            given = str(given)
        return self.line(given, "province: code", _longest(Place, "code"))

    # --- figures ---------------------------------------------------------------------------------

    def _figures(self, data: dict[Any, Any]) -> Figures:
        before = len(self.faults)
        total = self.amount(data["total"], "total", self.unit)
        if total == 0:
            self.fault("total", _("phải lớn hơn 0."))
        if self.unit > 1 and _parts_thousands(data):
            said = _(
                "“{value}” và mọi số khác đọc được hai cách: dấu chấm ngăn hàng nghìn hay phần "
                "thập phân. Bỏ dấu chấm ngăn hàng nghìn, hoặc ghi số đồng và unit: vnd."
            )
            self.fault("total", said.format(value=shown(data["total"])))
        found = Figures(
            total=total or 0,
            years=self._year_phases(data["year_phases"]),
            sources=self._source_shares(data["source_shares"]),
            cells=self._cells(data.get("cells", []), data["source_shares"]),
        )
        if len(self.faults) == before and found.total and found.years and found.sources:
            self.faults += figures.disagreements(found)
        return found

    def _year_phases(self, given: Any) -> dict[int, int]:
        found: dict[int, int] = {}
        told = set()
        for key, value in self.table(given, "year_phases"):
            year = self._year(key, "year_phases")
            amount = self.amount(value, f"year_phases {shown(key)}", self.unit)
            if year is None:
                continue
            if year in told:
                self.fault("year_phases", _("năm {year} được ghi hai lần.").format(year=year))
            told.add(year)
            found[year] = amount or 0
        if isinstance(given, dict) and given:
            for year in self.years or ():
                if year not in told:
                    self.fault("year_phases", _("thiếu năm {year}.").format(year=year))
        return found

    def _source_shares(self, given: Any) -> dict[str, int]:
        known = list(FundingSource.objects.values_list("code", flat=True))
        found: dict[str, int] = {}
        for key, value in self.table(given, "source_shares"):
            amount = self.amount(value, f"source_shares {shown(key)}", self.unit)
            if key in known:
                found[key] = amount or 0
            else:
                said = _("không có nguồn “{source}”. Các nguồn: {known}.")
                said = said.format(source=shown(key), known=", ".join(known))
                self.fault("source_shares", said)
        return found

    def _cells(self, given: Any, shares: Any) -> dict[tuple[int, str], int]:
        shares = shares if isinstance(shares, dict) else {}
        found: dict[tuple[int, str], int] = {}
        for number, entry in enumerate(self.rows(given, "cells"), start=1):
            where = f"cells {number}"
            cell = self.part(entry, where, ("year", "source", "amount"))
            year = None if cell["year"] is MISSING else self._year(cell["year"], where)
            amount = self.amount(cell["amount"], where, self.unit)
            source = cell["source"]
            if source is MISSING:
                continue
            if not isinstance(source, str) or source not in shares:
                said = _("nguồn “{source}” không có trong source_shares.")
                self.fault(where, said.format(source=shown(source)))
            elif (year, source) in found:
                said = _("ô năm {year}, nguồn {source} được ghi hai lần.")
                self.fault(where, said.format(year=year, source=source))
            elif year is not None:
                found[year, source] = amount or 0
        return found

    def _year(self, given: Any, where: str) -> int | None:
        """A year of the programme; a key of JSON can only write it as text."""
        if isinstance(given, bool) or not re.fullmatch("[0-9]{4}", shown(given)):
            said = _("“{year}” không phải là một năm.")
            self.fault(where, said.format(year=shown(given)))
            return None
        year = int(given)
        if self.years is not None and year not in self.years:
            said = _("năm {year} ngoài giai đoạn {first}–{last}.")
            said = said.format(year=year, first=self.years[0], last=self.years[-1])
            self.fault(where, said)
        return year

    # --- objectives and targets ------------------------------------------------------------------

    def _objectives(self, given: Any) -> Iterator[str | None]:
        for number, value in enumerate(self.rows(given, "objectives"), start=1):
            yield self.line(value, f"objectives {number}", LONGEST_OBJECTIVE, multiline=True)

    def _targets(self, given: Any) -> Iterator[TargetLine]:
        day = catalogue_day(self.years) if self.years else clock.today()
        known = set(Activity.objects.valid_on(day).values_list("code", flat=True))
        codes = set()
        for number, entry in enumerate(self.rows(given, "targets"), start=1):
            where = f"targets {number}"
            target = self.part(entry, where, ("code", "name", "unit", "quantity", "activities"))
            code = self.slug(target["code"], f"{where}: code", _longest(Target, "code"))
            if code in codes:
                self.fault(where, _("mã {code} được dùng hai lần.").format(code=shown(code)))
            codes |= {code} - {None}
            yield TargetLine(
                code=code,
                name=self.line(target["name"], f"{where}: name", _longest(Target, "name")),
                unit=self.line(target["unit"], f"{where}: unit", _longest(Target, "unit")),
                quantity=self.whole(target["quantity"], f"{where}: quantity", 1, MOST_UNITS),
                activities=frozenset(self._activities(target["activities"], where, known)),
            )

    def _activities(self, given: Any, where: str, known: set[str]) -> Iterator[str]:
        for code in self.rows(given, f"{where}: activities"):
            if isinstance(code, str) and code in known:
                yield code
            else:
                said = _("không có nội dung hoạt động “{code}”.")
                self.fault(where, said.format(code=shown(code)))
