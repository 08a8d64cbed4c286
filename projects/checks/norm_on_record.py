"""Whether a norm is on record that day: where none is, nothing is measured, and it is said."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from projects.checks import figures
from projects.checks.case import Case
from projects.checks.facts import Facts
from projects.checks.outcome import ERROR, PASS, Check


def check(case: Case, facts: Facts) -> Iterator[Check]:
    """Each supported activity has its row, and each supported line has its activity."""
    for activity in case.activities:
        for source in case.state_sources:
            if case.supported(activity.code, source.code) and not facts.norm(activity, source.code):
                yield Check(
                    code="norm-on-record",
                    subject=figures.subject(activity.code, source.code),
                    level=PASS,
                    title=_("Danh mục chưa có định mức cho {activity}, nguồn {source}").format(
                        activity=activity.code, source=source.short_name
                    ),
                    figure=_("Ngày {day}: không có mức trần để so").format(
                        day=f"{facts.day:%d/%m/%Y}"
                    ),
                    source=source.code,
                    is_unchecked=True,
                )
    if not facts.norms:
        return
    for source in case.state_sources:
        for item in case.items:
            if item.shares.get(source.code) and not item.activity:
                yield Check(
                    code="norm-on-record",
                    subject=f"{item.number}.{source.code}",
                    level=ERROR,
                    title=_("Dòng {n} chưa nói thuộc nội dung hoạt động nào").format(n=item.number),
                    figure=_("Nhận {amount} của nguồn {source}").format(
                        amount=figures.trieu(item.shares[source.code]), source=source.short_name
                    ),
                    fix=_("Chọn nội dung hoạt động cho dòng này"),
                    field=item.field,
                    source=source.code,
                )
