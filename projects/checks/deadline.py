"""Hạn đăng ký: the last day proposals of a plan year are taken, asked at the first submission."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from projects.checks.case import Case
from projects.checks.facts import Facts
from projects.checks.outcome import ERROR, PASS, WARNING, Check


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """What was registered in time may be sent again after a return, however late that is."""
    if case.round:
        return
    for source in case.state_sources:
        due = facts.dues.get(source.code)
        found = {
            "code": "deadline",
            "subject": source.code,
            "title": _("Hạn đăng ký kế hoạch năm {year}, nguồn {source}").format(
                year=case.plan_year, source=source.short_name
            ),
            "source": source.code,
        }
        if due is None:
            yield Check(
                **found,
                level=PASS,
                figure=_("Danh mục chưa có hạn của năm này"),
                is_unchecked=True,
            )
            continue
        day = f"{due.on:%d/%m/%Y}"
        if facts.day <= due.on:
            yield Check(
                **found,
                level=PASS,
                figure=_("Hạn {day}").format(day=day),
                citation=due.legal_ref,
            )
            continue
        yield Check(
            **found,
            level=ERROR if due.is_rule else WARNING,
            figure=_("Đã hết hạn đăng ký kế hoạch {year} ({day})").format(
                year=case.plan_year, day=day
            ),
            gap=_("Quá {n} ngày").format(n=(facts.day - due.on).days),
            fix=_("Lưu nháp được, chưa trình được. Đăng ký vào năm kế hoạch sau")
            if due.is_rule
            else _("Hỏi cơ quan thẩm định, rồi nêu lý do"),
            citation=due.legal_ref,
            field="plan_year",
        )
