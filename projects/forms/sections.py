"""The parts of the form in the order of the paper dossier, and how far each one is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from khuyencong.core.refusals import Fault

SECTIONS: Final = (
    ("don-vi", gettext_lazy("Đơn vị thực hiện"), ("title", "kind", "partner", "is_recoverable")),
    ("co-so", gettext_lazy("Cơ sở thụ hưởng"), ("beneficiaries", "find")),
    (
        "noi-dung",
        gettext_lazy("Nội dung, sự cần thiết"),
        ("necessity", "content", "activity", "activities", "places"),
    ),
    (
        "muc-tieu",
        gettext_lazy("Mục tiêu, sản phẩm"),
        ("goals", "expected_output", "effect", "objectives"),
    ),
    ("du-toan", gettext_lazy("Dự toán, nguồn vốn"), ("cost_items",)),
    (
        "tien-do",
        gettext_lazy("Tiến độ, phân kỳ"),
        ("starts_on", "ends_on", "organisation_plan", "funding_lines", "funding"),
    ),
)
_OF_FIELD: Final = {name: code for code, _title, names in SECTIONS for name in names}


@dataclass
class Section:
    """One part: what it still lacks to be submitted, and what in it cannot be read."""

    number: int
    code: str
    title: Any
    missing: list[Fault] = field(default_factory=list)
    wrong: int = 0

    @property
    def tone(self) -> str:
        return "r" if self.wrong else "w" if self.missing else "g"

    @property
    def words(self) -> str:
        if self.wrong:
            text = ngettext("Cần sửa %(n)s lỗi", "Cần sửa %(n)s lỗi", self.wrong)
            return text % {"n": self.wrong}
        if self.missing:
            text = ngettext("Còn thiếu %(n)s mục", "Còn thiếu %(n)s mục", len(self.missing))
            return text % {"n": len(self.missing)}
        return _("Hoàn thành")


def section_of(box: str) -> str:
    """Which part a fault's field or a box's id belongs to; unknown ones to the last."""
    name = box.removeprefix("id_").split("-")[0]
    return _OF_FIELD.get(name, SECTIONS[-1][0])


def sections(missing: Iterable[Fault], wrong: Iterable[str]) -> list[Section]:
    """The parts with what the saved draft lacks, and the ids of boxes that cannot be read."""
    found = {
        code: Section(number, code, title)
        for number, (code, title, _names) in enumerate(SECTIONS, start=1)
    }
    for fault in missing:
        found[section_of(fault.field)].missing.append(fault)
    for box in wrong:
        found[section_of(box)].wrong += 1
    return list(found.values())
