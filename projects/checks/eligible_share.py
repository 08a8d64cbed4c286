"""Tỷ lệ hỗ trợ: of what the supported things cost, the state pays no more than its part."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from khuyencong.core import money
from projects.checks import figures
from projects.checks.case import Case
from projects.checks.facts import Facts
from projects.checks.outcome import PASS, Check


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """Σ state money ≤ max_share × cost of the lines that carry it, not of the whole investment."""
    for activity in case.activities:
        for source in case.state_sources:
            norm = facts.norm(activity, source.code)
            items = case.supported(activity.code, source.code)
            if norm is None or norm.max_share is None or not items:
                continue
            support = sum(item.shares[source.code] for item in items)
            cost = sum(item.amount for item in items)
            over = support - figures.whole(norm.max_share * cost)
            yield Check(
                code="eligible-share",
                subject=figures.subject(activity.code, source.code),
                level=figures.level_of(norm) if over > 0 else PASS,
                title=_("{activity}: không quá {share} chi phí được hỗ trợ").format(
                    activity=activity.code, share=figures.percent(norm.max_share)
                ),
                figure=_(
                    "{stage} {support} / {cost} triệu đồng chi phí của các dòng được hỗ trợ "
                    "= {share}"
                ).format(
                    stage=figures.asked(facts.stage),
                    support=figures.bare(support),
                    cost=figures.bare(cost),
                    share=money.percent_text(support, cost),
                ),
                gap=_("Vượt {amount}").format(amount=figures.trieu(over)) if over > 0 else "",
                fix=figures.reduce_by(over, source) if over > 0 else "",
                citation=figures.citation(norm),
                field=_dearest(items, source.code) if over > 0 else "",
                norm_id=norm.pk,
                source=source.code,
                reduce_by=max(over, 0),
            )


def _dearest(items: list, source: str) -> str:
    """The line to look at first: the one with the most state money."""
    return max(items, key=lambda item: item.shares[source]).field
