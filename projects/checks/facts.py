"""What the checks must know beside the case: at most five questions to the database in all."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

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
    pledge = _pledge(case, day) if stage == "submission" else None
    return replace(gather_all([case], day, stage)[case.proposal_id], pledge=pledge)


def gather_all(cases: Sequence[Case], day: datetime.date, stage: Stage) -> dict[int, Facts]:
    """The same for many cases at once, by proposal id: as many questions as for one, for all

    that share a programme and a plan year. Whether a pledge is there is asked one by one.
    """
    found: dict[int, Facts] = {}
    supports, answers = _supports(cases), _answers(cases)
    laws = _by(cases, lambda case: case.province_id)
    known = {key: _norms(group, day) for key, group in laws.items()}
    purses = _by(cases, lambda case: (case.programme_id, case.province_id, case.plan_year))
    for group in purses.values():
        rooms, dues = _money(group)
        for case in group:
            found[case.proposal_id] = Facts(
                day=day,
                stage=stage,
                norms=known[case.province_id],
                rooms=rooms,
                dues=dues,
                supports=tuple(supports[case.proposal_id]),
                answers=answers[case.proposal_id],
            )
    return found


def _by(cases: Iterable[Case], key: Callable[[Case], Any]) -> dict[Any, list[Case]]:
    groups: dict[Any, list[Case]] = defaultdict(list)
    for case in cases:
        groups[key(case)].append(case)
    return groups


def _norms(cases: list[Case], day: datetime.date) -> dict[tuple[str, str], SupportNorm]:
    codes = sorted({activity.code for case in cases for activity in case.activities})
    sources = sorted({source.code for case in cases for source in case.state_sources})
    if not codes or not sources:
        return {}
    return norms.in_force(day, province_id=cases[0].province_id, codes=codes, sources=sources)


def _money(cases: list[Case]) -> tuple[dict[tuple[str, int], Room], dict[str, Due]]:
    """The cells of the asked sources, each with the day by which its source is to be asked."""
    case = cases[0]
    sources = {source.pk: source.code for one in cases for source in one.state_sources}
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


def _supports(cases: Sequence[Case]) -> dict[int, list[Support]]:
    """Where else the same establishments have the same activity, by proposal id."""
    found: dict[int, list[Support]] = {case.proposal_id: [] for case in cases}
    asking: dict[tuple[int, str], list[int]] = defaultdict(list)
    for case in cases:
        for firm in case.firms:
            for activity in case.activities:
                asking[firm.pk, activity.code].append(case.proposal_id)
    if not asking:
        return found
    firms = {firm for firm, _code in asking}
    codes = {code for _firm, code in asking}
    rows = (
        Beneficiary.objects.filter(
            enterprise_id__in=firms, proposal__activities__activity__code__in=codes
        )
        .exclude(proposal__status__in=NOT_SUPPORTED)
        .exclude(standing__in=GONE)
        .order_by("-proposal__plan_year", "-proposal_id")
        .values_list(
            *("enterprise_id", "proposal__activities__activity__code", "proposal__code"),
            *("proposal__title", "proposal__plan_year", "proposal__implementing_unit_id"),
            "proposal_id",
        )
    )
    for *said, owner in rows:
        support = Support(*said)
        for proposal_id in asking.get((support.enterprise_id, support.activity), ()):
            if proposal_id != owner:
                found[proposal_id].append(support)
    return found


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


def _answers(cases: Sequence[Case]) -> dict[int, dict[tuple[str, str], Answer]]:
    found: dict[int, dict[tuple[str, str], Answer]] = {case.proposal_id: {} for case in cases}
    for row in Justification.objects.filter(proposal_id__in=list(found)):
        found[row.proposal_id][row.check_code, row.subject] = Answer(
            row.reason,
            row.document_number,
            row.document_date.isoformat() if row.document_date else "",
        )
    return found
