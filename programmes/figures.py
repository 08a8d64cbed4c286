"""Figures of a programme version, and the rule that its two margins agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.refusals import Fault
from programmes.models import FundingSource, ProgrammeVersion


@dataclass(frozen=True)
class Figures:
    """All amounts in đồng; ``cells`` may be empty: the margins alone are a whole programme."""

    total: int
    years: Mapping[int, int]
    sources: Mapping[str, int]
    cells: Mapping[tuple[int, str], int]


def of_version(version: ProgrammeVersion) -> Figures:
    return Figures(
        total=version.total_amount,
        years={phase.year: phase.amount for phase in version.year_phases.all()},
        sources={
            share.source.code: share.amount
            for share in version.source_shares.select_related("source")
        },
        cells={
            (cell.year, cell.source.code): cell.amount
            for cell in version.planned_cells.select_related("source")
        },
    )


def disagreements(figures: Figures) -> list[Fault]:
    """Why a version cannot be in force: Σ years = Σ sources = total, and cells fit both."""
    faults = []
    by_year, by_source = sum(figures.years.values()), sum(figures.sources.values())
    if not figures.total == by_year == by_source:
        faults.append(
            Fault(
                _(
                    "Số liệu không khớp: cộng theo năm là {years} triệu đồng, cộng theo nguồn là "
                    "{sources} triệu đồng, tổng kinh phí ghi {total} triệu đồng. "
                    "Sửa cho ba số bằng nhau."
                ).format(
                    years=_trieu(by_year),
                    sources=_trieu(by_source),
                    total=_trieu(figures.total),
                ),
                "total",
            )
        )
    faults += _margin_faults(figures)
    return faults or _unfillable(figures)


def _trieu(amount: int) -> str:
    """Exact to the đồng: two sums that differ must not read alike."""
    return money.format_trieu(amount, None if amount % money.THOUSAND == 0 else 6)


def _margin_faults(figures: Figures) -> list[Fault]:
    faults = []
    names = dict(FundingSource.objects.values_list("code", "name"))
    for year, amount in figures.years.items():
        row = {key: cell for key, cell in figures.cells.items() if key[0] == year}
        given = sum(row.values())
        if given > amount or (len(row) == len(figures.sources) and given != amount):
            faults.append(
                Fault(
                    _(
                        "Năm {year}: các ô cộng {given} triệu đồng, "
                        "theo quyết định là {amount} triệu đồng."
                    ).format(
                        year=year,
                        given=_trieu(given),
                        amount=_trieu(amount),
                    ),
                    "cells",
                )
            )
    for source, amount in figures.sources.items():
        column = {key: cell for key, cell in figures.cells.items() if key[1] == source}
        given = sum(column.values())
        if given > amount or (len(column) == len(figures.years) and given != amount):
            faults.append(
                Fault(
                    _(
                        "Nguồn {source}: các ô cộng {given} triệu đồng, "
                        "theo quyết định là {amount} triệu đồng."
                    ).format(
                        source=names.get(source, source),
                        given=_trieu(given),
                        amount=_trieu(amount),
                    ),
                    "cells",
                )
            )
    return faults


def _unfillable(figures: Figures) -> list[Fault]:
    """Given cells may fit each margin and yet leave no way to fill the others to fit both.

    Some years can only be filled from some sources: those sources must have that much left.
    """
    if not figures.cells:
        return []
    open_sources = {
        year: {source for source in figures.sources if (year, source) not in figures.cells}
        for year in figures.years
    }
    left_in_year, left_in_source = dict(figures.years), dict(figures.sources)
    for (year, source), amount in figures.cells.items():
        left_in_year[year] -= amount
        left_in_source[source] -= amount
    names = dict(FundingSource.objects.values_list("code", "name"))
    for size in range(1, len(figures.sources)):
        for chosen in combinations(figures.sources, size):
            bound = [year for year, free in open_sources.items() if free <= set(chosen)]
            needed = sum(left_in_year[year] for year in bound)
            left = sum(left_in_source[source] for source in chosen)
            if needed > left:
                said = _(
                    "Các ô đã ghi không thể khớp cả hai phía: phần chưa ghi của năm {years} là "
                    "{needed} triệu đồng, chỉ có thể từ nguồn {sources}, mà nguồn này chỉ còn "
                    "{left} triệu đồng."
                ).format(
                    years=", ".join(map(str, bound)),
                    needed=_trieu(needed),
                    sources=", ".join(names.get(source, source) for source in chosen),
                    left=_trieu(left),
                )
                return [Fault(said, "cells")]
    return []
