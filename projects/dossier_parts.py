"""The parts of a dossier in the order of its paper form, and which box belongs to which part."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy

PAPERS: Final = "ho-so"
LAST: Final = "kiem-tra"

# Code, title, and the names of boxes and faults that belong there.
SECTIONS: Final = (
    (
        "don-vi",
        gettext_lazy("Đơn vị thực hiện"),
        (
            *("title", "kind", "partner", "is_recoverable", "plan_year", "programme"),
            *("survey_place", "survey_asker", "survey_number", "survey_on", "implementing_unit"),
        ),
    ),
    ("co-so", gettext_lazy("Cơ sở thụ hưởng"), ("beneficiaries", "find")),
    (
        "noi-dung",
        gettext_lazy("Nội dung, sự cần thiết"),
        ("necessity", "content", "activity", "activities", "places", "multiplier"),
    ),
    (
        "muc-tieu",
        gettext_lazy("Mục tiêu, kết quả"),
        ("goals", "expected_output", "effect", "objectives", "claim", "claims"),
    ),
    ("du-toan", gettext_lazy("Dự toán, nguồn vốn"), ("cost_items", "block")),
    (
        "tien-do",
        gettext_lazy("Tiến độ, phân kỳ"),
        ("starts_on", "ends_on", "organisation_plan", "funding_lines", "funding"),
    ),
    (PAPERS, gettext_lazy("Hồ sơ đính kèm"), ("attachments",)),
    (LAST, gettext_lazy("Kiểm tra và trình"), ()),
)
CODES: Final = tuple(code for code, _title, _names in SECTIONS)
OF_FIELD: Final = {name: code for code, _title, names in SECTIONS for name in names}
TITLES: Final = {code: title for code, title, _names in SECTIONS}


def section_of(box: str) -> str:
    """Which part a fault's field or a box's id belongs to; unknown ones to the last."""
    name = box.removeprefix("id_").split("-")[0]
    return OF_FIELD.get(name, LAST)
