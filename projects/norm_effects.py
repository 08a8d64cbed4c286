"""What a change of a norm would do to the dossiers that are still to be decided."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from khuyencong.core import clock
from khuyencong.core.models import User
from programmes import norms
from programmes.models import SupportNorm
from projects import loading
from projects.checks import Case, Check
from projects.checks.facts import Facts, gather
from projects.checks.registry import judge
from projects.models import CheckedNorm, Proposal

# So many are compared, the newest first: each asks the database a few questions.
MOST: Final = 200
OPEN: Final = (Proposal.Status.DRAFT, *Proposal.UNDECIDED)
_A_DAY: Final = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Effect:
    """A dossier whose result would change: what it is now, and what it would be."""

    code: str
    title: str
    status: str
    status_label: str
    before: list[str]
    after: list[str]


@dataclass(frozen=True)
class Effects:
    """Of ``compared`` dossiers those that would change, under the law of ``day``."""

    day: datetime.date
    compared: int
    has_more: bool
    changed: list[Effect]

    @property
    def drafts(self) -> int:
        return sum(effect.status == Proposal.Status.DRAFT for effect in self.changed)


def is_used(norm: SupportNorm) -> bool:
    """Whether an act was checked under the row: then only its last day may change."""
    return CheckedNorm.objects.filter(norm=norm.pk).exists()


def effects(norm: SupportNorm, user: User, *, ending: bool = False) -> Effects:
    """The row as it would be, saved or not, against the dossiers of the person's province.

    Compared is the first day from today on which it makes a difference: the day the row begins, or
    where only its last day moves, the day after the earlier of the two.
    """
    day = norm.valid_from
    if ending:
        stored = SupportNorm.objects.values_list("valid_to", flat=True).get(pk=norm.pk)
        day = min((last for last in (stored, norm.valid_to) if last), default=day) + _A_DAY
    day = max(clock.today(), day)
    rows = list(_open_to(norm, user)[: MOST + 1])
    compared = rows[:MOST]
    province_id = norm.province_id or user.organisation.province_id
    then = _holding(norm, province_id, day)
    changed = [found for proposal in compared if (found := _effect(proposal, norm, then, day))]
    return Effects(day, len(compared), len(rows) > MOST, changed)


def _open_to(norm: SupportNorm, user: User) -> QuerySet[Proposal]:
    rows = Proposal.objects.filter(
        status__in=OPEN,
        province_id=norm.province_id or user.organisation.province_id,
        activities__activity__code=norm.activity_code,
        cost_items__shares__source=norm.source_id,
        cost_items__shares__requested__gt=0,
    )
    chosen = Proposal.objects.filter(pk__in=rows.values("pk")).order_by("-pk")
    return loading.with_parts(chosen)


def _holding(norm: SupportNorm, province_id: int | None, day: datetime.date) -> SupportNorm | None:
    """What would be in force on the day: the row before it has ended by then."""
    rows = (
        SupportNorm.objects.filter(activity_code=norm.activity_code, source=norm.source_id)
        .for_province(province_id)
        .valid_on(day)
        .exclude(pk=norm.pk)
        .select_related("source", "document")
    )
    found = [
        row
        for row in rows
        if row.province_id != norm.province_id or row.valid_from > norm.valid_from
    ]
    if norms.holds_on(norm, day):
        found.append(norm)
    return norms.first_of_each(found).get((norm.activity_code, norm.source.code))


def _effect(
    proposal: Proposal, norm: SupportNorm, then: SupportNorm | None, day: datetime.date
) -> Effect | None:
    case = Case.of(proposal)
    facts = gather(case, day, "submission")
    before = _by_rule(judge(case, facts).checks)
    after = _by_rule(judge(case, _under(facts, norm, then)).checks)
    keys = [key for key in before | after if _result(before.get(key)) != _result(after.get(key))]
    if not keys:
        return None
    return Effect(
        code=proposal.code,
        title=proposal.title,
        status=proposal.status,
        status_label=proposal.get_status_display(),
        before=[_words(before.get(key)) for key in keys],
        after=[_words(after.get(key)) for key in keys],
    )


def _under(facts: Facts, norm: SupportNorm, then: SupportNorm | None) -> Facts:
    """The same facts, with another row for the activity and source of the norm."""
    key = (norm.activity_code, norm.source.code)
    found = {name: row for name, row in facts.norms.items() if name != key}
    return replace(facts, norms=found | ({key: then} if then else {}))


def _by_rule(checks: list[Check]) -> dict[tuple[str, str], Check]:
    return {(check.code, check.subject): check for check in checks}


def _result(check: Check | None) -> tuple[str, str]:
    """What counts as another result: the level, or how far off; not that it is measured at all."""
    return (check.level, check.gap) if check else ("pass", "")


def _words(check: Check | None) -> str:
    if check is None:
        return _("Không có định mức để so")
    levels = {"error": _("Lỗi"), "warning": _("Cảnh báo"), "pass": _("Đạt")}
    return f"{levels[check.level]}: {check.sentence}"
