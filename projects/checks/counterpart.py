"""Vốn đối ứng: whoever is supported pays the whole rest, and has promised it in writing."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from projects.checks import figures
from projects.checks.case import Case
from projects.checks.facts import Facts
from projects.checks.outcome import ERROR, PASS, WARNING, Check


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """Thông tư liên tịch 26/2014/TTLT-BTC-BCT Điều 7: the rest is invested or pledged."""
    norm = next(
        (
            norm
            for activity in case.activities
            for source in case.state_sources
            if (norm := facts.norm(activity, source.code))
            and norm.max_share is not None
            and norm.max_share < 1
            and case.supported(activity.code, source.code)
        ),
        None,
    )
    if norm is not None and not case.other_amount:
        yield Check(
            code="counterpart",
            subject="",
            level=figures.level_of(norm),
            title=_("Cơ sở góp phần chi phí còn lại"),
            figure=_("Chưa có đồng nào ngoài ngân sách nhà nước"),
            fix=_("Ghi vốn đối ứng của cơ sở vào dự toán và phân kỳ"),
            citation=figures.citation(norm),
            field="cost_items",
            norm_id=norm.pk,
        )
    elif case.other_amount:
        yield Check(
            code="counterpart",
            subject="",
            level=PASS,
            title=_("Có vốn ngoài ngân sách nhà nước"),
            figure=figures.trieu(case.other_amount),
        )
    if facts.pledge and not facts.pledge.is_attached:
        yield Check(
            code="pledge",
            subject="",
            level=ERROR if facts.pledge.is_required else WARNING,
            title=_("Cam kết bố trí vốn đối ứng có trong hồ sơ"),
            figure=_("Vốn ngoài ngân sách {amount}, chưa có bản cam kết").format(
                amount=figures.trieu(case.other_amount)
            ),
            fix=_("Đính kèm bản cam kết ở phần Hồ sơ đính kèm"),
            field="attachments",
        )
    elif facts.pledge:
        yield Check(
            code="pledge",
            subject="",
            level=PASS,
            title=_("Cam kết bố trí vốn đối ứng có trong hồ sơ"),
        )
