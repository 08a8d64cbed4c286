"""Tình hình thực hiện kế hoạch vốn: planned, given, promised and paid, by year and by source."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets import illustration
from khuyencong.core.text import fold
from khuyencong.core.vndates import long_date
from programmes.models import Programme
from projects import amounts
from projects.amounts import Matrix
from reports import layout, papers, pdf, tables
from reports.forms import BudgetExecutionForm
from reports.papers import Line, Table, Unit
from reports.registry import Report, register
from reports.tables import Row

COLUMNS = {
    "planned": gettext_lazy("Kế hoạch"),
    "requested": gettext_lazy("Đang đề nghị"),
    "allotted": gettext_lazy("Giao dự toán"),
    "approved": gettext_lazy("Phê duyệt"),
    "committed": gettext_lazy("Cam kết"),
    "disbursed": gettext_lazy("Giải ngân"),
    "settled": gettext_lazy("Quyết toán"),
    "available": gettext_lazy("Còn lại"),
    "pledged": gettext_lazy("Cam kết đối ứng"),
}


@register
class BudgetExecution(Report):
    code = "budget-execution"
    title = gettext_lazy("Tình hình thực hiện kế hoạch vốn")
    purpose = gettext_lazy("Theo năm, theo nguồn, từ kế hoạch đến quyết toán")
    group = gettext_lazy("Kế hoạch vốn")
    template = "reports/print/budget_execution.html"
    form_class = BudgetExecutionForm

    def read(self, params: Mapping[str, Any], at: datetime.datetime) -> dict[str, Any]:
        programme = Programme.objects.select_related("province").get(code=params["programme"])
        version = programme.version
        as_of = datetime.date.fromisoformat(params["as_of"]) if "as_of" in params else None
        found = amounts.matrix(
            programme,
            version=version,
            years=[params["year"]] if "year" in params else None,
            sources=[params["source"]] if "source" in params else None,
            as_of=as_of,
        )
        return {
            "programme": {
                "name": programme.name,
                "is_illustration": programme.is_illustration,
                "is_mixed": illustration.mixes(programme),
            },
            "subtitle": _subtitle(programme, found, params),
            "decision": papers.decision(version.decision),
            "office": papers.head(programme, at),
            "as_of": papers.day_text(as_of),
            "by_source": [asdict(row) for row in tables.by_source(found)],
            "by_year": [asdict(row) for row in tables.by_year(found)],
            "source_names": [source.name for source in found.sources],
            "cells": tables.planned_cells(found),
        }

    def context(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        at = timezone.localtime(datetime.datetime.fromisoformat(figures["snapshot_at"]))
        by_source = [Row(**row) for row in figures["by_source"]]
        by_year = [Row(**row) for row in figures["by_year"]]
        unit = Unit(figure for row in (*by_source, *by_year) for figure in row.figures.values())
        printed = [
            _stages(_("Năm"), by_year, unit),
            _stages(_("Nguồn"), by_source, unit),
            _plan(figures, unit),
        ]
        return {
            **figures,
            "title": self.title,
            "at": at,
            "dated": long_date(at.date(), figures["office"]["place"]),
            "created": at.isoformat(timespec="minutes"),
            "font": pdf.FONT,
            "unit": unit.name,
            "fit": layout.fit([table.columns() for table in printed]),
            "years": printed[0],
            "sources": printed[1],
            "plan": printed[2],
            "missing": papers.unallocated(),
            "has_gaps": any(None in row for _label, row in figures["cells"]),
            "sums": _sums(by_source[-1]),
            "chart": tables.year_chart(
                by_year, title=_("Kế hoạch, cam kết và giải ngân theo năm"), legend=True
            ),
        }

    def file_name(self, params: Mapping[str, Any], at: datetime.datetime) -> str:
        words = [fold(str(self.title)), params["programme"]]
        words += [str(params[name]) for name in ("year", "source") if name in params]
        stamp = f"{timezone.localtime(at):%Y%m%d-%H%M}"
        return "_".join(word.replace(" ", "-") for word in (*words, stamp))


def _subtitle(programme: Programme, found: Matrix, params: Mapping[str, Any]) -> str:
    parts = [programme.name]
    if "year" in params:
        parts.append(_("năm {year}").format(year=params["year"]))
    if "source" in params:
        parts += [source.name for source in found.sources]
    return ", ".join(parts)


def _stages(first: str, rows: list[Row], unit: Unit) -> Table:
    absent = {"planned": papers.unallocated()}
    lines = [
        Line(
            row.label,
            [
                unit.text(row[stage], absent[stage]) if stage in absent else unit.text(row[stage])
                for stage in COLUMNS
            ],
            row.kind,
        )
        for row in rows
    ]
    return Table(first, [str(heading) for heading in COLUMNS.values()], lines)


def _plan(figures: Mapping[str, Any], unit: Unit) -> Table:
    """The plan by year and source: what no decision gives is said, never worked out."""
    lines = [
        Line(label, [unit.text(figure, papers.unallocated()) for figure in row])
        for label, row in figures["cells"]
    ]
    lines[-1] = Line(lines[-1].label, lines[-1].texts, "total")
    return Table(_("Năm"), [*figures["source_names"], _("Cộng")], lines)


def _sums(total: Row) -> list[str]:
    """The totals to the đồng, whatever unit the tables have."""
    lines = []
    for stage in ("planned", "allotted", "committed", "disbursed", "settled", "available"):
        figure = total[stage]
        if figure is not None:
            lines.append(f"{COLUMNS[stage]}: {papers.dong(figure)}")
        elif stage == "planned":
            lines.append(f"{COLUMNS[stage]}: {papers.unallocated()}")
    if total["pledged"] is not None:
        note = _("vốn của cơ sở, không phải ngân sách")
        lines.append(f"{COLUMNS['pledged']}: {papers.dong(total['pledged'])} ({note})")
    return lines
