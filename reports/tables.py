"""Rows of figures as screens and papers show them, all taken from ``amounts.matrix``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from khuyencong.core import charts
from khuyencong.core.charts import Segment, YearRow
from khuyencong.core.drawings import PALETTE, StripChart, YearChart
from projects.amounts import Amounts, Matrix

# What only the state's money has, and what only other money has.
STATE_STAGES: Final = ("allotted", "approved", "committed", "disbursed", "settled", "available")
OTHER_STAGES: Final = ("pledged",)
STAGES: Final = ("planned", "requested", *STATE_STAGES, *OTHER_STAGES)


@dataclass(frozen=True)
class Row:
    """One row, in đồng. A planned None is «chưa phân bổ»; any other None does not apply here."""

    kind: str  # source, state, year or total
    label: str
    code: str
    figures: dict[str, int | None]

    def __getitem__(self, stage: str) -> int | None:
        """Templates ask ``row.allotted``."""
        return self.figures[stage]


def _row(kind: str, label: str, code: object, amounts: Amounts, *, state: bool, other: bool) -> Row:
    figures = {stage: getattr(amounts, stage) for stage in STAGES}
    absent = (() if state else STATE_STAGES) + (() if other else OTHER_STAGES)
    return Row(kind, label, str(code), figures | dict.fromkeys(absent))


def _kinds(matrix: Matrix) -> dict[str, bool]:
    return {
        "state": any(source.is_state for source in matrix.sources),
        "other": any(not source.is_state for source in matrix.sources),
    }


def by_source(matrix: Matrix) -> list[Row]:
    """A row a source, the state's together after its last one, and the total."""
    rows = [
        _row(
            "source",
            source.name,
            source.code,
            matrix.by_source[source.code],
            state=source.is_state,
            other=not source.is_state,
        )
        for source in matrix.sources
    ]
    last = [index for index, source in enumerate(matrix.sources) if source.is_state]
    if len(last) > 1:
        together = _row(
            "state", _("Ngân sách nhà nước"), "", matrix.state(), state=True, other=False
        )
        rows.insert(last[-1] + 1, together)
    return [*rows, _total(matrix)]


def by_year(matrix: Matrix) -> list[Row]:
    rows = [
        _row("year", str(year), year, matrix.by_year[year], **_kinds(matrix))
        for year in matrix.years
    ]
    return [*rows, _total(matrix)]


def _total(matrix: Matrix) -> Row:
    return _row("total", _("Tổng cộng"), "", matrix.total, **_kinds(matrix))


def planned_cells(matrix: Matrix) -> list[tuple[str, list[int | None]]]:
    """Each year's planned figures by source, its sum last; then the sums of the sources."""
    rows = [
        (
            str(year),
            [
                *(matrix.cells[year, source.code].planned for source in matrix.sources),
                matrix.by_year[year].planned,
            ],
        )
        for year in matrix.years
    ]
    sums = [matrix.by_source[source.code].planned for source in matrix.sources]
    return [*rows, (_("Tổng cộng"), [*sums, matrix.total.planned])]


def share(row: Row, rows: Iterable[Row]) -> Fraction | None:
    """The planned figure as a part of the total's."""
    whole = next(one for one in rows if one.kind == "total")["planned"]
    if not whole or row["planned"] is None:
        return None
    return Fraction(row["planned"], whole)


def year_chart(
    rows: Sequence[Row], *, title: str, highlight: int | None = None, legend: bool = False
) -> YearChart:
    """The same drawing on screen and on paper."""
    bars = [
        YearRow(int(row.code), row["planned"], row["committed"], row["disbursed"])
        for row in rows
        if row.kind == "year"
    ]
    return charts.year_bars(bars, title=title, highlight=highlight, legend=legend)


def source_strip(rows: Sequence[Row], *, title: str) -> StripChart:
    segments = [
        Segment(row.label, row["planned"] or 0, row.code if row.code in PALETTE else "other")
        for row in rows
        if row.kind == "source"
    ]
    return charts.strip(segments, title=title)
