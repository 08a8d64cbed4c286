"""Biểu tổng hợp chi tiết các đề án (Mẫu 2): an annual plan by groups of activities."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import money_words
from projects.annual.rows import proposals_of
from projects.exchange import plan as listing
from projects.exchange import plan_sheet
from projects.exchange.plan_sheet import ROMAN, SHARE
from reports import annual, layout
from reports.layout import Column
from reports.papers import Unit
from reports.plan_form import AnnualPlanForm
from reports.registry import Report, register

# Columns with words, each with the part it takes of what the money leaves.
WORDS: Final = (
    ("title", gettext_lazy("Tên đề án và nội dung chính"), 5.0),
    ("unit", gettext_lazy("Đơn vị thực hiện"), 2.6),
    ("partner", gettext_lazy("Đơn vị phối hợp"), 2.2),
    ("beneficiaries", gettext_lazy("Đơn vị thụ hưởng"), 2.8),
    ("places", gettext_lazy("Địa điểm"), 2.2),
    ("expected_output", gettext_lazy("Mục tiêu, kết quả chính"), 3.6),
    ("time", gettext_lazy("Thời gian"), 2.4),
)
NOTE: Final = 2.2
NUMBER: Final = 7.0  # mm, of the first column
ORDER: Final = 9.0  # mm, of the place in the list
LEAST: Final = 125.0  # mm, of the columns with words together
SIZES: Final = (8.5, 8, 7.5, 7, 6.5, 6, 5.5, 5)
LONGEST: Final = 300  # characters of a text; the workbook has all of it


@register
class AnnualPlanPaper(Report):
    code = "annual-plan"
    title = gettext_lazy("Biểu tổng hợp chi tiết các đề án (Mẫu 2)")
    purpose = gettext_lazy("Danh mục năm theo nhóm nội dung, A4 ngang")
    group = gettext_lazy("Danh mục năm")
    template = "reports/print/annual_plan.html"
    form_class = AnnualPlanForm

    def read(self, params: Mapping[str, Any], at: datetime.datetime) -> dict[str, Any]:
        plan = annual.plan_of(params)
        sources = plan_sheet.sources()
        rows = proposals_of(plan)
        names = listing.group_names(rows)
        found = plan_sheet.with_words(listing.grouped(rows, "plan_position"))
        groups = [
            {
                "mark": ROMAN[group] if group < len(ROMAN) else "",
                "name": names.get(group, ""),
                "rows": [_row(one, sources) for one in own],
            }
            for group, own in groupby(found, key=lambda one: one.activity_group)
        ]
        return annual.about(plan, at) | {
            "sources": [source.name for source in sources],
            "state": [source.is_state for source in sources],
            "groups": groups,
        }

    def context(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        rows = [row for group in figures["groups"] for row in group["rows"]]
        total = _sums(rows, len(figures["sources"]))
        unit = Unit(amount for row in rows for amount in (row["total"], *row["shares"]))
        groups, number = [], 0
        for group in figures["groups"]:
            shown = []
            for row in group["rows"]:
                number += 1
                shown.append(_shown(row, number, unit))
            sums = _sums(group["rows"], len(figures["sources"]))
            groups.append(group | {"rows": shown, "sums": [unit.text(one) for one in sums]})
        printed = [unit.text(one) for one in total]
        state = sum(
            amount for amount, counts in zip(total[1:], figures["state"], strict=True) if counts
        )
        return annual.on_paper(figures, _("chi tiết các đề án (Mẫu 2)")) | {
            "groups": groups,
            "total": printed,
            "unit": unit.name,
            "heads": [str(head) for _code, head, _part in WORDS],
            "money_heads": [_("Tổng kinh phí"), *figures["sources"]],
            "words": money_words.in_words(state),
            "count": number,
            **_fit(printed, figures["sources"]),
        }

    def file_name(self, params: Mapping[str, Any], at: datetime.datetime) -> str:
        return f"mau-2_{params['plan']}_{timezone.localtime(at):%Y%m%d-%H%M}"


def _row(proposal: Any, sources: Sequence[Any]) -> dict[str, Any]:
    said = plan_sheet.said(proposal, sources)
    shares = [said[f"{SHARE}{source.code}"] for source in sources]
    days = [day for day in (said["starts_on"], said["ends_on"]) if day]
    row = {
        name: _short(said[name])
        for name in (*("title", "unit", "partner", "beneficiaries", "places", "expected_output"),)
    }
    return row | {
        "code": proposal.code,
        "position": proposal.plan_position,
        "remarks": "; ".join(plan_sheet.kinds(proposal)),
        "time": " – ".join(f"{day:%d/%m/%Y}" for day in days),
        "shares": shares,
        "total": sum(shares),
    }


def _short(said: str) -> str:
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def _sums(rows: Sequence[Mapping[str, Any]], sources: int) -> list[int]:
    """The total, then each source, in đồng."""
    return [
        sum(row["total"] for row in rows),
        *(sum(row["shares"][at] for row in rows) for at in range(sources)),
    ]


def _shown(row: Mapping[str, Any], number: int, unit: Unit) -> dict[str, Any]:
    return {
        "no": number,
        "position": row.get("position", ""),
        "texts": [row[code] for code, _head, _part in WORDS],
        "amounts": [unit.text(row["total"]), *(unit.text(one) for one in row["shares"])],
        "remarks": row["remarks"],
    }


def _fit(total: Sequence[str], sources: Sequence[str]) -> dict[str, Any]:
    """The largest type at which the figures leave enough for the words; widths in mm.

    No figure of a column is wider than its total.
    """
    whole = layout.WIDTHS["landscape"]
    heads = [_("Tổng kinh phí"), *sources]
    for size in SIZES:
        figures = [
            max(layout.least(Column(head, [text]), size), _two_lines(head, size))
            for head, text in zip(heads, total, strict=True)
        ]
        left = whole - sum(figures) - NUMBER - ORDER
        if left >= LEAST or size == SIZES[-1]:
            break
    parts = [part for _code, _head, part in WORDS] + [NOTE]
    words = [left * part / sum(parts) for part in parts]
    widths = [NUMBER, ORDER, *words[:-1], *figures, words[-1]]
    return {"size": f"{size:g}", "widths": [f"{width:.2f}" for width in widths]}


def _two_lines(head: str, size: float) -> float:
    """The least width at which a heading takes two lines, not a line a word."""
    words = head.split()
    parted = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words) + 1)]
    widest = (max(layout.text_width(line, size) for line in lines) for lines in parted)
    return min(widest, default=0) + 2 * layout.PADDING
