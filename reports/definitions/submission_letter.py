"""Tờ trình danh mục đề án of a year and a source (layout of Nghị định 30/2020/NĐ-CP)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import money_words
from projects.annual import room, rows
from projects.annual.rows import Row
from reports import annual, layout, papers
from reports.layout import Column
from reports.papers import Unit
from reports.plan_form import AnnualPlanForm
from reports.registry import Report, register

NUMBER = 9.0  # mm, of the first column
LEAST = 15.0  # mm, of a column of figures: its heading has a year, which is not broken


@register
class SubmissionLetter(Report):
    code = "submission-letter"
    title = gettext_lazy("Tờ trình danh mục đề án")
    purpose = gettext_lazy("Thứ tự ưu tiên, kinh phí thẩm định, số còn lại của năm")
    group = gettext_lazy("Danh mục năm")
    template = "reports/print/submission_letter.html"
    form_class = AnnualPlanForm

    def read(self, params: Mapping[str, Any], at: datetime.datetime) -> dict[str, Any]:
        plan = annual.plan_of(params)
        found = room.of(plan)
        return annual.about(plan, at) | {
            "decision": papers.decision(plan.programme.version.decision),
            "to": annual.addressed_to(plan),
            "rows": [_row(row) for row in rows.rows_of(plan)],
            "room": {
                "allotted": found.allotted,
                "committed": found.committed,
                "available": found.available,
                "planned": found.planned,
            },
        }

    def context(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        found, cell = figures["rows"], figures["room"]
        names = ("requested", "appraised", "later")
        total = {name: sum(row[name] for row in found) for name in names}
        unit = Unit(row[name] for row in found for name in names)
        has_later = bool(total["later"])
        stages = names if has_later else names[:2]
        size, widths = _fit([unit.text(total[name]) for name in stages], figures, stages)
        named = figures["plan"]["title"]
        title = _("Về việc phê duyệt {plan}").format(plan=named[:1].lower() + named[1:])
        return annual.on_paper(figures, title, "") | {
            "unit": unit.name,
            "lines": [
                row | {"amounts": [unit.text(row[name]) for name in stages]} for row in found
            ],
            "total": [unit.text(total[name]) for name in stages],
            "has_later": has_later,
            "count": len(found),
            "asked": papers.dong(total["appraised"]),
            "asked_words": money_words.in_words(total["appraised"]),
            "later": papers.dong(total["later"]),
            "is_allotted": cell["allotted"] > 0,
            "planned": papers.unallocated()
            if cell["planned"] is None
            else papers.dong(cell["planned"]),
            "allotted": papers.dong(cell["allotted"]),
            "committed": papers.dong(cell["committed"]),
            "available": papers.dong(cell["available"]),
            "size": size,
            "widths": widths,
        }

    def file_name(self, params: Mapping[str, Any], at: datetime.datetime) -> str:
        return f"to-trinh_{params['plan']}_{timezone.localtime(at):%Y%m%d-%H%M}"


def _row(row: Row) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.proposal.title,
        "who": "; ".join(row.beneficiaries),
        "where": ", ".join(row.places),
        # What speaks for it by law, then what a person wrote; nothing that registers lack.
        "why": "; ".join(said for said in (*row.suggestion.reasons, row.reason) if said),
        "requested": row.requested,
        "appraised": row.appraised,
        "later": row.later_appraised,
    }


def _fit(
    total: list[str], figures: Mapping[str, Any], stages: tuple[str, ...]
) -> tuple[str, list[str]]:
    """The largest type at which the figures leave half of the page to words; widths in mm."""
    year = figures["plan"]["year"]
    heads = {
        "requested": _("Đề nghị {year}").format(year=year),
        "appraised": _("Thẩm định {year}").format(year=year),
        "later": _("Thẩm định các năm sau"),
    }
    whole = layout.WIDTHS["portrait"]
    for size in (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.0, 6.0, 5.0):
        amounts = [
            max(layout.least(Column(heads[name], [text]), size), LEAST)
            for name, text in zip(stages, total, strict=True)
        ]
        left = whole - NUMBER - sum(amounts)
        if left >= whole / 2:
            break
    widths = [NUMBER, left * 0.58, *amounts, left * 0.42]
    return f"{size:g}", [f"{width:.2f}" for width in widths]
