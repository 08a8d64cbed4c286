"""Nguồn vốn khớp dự toán: the same money seen by line, by source and by year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from projects.checks import figures
from projects.checks.case import Case
from projects.checks.facts import Facts
from projects.checks.outcome import ERROR, PASS, Check


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """Σ shares = amount in each line, Σ lines = Σ phasing for each source, and so in all."""
    found = [*_rows(case, facts), *_sources(case)]
    if found:
        yield from found
        return
    if not case.items:
        return
    years: dict[int, int] = defaultdict(int)
    for line in case.lines:
        years[line.year] += line.amount
    yield Check(
        code="sums",
        subject="",
        level=PASS,
        title=_("Nguồn vốn khớp dự toán theo dòng, theo nguồn và theo năm"),
        figure=_("Cộng {total}; {years}").format(
            total=figures.trieu(sum(years.values())),
            years="; ".join(
                _("năm {year}: {amount}").format(year=year, amount=figures.bare(amount))
                for year, amount in sorted(years.items())
            ),
        ),
    )


def _rows(case: Case, facts: Facts) -> Iterator[Check]:
    if facts.stage != "submission":
        return  # what offices cut from the state's part is not yet found elsewhere
    for item in case.items:
        total = sum(item.shares.values())
        if total != item.amount:
            yield Check(
                code="sums",
                subject=str(item.number),
                level=ERROR,
                title=_("Dòng {n}: các nguồn cộng lại bằng thành tiền").format(n=item.number),
                figure=_("Các nguồn cộng {total}, thành tiền {amount} triệu đồng").format(
                    total=figures.bare(total), amount=figures.bare(item.amount)
                ),
                gap=_("Lệch {amount}").format(amount=figures.trieu(abs(total - item.amount))),
                fix=_("Sửa số của các nguồn trong dòng này"),
                field=item.field,
            )


def _sources(case: Case) -> Iterator[Check]:
    shares: dict[str, int] = defaultdict(int)
    lines: dict[str, int] = defaultdict(int)
    for item in case.items:
        for code, amount in item.shares.items():
            shares[code] += amount
    for line in case.lines:
        lines[line.source] += line.amount
    for code, source in sorted(case.sources.items(), key=lambda row: row[1].position):
        if case.only is not None and code not in case.only:
            continue
        if shares[code] != lines[code]:
            yield Check(
                code="sums",
                subject=code,
                level=ERROR,
                title=_("{source}: dự toán bằng phân kỳ theo năm").format(source=source.name),
                figure=_("Dự toán cộng {shares}, phân kỳ cộng {lines} triệu đồng").format(
                    shares=figures.bare(shares[code]), lines=figures.bare(lines[code])
                ),
                gap=_("Lệch {amount}").format(
                    amount=figures.trieu(abs(shares[code] - lines[code]))
                ),
                fix=_("Sửa cho hai số bằng nhau"),
                field="funding_lines",
                source=code,
            )
