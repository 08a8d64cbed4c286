"""The parts of the form in the order of the paper dossier, and how far each one is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khuyencong.core.refusals import Fault
from projects import guards
from projects.dossier_parts import LAST, PAPERS, SECTIONS, section_of
from projects.drafts import Draft


@dataclass
class Section:
    """One part: what it still lacks to be submitted, and what in it cannot be read."""

    number: int
    code: str
    title: Any
    missing: list[Fault] = field(default_factory=list)
    wrong: int = 0
    is_empty: bool = False
    said: str = ""  # words of its own instead of the computed ones
    is_asked: bool = False  # a return named it, and nothing in it was changed since
    is_ready: bool = True  # the last part: whether anything at all stands in the way

    @property
    def tone(self) -> str:
        if self.wrong:
            return "r"
        if self.missing:
            return "o" if self.is_empty else "w"
        if self.is_asked:
            return "w"
        return "g" if self.is_ready else "o"

    @property
    def words(self) -> str:
        if self.wrong:
            text = ngettext("Cần sửa %(n)s lỗi", "Cần sửa %(n)s lỗi", self.wrong)
            return text % {"n": self.wrong}
        if self.said:
            return self.said
        if self.missing and self.is_empty:
            return _("Chưa điền")
        if self.missing:
            text = ngettext("Còn thiếu %(n)s mục", "Còn thiếu %(n)s mục", len(self.missing))
            return text % {"n": len(self.missing)}
        return _("Cần bổ sung") if self.is_asked else _("Hoàn thành")


def sections(
    missing: Iterable[Fault],
    wrong: Iterable[str],
    saved: Draft,
    papers: tuple[int, int] = (0, 0),
    open_checks: int = 0,
    asked: Iterable[str] = (),
) -> list[Section]:
    """The parts with what the saved draft lacks, and the ids of boxes that cannot be read.

    ``papers``: how many of the papers that must be there are there, and of how many;
    ``open_checks``: errors of the checks, and warnings without a reason; ``asked``: parts that a
    return named and that read as they did then.
    """
    found = {
        code: Section(number, code, title)
        for number, (code, title, _names) in enumerate(SECTIONS, start=1)
    }
    missing = list(missing)
    for fault in missing:
        found[section_of(fault.field)].missing.append(fault)
    for box in wrong:
        found[section_of(box)].wrong += 1
    for fault in guards.days_in_order(saved.fields["starts_on"], saved.fields["ends_on"]):
        found[section_of(fault.field)].wrong += 1
    for code, filled in _filled(saved).items():
        found[code].is_empty = not any(filled)
    for code in asked:
        found[code].is_asked = True
    there, needed = papers
    if needed and there < needed:
        found[PAPERS].said = _("{there} trên {needed}").format(there=there, needed=needed)
    last = found[LAST]
    last.is_ready = not missing and not open_checks
    last.said = _("Trình được") if last.is_ready else _("Chưa trình được")
    return list(found.values())


def _filled(saved: Draft) -> dict[str, tuple[Any, ...]]:
    """What each part holds that a person put there."""
    texts = saved.fields
    return {
        "co-so": (saved.beneficiaries,),
        "noi-dung": (texts["necessity"], texts["content"], saved.activities, saved.places),
        "muc-tieu": (texts["goals"], texts["expected_output"], texts["effect"], saved.claims),
        "du-toan": (saved.cost_rows,),
        "tien-do": (texts["starts_on"], texts["ends_on"], saved.funding),
    }


def first_unfinished(found: list[Section]) -> str:
    """Where to go on: the first part that lacks something or was asked for, else the last page."""
    return next((row.code for row in found[:-1] if row.missing or row.is_asked), LAST)
