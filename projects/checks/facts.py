"""What the checks must know beside the case: at most five questions to the database in all."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q, Subquery

from budgets.models import Cell
from programmes import norms
from programmes.models import Confidence, Deadline, SupportNorm
from projects.checks.case import GONE, Case, Chosen
from projects.checks.outcome import Answer, Stage
from projects.models import (
    Attachment,
    Beneficiary,
    DocumentRequirement,
    Justification,
    Proposal,
)

PLEDGE = "cam-ket-doi-ung"
Status = Proposal.Status
# What was never given, or is not yet asked for, supports nobody.
NOT_SUPPORTED = (Status.DRAFT, Status.REFUSED, Status.WITHDRAWN)


@dataclass(frozen=True)
class Room:
    """What a cell was given and still has, in đồng; until when its money may be asked for."""

    allotted: int
    available: int


@dataclass(frozen=True)
class Due:
    """The last day to register for a source's money in the plan year."""

    on: datetime.date
    legal_ref: str
    is_rule: bool


@dataclass(frozen=True)
class Support:
    """A beneficiary's place in another proposal with the same activity."""

    enterprise_id: int
    activity: str
    code: str
    title: str
    year: int
    unit_id: int


@dataclass(frozen=True)
class Pledge:
    """The paper by which the rest of the money is promised, where the checklist asks for it."""

    is_required: bool
    is_attached: bool


@dataclass(frozen=True)
class Facts:
    """The law of one day and the money and files of one moment."""

    day: datetime.date
    stage: Stage
    norms: Mapping[tuple[str, str], SupportNorm] = field(default_factory=dict)
    rooms: Mapping[tuple[str, int], Room] = field(default_factory=dict)
    dues: Mapping[str, Due] = field(default_factory=dict)
    supports: tuple[Support, ...] = ()
    pledge: Pledge | None = None
    answers: Mapping[tuple[str, str], Answer] = field(default_factory=dict)

    def norm(self, activity: Chosen, source: str) -> SupportNorm | None:
        return self.norms.get((activity.code, source))


def gather(case: Case, day: datetime.date, stage: Stage) -> Facts:
    """Ask everything at once; raises nothing, and what is not on record is simply not there."""
    rooms, dues = _money(case)
    return Facts(
        day=day,
        stage=stage,
        norms=_norms(case, day),
        rooms=rooms,
        dues=dues,
        supports=_supports(case),
        pledge=_pledge(case, day) if stage == "submission" else None,
        answers=_answers(case),
    )


def _norms(case: Case, day: datetime.date) -> dict[tuple[str, str], SupportNorm]:
    codes = [activity.code for activity in case.activities]
    sources = [source.code for source in case.state_sources]
    if not codes or not sources:
        return {}
    return norms.in_force(day, province_id=case.province_id, codes=codes, sources=sources)


def _money(case: Case) -> tuple[dict[tuple[str, int], Room], dict[str, Due]]:
    """The cells of the asked sources, each with the day by which its source is to be asked."""
    sources = {source.pk: source.code for source in case.state_sources}
    if not sources:
        return {}, {}
    # Each cell carries its source's deadline along: two questions in one.
    due = (
        Deadline.objects.filter(source=OuterRef("source"), plan_year=case.plan_year)
        .filter(Q(province_id=case.province_id) | Q(province__isnull=True))
        .order_by(F("province_id").asc(nulls_last=True))
    )
    rows = Cell.objects.filter(programme_id=case.programme_id, source_id__in=sources).annotate(
        due_on=Subquery(due.values("due_on")[:1]),
        due_ref=Subquery(due.values("legal_ref")[:1]),
        due_confidence=Subquery(due.values("confidence")[:1]),
    )
    rooms: dict[tuple[str, int], Room] = {}
    dues: dict[str, Due] = {}
    for cell in rows:
        code = sources[cell.source_id]
        rooms[code, cell.year] = Room(cell.allotted, cell.available)
        if cell.due_on:
            dues[code] = Due(cell.due_on, cell.due_ref, cell.due_confidence != Confidence.MEMORY)
    return rooms, dues


def _supports(case: Case) -> tuple[Support, ...]:
    firms = [firm.pk for firm in case.firms]
    codes = [activity.code for activity in case.activities]
    if not firms or not codes:
        return ()
    rows = (
        Beneficiary.objects.filter(
            enterprise_id__in=firms, proposal__activities__activity__code__in=codes
        )
        .exclude(proposal_id=case.proposal_id)
        .exclude(proposal__status__in=NOT_SUPPORTED)
        .exclude(standing__in=GONE)
        .order_by("-proposal__plan_year", "-proposal_id")
        .values_list(
            *("enterprise_id", "proposal__activities__activity__code", "proposal__code"),
            *("proposal__title", "proposal__plan_year", "proposal__implementing_unit_id"),
        )
    )
    return tuple(Support(*row) for row in rows)


def _pledge(case: Case, day: datetime.date) -> Pledge | None:
    if not case.other_amount:
        return None
    attached = Attachment.objects.filter(
        proposal_id=case.proposal_id, requirement__code=PLEDGE, removed_at__isnull=True
    )
    rows = (
        DocumentRequirement.objects.filter(code=PLEDGE)
        .valid_on(day)
        .annotate(is_attached=Exists(attached))
    )
    codes = [activity.code for activity in case.activities]
    for row in rows:
        fits = not row.activity_code or any(c.startswith(row.activity_code) for c in codes)
        if fits and (not row.kinds or case.kind in row.kinds.split()):
            return Pledge(row.is_required, row.is_attached)
    return None


def _answers(case: Case) -> dict[tuple[str, str], Answer]:
    rows = Justification.objects.filter(proposal_id=case.proposal_id)
    return {
        (row.check_code, row.subject): Answer(
            row.reason,
            row.document_number,
            row.document_date.isoformat() if row.document_date else "",
        )
        for row in rows
    }
