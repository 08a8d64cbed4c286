"""Ô kế hoạch vốn còn đủ: what the year's cell of the source was given and still has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from projects.checks import figures
from projects.checks.case import Case
from projects.checks.facts import Facts
from projects.checks.outcome import PASS, WARNING, Check


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """Too little only warns: more may be allotted. What is committed the ledger itself keeps."""
    names = {source.code: source for source in case.state_sources}
    for line in sorted(case.lines, key=lambda line: (line.source, line.year)):
        room = facts.rooms.get((line.source, line.year))
        if line.source not in names or not line.amount or room is None:
            continue
        source = names[line.source]
        lacking = line.amount - room.available
        title = _("{source} năm {year}: trong dự toán còn lại").format(
            source=source.short_name, year=line.year
        )
        found = Check(
            code="room",
            subject=f"{line.source}.{line.year}",
            level=PASS,
            title=title,
            figure=_("Còn {available}, đề án {amount} triệu đồng").format(
                available=figures.bare(room.available), amount=figures.bare(line.amount)
            ),
            field="funding_lines",
            source=line.source,
        )
        if not room.allotted:
            yield replace(
                found, figure=_("Chưa giao dự toán năm này, chưa có gì để so"), is_unchecked=True
            )
        elif lacking > 0:
            yield replace(
                found,
                level=WARNING,
                gap=_("Thiếu {amount}").format(amount=figures.trieu(lacking)),
                fix=_("Giảm ít nhất {amount}, chuyển năm, hoặc nêu lý do").format(
                    amount=figures.trieu(lacking)
                ),
                reduce_by=lacking,
            )
        else:
            yield found
