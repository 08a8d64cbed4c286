"""Tình hình thực hiện kế hoạch vốn: what was planned, given, promised and paid, by year and source."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import money
from khuyencong.core.models import LegalDocument, Organisation
from khuyencong.core.text import fold
from khuyencong.core.vndates import long_date
from programmes.models import Programme
from projects import amounts
from projects.amounts import Matrix
from reports import layout, pdf, tables
from reports.forms import BudgetExecutionForm
from reports.layout import Column
from reports.registry import Report, register
from reports.tables import Row

# Headings above columns: whose money it is, then the stage.
COLUMNS = (
    ("planned", gettext_lazy("Kế hoạch")),
    ("requested", gettext_lazy("Đang đề nghị")),
    ("allotted", gettext_lazy("Giao dự toán")),
    ("approved", gettext_lazy("Phê duyệt")),
    ("committed", gettext_lazy("Cam kết")),
    ("disbursed", gettext_lazy("Giải ngân")),
    ("settled", gettext_lazy("Quyết toán")),
    ("available", gettext_lazy("Còn lại")),
    ("pledged", gettext_lazy("Cam kết đối ứng")),
)


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
        as_of = params.get("as_of")
        found = amounts.matrix(
            programme,
            version=version,
            years=[params["year"]] if "year" in params else None,
            sources=[params["source"]] if "source" in params else None,
            as_of=datetime.date.fromisoformat(as_of) if as_of else None,
        )
        return {
            "programme": {
                "code": programme.code,
                "name": programme.name,
                "is_illustration": programme.is_illustration,
            },
            "decision": _decision(version.decision),
            "office": _office(programme, timezone.localdate(at)),
            "as_of": as_of,
            "subtitle": _subtitle(programme, found, params),
            "sources": [asdict(row) for row in tables.by_source(found)],
            "years": [asdict(row) for row in tables.by_year(found)],
            "cells": _cells(found),
        }

    def context(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        at = timezone.localtime(datetime.datetime.fromisoformat(figures["snapshot_at"]))
        sources = [Row(**row) for row in figures["sources"]]
        years = [Row(**row) for row in figures["years"]]
        every = [value for row in (*sources, *years) for value in row.figures.values() if value]
        unit = _Unit(every)
        by_year = _Table(gettext_lazy("Năm"), years, unit)
        by_source = _Table(gettext_lazy("Nguồn"), sources, unit)
        cells = _Cells(figures["cells"], unit)
        fitted = layout.fit([by_year.columns(), by_source.columns(), cells.columns()])
        total = next(row for row in sources if row.kind == "total")
        return {
            **figures,
            "title": self.title,
            "at": at,
            "dated": long_date(at.date(), figures["office"]["place"]),
            "created": at.isoformat(timespec="minutes"),
            "font": pdf.FONT,
            "unit": unit.name,
            "fit": fitted,
            "by_year": by_year,
            "by_source": by_source,
            "cells": cells,
            "missing": _("chưa phân bổ"),
            "unallocated": any(None in row for _label, row in figures["cells"]["rows"]),
            "issued_on": _day(figures["decision"]["issued_on"]),
            "as_of": _day(figures["as_of"]),
            "sums": _sums(total),
            "chart": tables.year_chart(
                years, title=_("Kế hoạch, cam kết và giải ngân theo năm, triệu đồng"), legend=True
            ),
        }

    def file_name(self, params: Mapping[str, Any], at: datetime.datetime) -> str:
        words = [fold(str(self.title)), params["programme"]]
        words += [str(params[name]) for name in ("year", "source") if name in params]
        stamp = f"{timezone.localtime(at):%Y%m%d-%H%M}"
        return "_".join(word.replace(" ", "-") for word in (*words, stamp))


def _day(iso: str | None) -> str:
    return f"{datetime.date.fromisoformat(iso):%d/%m/%Y}" if iso else ""


def _subtitle(programme: Programme, found: Matrix, params: Mapping[str, Any]) -> str:
    parts = [programme.name]
    if "year" in params:
        parts.append(_("năm {year}").format(year=params["year"]))
    if "source" in params:
        parts += [source.name for source in found.sources]
    return ", ".join(parts)


def _sums(total: Row) -> list[dict[str, str]]:
    """The totals to the đồng, whatever unit the tables have."""
    labels = dict(COLUMNS)
    lines = []
    for stage in ("planned", "allotted", "committed", "disbursed", "settled", "available"):
        figure = total[stage]
        if figure is None and stage != "planned":
            continue
        amount = _("chưa phân bổ") if figure is None else _dong(figure)
        note = _("mọi nguồn") if stage == "planned" else ""
        lines.append({"label": str(labels[stage]), "amount": amount, "note": note})
    if total["pledged"] is not None:
        note = _("vốn của cơ sở, không phải ngân sách")
        lines.append(
            {"label": str(labels["pledged"]), "amount": _dong(total["pledged"]), "note": note}
        )
    return lines


def _dong(amount: int) -> str:
    return _("{amount} đồng").format(amount=money.format_dong(amount))


def _decision(document: LegalDocument) -> dict[str, Any]:
    return {
        "kind": document.get_kind_display(),
        "number": document.number,
        "issuer": document.issuer_name,
        "issued_on": document.issued_on.isoformat() if document.issued_on else None,
    }


def _office(programme: Programme, day: datetime.date) -> dict[str, str]:
    """The head of the paper: who reports, under whom, and where."""
    acting = Organisation.objects.select_related("parent").acting
    kinds = Organisation.Kind
    office = acting(kinds.INDUSTRY_DEPARTMENT, programme.province_id, day)
    above = office.parent if office and office.parent_id else None
    above = above or acting(kinds.PROVINCIAL_COMMITTEE, programme.province_id, day)
    return {
        "name": office.short_name if office else "",
        "above": above.short_name if above else "",
        "sign": office.sign if office else "",
        "place": programme.province.name,
    }


def _cells(found: Matrix) -> dict[str, Any]:
    return {
        "sources": [source.name for source in found.sources],
        "rows": tables.planned_cells(found),
    }


class _Unit:
    """Triệu đồng where no figure loses by it, else đồng: a paper never rounds."""

    def __init__(self, figures: list[int]) -> None:
        in_trieu = all(figure % money.THOUSAND == 0 for figure in figures)
        self.name = _("triệu đồng") if in_trieu else _("đồng")
        self._write: Callable[[int], str] = money.format_trieu if in_trieu else money.format_dong

    def text(self, stage: str, figure: int | None) -> str:
        if figure is None:
            return _("chưa phân bổ") if stage == "planned" else money.MISSING
        return self._write(figure)


class _Table:
    """Rows by stage, ready to print."""

    def __init__(self, first: Any, rows: list[Row], unit: _Unit) -> None:
        self.first = str(first)
        self.headings = [str(heading) for _stage, heading in COLUMNS]
        self.rows = [
            {
                "kind": row.kind,
                "label": row.label,
                "texts": [unit.text(stage, row[stage]) for stage, _heading in COLUMNS],
            }
            for row in rows
        ]

    def columns(self) -> list[Column]:
        labels = Column(self.first, [row["label"] for row in self.rows], wraps=True)
        return [
            labels,
            *(
                Column(heading, [row["texts"][index] for row in self.rows], wraps=True)
                for index, heading in enumerate(self.headings)
            ),
        ]


class _Cells:
    """The plan by year and source."""

    def __init__(self, cells: Mapping[str, Any], unit: _Unit) -> None:
        self.headings = [*cells["sources"], _("Cộng")]
        self.rows = [
            {"label": label, "texts": [unit.text("planned", figure) for figure in row]}
            for label, row in cells["rows"]
        ]

    def columns(self) -> list[Column]:
        labels = Column(_("Năm"), [row["label"] for row in self.rows], wraps=True)
        return [
            labels,
            *(
                Column(heading, [row["texts"][index] for row in self.rows], wraps=True)
                for index, heading in enumerate(self.headings)
            ),
        ]
