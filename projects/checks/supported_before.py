"""Không hỗ trợ hai lần: the same establishment and content, in any year and any programme."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from projects.checks.case import Case
from projects.checks.facts import Facts, Support
from projects.checks.outcome import PASS, WARNING, Check, Earlier

SHOWN = 3


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """Warns with the earlier files: only people can tell whether it is the same machine."""
    found: dict[tuple[int, str], list[Support]] = {}
    for support in facts.supports:
        found.setdefault((support.enterprise_id, support.activity), []).append(support)
    names = {firm.pk: firm.name for firm in case.firms}
    for (firm_id, activity), supports in found.items():
        yield Check(
            code="supported-before",
            subject=f"{firm_id}.{activity}",
            level=WARNING,
            title=_("Không hỗ trợ hai lần cùng nội dung {activity} cho {firm}").format(
                activity=activity, firm=names[firm_id]
            ),
            figure=_("Đã có trong {files}").format(files=_listed(supports)),
            fix=_("Nêu máy móc, nội dung lần này khác lần trước ở đâu, hoặc đổi cơ sở"),
            field="beneficiaries",
            earlier=tuple(_earlier(support, case) for support in supports),
        )
    if case.firms and not found:
        yield Check(
            code="supported-before",
            subject="",
            level=PASS,
            title=_("Cơ sở chưa được hỗ trợ cùng nội dung"),
            figure=_("Tra trong mọi năm, mọi chương trình của cổng"),
        )


def _listed(supports: list[Support]) -> str:
    first = ", ".join(
        _("{code} (năm {year})").format(code=row.code, year=row.year) for row in supports[:SHOWN]
    )
    more = len(supports) - SHOWN
    return _("{first} và {n} đề án khác").format(first=first, n=more) if more > 0 else first


def _earlier(support: Support, case: Case) -> Earlier:
    """Another unit's file is nobody's business here but for its code and year."""
    title = support.title if support.unit_id == case.unit_id else ""
    return Earlier(support.code, support.year, title)
