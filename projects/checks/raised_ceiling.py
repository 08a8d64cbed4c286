"""Hệ số: what lets a ceiling be raised, a technology line or a priority with its written reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from programmes.models import SupportNorm
from projects.checks import figures
from projects.checks.case import Case, Chosen
from projects.checks.facts import Facts
from projects.checks.outcome import ERROR, PASS, Check

ONE = Decimal(1)


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """Only for activities that claim one, by each norm that is applied to them."""
    for activity in case.activities:
        for source in case.state_sources:
            norm = facts.norm(activity, source.code)
            if norm is None or not case.supported(activity.code, source.code):
                continue
            found = Check(
                code="",
                subject=figures.subject(activity.code, source.code),
                level=PASS,
                title="",
                citation=figures.citation(norm),
                norm_id=norm.pk,
                source=source.code,
            )
            if activity.is_technology_line:
                yield _line(found, activity, norm)
            if activity.multiplier > ONE:
                yield _priority(found, activity, norm)


def _line(found: Check, activity: Chosen, norm: SupportNorm) -> Check:
    if norm.line_multiplier:
        return replace(
            found,
            code="technology-line",
            title=_("{activity}: dây chuyền công nghệ được {factor} lần mức trần").format(
                activity=activity.code, factor=figures.times(norm.line_multiplier)
            ),
            figure=_("Đề án ghi là dây chuyền công nghệ"),
        )
    return replace(
        found,
        code="technology-line",
        level=figures.level_of(norm),
        title=_("{activity}: định mức này không có mức riêng cho dây chuyền công nghệ").format(
            activity=activity.code
        ),
        figure=_("Đề án ghi là dây chuyền công nghệ"),
        fix=_("Bỏ chọn «dây chuyền công nghệ»"),
        field="activity",
    )


def _priority(found: Check, activity: Chosen, norm: SupportNorm) -> Check:
    most = norm.priority_multiplier or ONE
    found = replace(
        found,
        code="priority-multiplier",
        title=_("{activity}: hệ số ưu tiên tối đa {factor}").format(
            activity=activity.code, factor=figures.times(most)
        )
        if norm.priority_multiplier
        else _("{activity}: định mức này không có hệ số ưu tiên").format(activity=activity.code),
        figure=_("Đề án ghi hệ số {factor}").format(factor=figures.times(activity.multiplier)),
        field="activity",
    )
    if activity.multiplier > most:
        return replace(
            found,
            level=figures.level_of(norm),
            fix=_("Ghi hệ số không quá {factor}").format(factor=figures.times(most)),
        )
    if not activity.reason:
        return replace(
            found,
            level=ERROR,
            gap=_("Chưa có lý do của hệ số"),
            fix=_("Ghi lý do ưu tiên: địa bàn, ngành nghề, văn bản nào"),
        )
    if activity.is_technology_line and norm.line_multiplier:
        return replace(
            found,
            gap=_("Chưa rõ văn bản có cho nhân hệ số này với hệ số dây chuyền: chỉ dùng hệ số lớn"),
        )
    return replace(found, gap=_("Lý do: {reason}").format(reason=activity.reason))
