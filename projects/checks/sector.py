"""Ngành nghề: what may not be supported at all (Thông tư 46/2012/TT-BCT Điều 5)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.utils.translation import gettext as _

from programmes.models import Sector
from projects.checks.case import Case
from projects.checks.facts import Facts
from projects.checks.outcome import ERROR, PASS, Check


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """An excluded sector blocks; a firm whose sector is not on record passes, and that is said."""
    excluded = [firm for firm in case.firms if firm.sector and _is_excluded(firm.sector, facts.day)]
    for firm in excluded:
        yield Check(
            code="sector",
            subject=str(firm.pk),
            level=ERROR,
            title=_("Ngành nghề được khuyến công hỗ trợ"),
            figure=_("{firm}: {sector}").format(firm=firm.name, sector=firm.sector.name),
            gap=_("Ngành nghề này không được hỗ trợ"),
            fix=_("Đổi cơ sở, hoặc sửa nhóm ngành nghề trong sổ cơ sở nếu ghi sai"),
            citation=firm.sector.legal_ref,
            field="beneficiaries",
        )
    if not case.firms or excluded:
        return
    unknown = sum(1 for firm in case.firms if firm.sector is None)
    yield Check(
        code="sector",
        subject="",
        level=PASS,
        title=_("Ngành nghề được khuyến công hỗ trợ"),
        figure=_("{n} cơ sở chưa ghi nhóm ngành nghề").format(n=unknown) if unknown else "",
    )


def _is_excluded(sector: Sector, day: datetime.date) -> bool:
    begun = sector.valid_from is None or sector.valid_from <= day
    ended = sector.valid_to is not None and sector.valid_to < day
    return sector.is_excluded and begun and not ended
