"""Figures of a programme version, and the rule that its two margins agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
                    years=money.format_trieu(by_year),
                    sources=money.format_trieu(by_source),
                    total=money.format_trieu(figures.total),
                ),
                "total",
            )
        )
    faults += _margin_faults(figures)
    return faults


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
                        given=money.format_trieu(given),
                        amount=money.format_trieu(amount),
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
                        given=money.format_trieu(given),
                        amount=money.format_trieu(amount),
                    ),
                    "cells",
                )
            )
    return faults
