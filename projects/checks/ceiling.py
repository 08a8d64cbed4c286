"""Mức trần: so much for one unit, times the units, raised at most once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from programmes.models import SupportNorm
from projects.checks import figures
from projects.checks.case import Case, Chosen
from projects.checks.facts import Facts
from projects.checks.outcome import PASS, Check

ONE = Decimal(1)


def factor(activity: Chosen, norm: SupportNorm) -> Decimal:
    """What the ceiling is raised by: the technology line's or the priority's, the greater one.

    Whether the two may be multiplied is not verified, so they never are.
    """
    line = (norm.line_multiplier or ONE) if activity.is_technology_line else ONE
    allowed = norm.priority_multiplier or ONE
    priority = min(activity.multiplier, allowed) if activity.reason else ONE
    return max(ONE, line, priority)


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """Σ state money ≤ max_amount × units × multiplier."""
    for activity in case.activities:
        for source in case.state_sources:
            norm = facts.norm(activity, source.code)
            items = case.supported(activity.code, source.code)
            if norm is None or norm.max_amount is None or not items:
                continue
            support = sum(item.shares[source.code] for item in items)
            raised = factor(activity, norm)
            limit = figures.whole(norm.max_amount * activity.units * raised)
            over = support - limit
            yield Check(
                code="ceiling",
                subject=figures.subject(activity.code, source.code),
                level=figures.level_of(norm) if over > 0 else PASS,
                title=_title(activity, norm, raised),
                figure=_("{stage} {support}, tối đa {limit} triệu đồng").format(
                    stage=figures.asked(facts.stage),
                    support=figures.bare(support),
                    limit=figures.bare(limit),
                ),
                gap=_("Vượt {amount}").format(amount=figures.trieu(over)) if over > 0 else "",
                fix=figures.reduce_by(over, source) if over > 0 else "",
                citation=figures.citation(norm),
                field=max(items, key=lambda i: i.shares[source.code]).field if over > 0 else "",
                norm_id=norm.pk,
                source=source.code,
                reduce_by=max(over, 0),
            )


def _title(activity: Chosen, norm: SupportNorm, raised: Decimal) -> str:
    unit = norm.unit or activity.unit or _("kết quả")
    title = _("{activity}: tối đa {amount}/{unit}").format(
        activity=activity.code, amount=figures.trieu(norm.max_amount), unit=unit
    )
    if activity.units != 1:
        title += _(" × {n} {unit}").format(n=activity.units, unit=unit)
    if raised != ONE:
        title += _(" × {factor}").format(factor=figures.times(raised))
    return title
