"""The list as a workbook to be filled in: order, reasons, approved amounts beside the appraised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO, Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock
from khuyencong.core.workbooks import writing
from projects.annual.rows import Row, rows_of
from projects.exchange.columns import LINES, MONEY, WHOLE, Column, SheetPlan
from projects.exchange.plan_sheet import cell_text, joined
from projects.exchange.templates import head
from projects.models import AnnualPlan

POSITION, REASON, CODE, PLAN, VERSION = "position", "reason", "code", "plan", "version"
REQUESTED, APPRAISED, APPROVED = "requested-", "appraised-", "approved-"
_HIDDEN: Final = frozenset({PLAN, VERSION})


def columns(years: Sequence[int]) -> list[Column]:
    """What a row says; of the money a column for each year and stage."""
    stages = (
        (REQUESTED, gettext_lazy("Đề nghị năm {year}")),
        (APPRAISED, gettext_lazy("Thẩm định năm {year}")),
        (APPROVED, gettext_lazy("Phê duyệt năm {year}")),
    )
    return [
        Column(POSITION, gettext_lazy("Thứ tự"), WHOLE, required=True, width=8),
        Column("title", gettext_lazy("Tên đề án"), width=40),
        Column("unit", gettext_lazy("Đơn vị thực hiện"), width=22),
        Column("beneficiaries", gettext_lazy("Đơn vị thụ hưởng"), LINES, width=24),
        Column("places", gettext_lazy("Địa điểm"), LINES, width=18),
        Column("activities", gettext_lazy("Nội dung hoạt động"), LINES, width=28),
        *(
            Column(f"{stage}{year}", str(label).format(year=year), MONEY, width=16)
            for year in years
            for stage, label in stages
        ),
        Column("suggestion", gettext_lazy("Gợi ý theo luật"), LINES, width=34),
        Column(REASON, gettext_lazy("Lý do xếp"), width=30),
        Column(CODE, gettext_lazy("Mã đề án"), required=True, width=14),
        Column(PLAN, gettext_lazy("Mã danh mục"), required=True, width=14),
        Column(VERSION, gettext_lazy("Phiên bản danh mục"), WHOLE, required=True, width=8),
    ]


def sheet_plan(years: Sequence[int]) -> SheetPlan:
    return SheetPlan(gettext_lazy("Danh mục năm"), columns(years))


def years_of(rows: Sequence[Row], plan: AnnualPlan) -> list[int]:
    """The plan's year, and the others for which one of its dossiers asks for money."""
    asked = {line.year for row in rows for line in row.lines if line.requested}
    return sorted({plan.year, *asked})


def said(row: Row, plan: AnnualPlan) -> dict[str, Any]:
    """Column code → what the workbook says of a dossier, money in đồng."""
    found: dict[str, Any] = {
        POSITION: row.item.position if row.item else None,
        "title": cell_text(row.proposal.title),
        "unit": cell_text(row.proposal.implementing_unit.name),
        "beneficiaries": joined(row.beneficiaries),
        "places": joined(row.places),
        "activities": joined(row.activities),
        "suggestion": joined(row.suggestion.notes),
        REASON: row.reason,
        CODE: row.code,
        PLAN: plan.code,
        VERSION: plan.version,
    }
    for line in row.lines:
        found[f"{REQUESTED}{line.year}"] = line.requested
        found[f"{APPRAISED}{line.year}"] = line.appraised
        noted = row.entered.get(line.year)
        found[f"{APPROVED}{line.year}"] = line.approved if noted is None else noted
    return found


def write(target: BinaryIO, plan: AnnualPlan) -> None:
    """The list in its order, live sums below."""
    rows = rows_of(plan)
    with translation.override("vi"), writing.Book(target, title=plan.title) as book:
        shape = sheet_plan(years_of(rows, plan))
        above = [
            plan.title,
            _("{code}, lập ngày {day}. ĐVT: đồng").format(
                code=plan.code, day=f"{clock.today():%d/%m/%Y}"
            ),
            _(
                "Sửa được: thứ tự, lý do xếp (khi đang lập) và số phê duyệt; tải lên ở «Nhập từ "
                "Excel» để xem trước từng ô rồi mới ghi. Cột khác không sửa ở đây."
            ),
        ]
        heads = [_head(column) for column in shape.columns]
        sheet = book.sheet(str(shape.name), heads, above=above)
        for at, column in enumerate(shape.columns):
            if column.code in _HIDDEN:
                sheet.paper.set_column(at, at, column.width, None, {"hidden": True})
        for row in rows:
            values = said(row, plan)
            sheet.row([values.get(column.code) for column in shape.columns])
        sheet.totals(_("CỘNG"))


def _head(column: Column) -> writing.Column:
    made = head(column, filled_in=False)
    return writing.Column(made.title, made.kind, made.width, total=column.kind == MONEY)
