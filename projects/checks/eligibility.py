"""Ai được hỗ trợ vào ngày đó: kind, place and size of each establishment, by dated data."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core import datafile
from khuyencong.core.reference import day, row, rows
from programmes.models import Confidence
from projects import sme
from projects.checks.case import Case, Firm
from projects.checks.facts import Facts
from projects.checks.outcome import ERROR, PASS, WARNING, Check, Level

DATA: Final = Path(__file__).parents[1] / "data" / "eligibility.yaml"
_LISTS: Final = ["kinds", "place_kinds"]
_WORDS: Final = ["valid_from", "valid_to", "place_note", "legal_ref", "confidence"]


@dataclass(frozen=True)
class Period:
    """Whom the law supports between two days."""

    valid_from: datetime.date
    valid_to: datetime.date | None
    kinds: frozenset[str]
    place_kinds: frozenset[str]
    place_note: str
    legal_ref: str
    level: Level  # of what breaks it

    def covers(self, day: datetime.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Law:
    """The data file, read once."""

    periods: tuple[Period, ...]
    unsure_kinds: frozenset[str]
    any_size: Mapping[str, Any]

    def on(self, day: datetime.date) -> Period | None:
        return next((period for period in self.periods if period.covers(day)), None)


@cache
def law() -> Law:
    """Raises ``Refused`` where the file is broken, naming what is."""
    what = DATA.name
    data = row(
        datafile.read(DATA).data,
        what,
        ["kind", "source", "verify"],
        nested=["unsure_kinds", "periods", "any_size"],
    )
    return Law(
        periods=tuple(_period(entry) for entry in rows(data["periods"], what)),
        unsure_kinds=frozenset(rows(data["unsure_kinds"], what)),
        any_size=row(data["any_size"], what, ["legal_ref"], nested=["activities"]),
    )


def _period(entry: Any) -> Period:
    entry = row(entry, DATA.name, _WORDS, nested=_LISTS)
    return Period(
        valid_from=day(entry["valid_from"], DATA.name),
        valid_to=day(entry["valid_to"], DATA.name),
        kinds=frozenset(entry["kinds"]),
        place_kinds=frozenset(entry["place_kinds"]),
        place_note=entry["place_note"],
        legal_ref=entry["legal_ref"],
        level=_level(entry["confidence"]),
    )


def _level(confidence: str) -> Level:
    return WARNING if confidence == Confidence.MEMORY else ERROR


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """Each firm by the rules of the day: kinds, places, and the size of ordinary support."""
    known = law()
    period = known.on(facts.day)
    if not case.firms or period is None:
        return
    codes = {activity.code for activity in case.activities}
    any_size = bool(codes) and codes <= set(known.any_size["activities"])
    found = [
        fault
        for firm in case.firms
        for fault in (
            *_kind(firm, period, known),
            *(() if any_size else _place(firm, period)),
            *(() if any_size else _size(firm)),
        )
    ]
    yield from found
    if not found:
        ref = known.any_size["legal_ref"] if any_size else period.legal_ref
        yield Check(
            code="eligible",
            subject="",
            level=PASS,
            title=_("Cơ sở thuộc đối tượng được hỗ trợ"),
            figure=_("Theo quy định ngày {day}").format(day=f"{facts.day:%d/%m/%Y}"),
            citation=ref,
        )


def _kind(firm: Firm, period: Period, known: Law) -> Iterator[Check]:
    if firm.kind in period.kinds:
        return
    unsure = firm.kind in known.unsure_kinds
    yield Check(
        code="eligible-kind",
        subject=str(firm.pk),
        level=WARNING if unsure else period.level,
        title=_("Cơ sở thuộc đối tượng được hỗ trợ"),
        figure=_("{firm}: loại hình «{kind}»").format(firm=firm.name, kind=firm.kind_label),
        gap=_("Không kết luận được từ loại hình này")
        if unsure
        else _("Quy định này chưa nêu loại hình này"),
        fix=_("Đổi cơ sở, hoặc sửa loại hình trong sổ cơ sở nếu ghi sai"),
        citation=period.legal_ref,
        field="beneficiaries",
    )


def _place(firm: Firm, period: Period) -> Iterator[Check]:
    if not firm.place_kind or firm.place_kind.lower() in period.place_kinds:
        return
    allowed = ", ".join(sorted(period.place_kinds))
    if period.place_note:
        allowed += f" ({period.place_note})"
    yield Check(
        code="eligible-place",
        subject=str(firm.pk),
        level=period.level,
        title=_("Cơ sở ở địa bàn được hỗ trợ: {kinds}").format(kinds=allowed),
        figure=_("{firm}: {place}").format(firm=firm.name, place=firm.place_name),
        fix=_("Đổi cơ sở, hoặc sửa địa bàn trong sổ cơ sở nếu ghi sai"),
        citation=period.legal_ref,
        field="beneficiaries",
    )


def _size(firm: Firm) -> Iterator[Check]:
    if firm.size is None or firm.size.code != sme.LARGER:
        return
    yield Check(
        code="eligible-size",
        subject=str(firm.pk),
        level=WARNING,
        title=_("Cơ sở nhỏ hoặc vừa"),
        figure=_("{firm}: {n} lao động, lớn hơn doanh nghiệp vừa").format(
            firm=firm.name, n=firm.workers
        ),
        fix=_("Đổi cơ sở, hoặc nêu căn cứ cơ sở vẫn là nhỏ và vừa"),
        citation=firm.size.legal_ref,
        field="beneficiaries",
    )
