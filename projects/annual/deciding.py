"""One decision over a list: approved amounts by dossier, the others leave the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, money, papers
from khuyencong.core.models import User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, Refused
from projects.annual import plans
from projects.annual.rows import Row, rows_of
from projects.deciding import Line
from projects.deciding import decide as decide_many
from projects.models import AnnualPlan, FundingLine, PlanItem, Review, ReviewStep, Track
from projects.rules import acts_itself


@dataclass(frozen=True)
class Answer:
    """What the decision says of one dossier; ``amounts``: funding line id → đồng."""

    approves: bool
    amounts: dict[int, int] = field(default_factory=dict)


def is_waiting(row: Row) -> bool:
    """Whether the source lies at its approving step, so that a decision may be entered."""
    track = row.track
    return track.status == Track.Status.IN_STEP and track.step.kind == ReviewStep.Kind.APPROVE


def why_not(row: Row) -> str:
    """Why a dossier of the list can not be approved now; empty where it can."""
    if is_waiting(row):
        return ""
    if row.track.is_decided:
        return _("đã có kết quả: {state}").format(state=row.track.get_status_display())
    return _("chưa tới bước phê duyệt: {standing}").format(standing=row.standing)


def default_of(row: Row, line: FundingLine) -> int:
    """What a box begins with: the amount noted for the decision, else what was appraised."""
    appraised = line.appraised if line.appraised is not None else line.requested
    return row.entered.get(line.year, appraised)


def recorded_for(rows: Sequence[Row], by: User) -> Review | None:
    """The open review of an outside body whose paper the person would record; None: their own."""
    waiting = [row.track.pk for row in rows if is_waiting(row)]
    reviews = Review.objects.filter(track__in=waiting, verdict="").select_related(
        "organisation", "step"
    )
    review = reviews.order_by("pk").first()
    if review is None or review.organisation.is_same_office(by.organisation):
        return None
    return review


def closed_to(rows: Sequence[Row], review: Review | None) -> str:
    """Why no decision may be entered now; ``review`` as ``recorded_for`` gives it."""
    if not any(is_waiting(row) for row in rows):
        return _("Không đề án nào của danh mục đang ở bước phê duyệt.")
    if review is not None and acts_itself(review):
        return _("{office} tự xử lý trên cổng, không ghi nhận thay.").format(
            office=review.organisation.name
        )
    return ""


def faults_of(rows: Sequence[Row], answers: dict[int, Answer]) -> Iterator[Fault]:
    """Every dossier answered; amounts within what was appraised; only what waits is approved."""
    for row in rows:
        answer = answers.get(row.track.pk)
        if answer is None:
            if is_waiting(row):
                said = _("{code}: chọn phê duyệt hoặc để lại.").format(code=row.code)
                yield Fault(said, f"kq-{row.track.pk}")
            continue
        if not answer.approves:
            continue
        if why := why_not(row):
            yield Fault(f"{row.code}: {why}", f"kq-{row.track.pk}")
            continue
        for line in row.lines:
            amount = answer.amounts.get(line.pk)
            limit = line.appraised if line.appraised is not None else line.requested
            if amount is not None and amount > limit:
                yield Fault(
                    _(
                        "{code}, năm {year}: phê duyệt {amount} vượt mức thẩm định {limit} "
                        "triệu đồng."
                    ).format(
                        code=row.code,
                        year=line.year,
                        amount=money.format_exact(amount),
                        limit=money.format_exact(limit),
                    ),
                    f"so-{line.pk}",
                )


def decide(
    plan: AnnualPlan,
    answers: dict[int, Answer],
    *,
    by: User,
    paper: Paper,
    allots: bool = False,
    expected_version: int | None = None,
) -> AnnualPlan:
    """Enter the decision; ``answers`` by track id. All of it or nothing, every fault at once.

    What is approved is decided by the same verb as on its own desk, the guard of each cell
    included; what is left stays undecided and may stand in another list.
    """
    with transaction.atomic(), clock.at(clock.now()):
        found = plans.locked(plan.pk)
        sent = [AnnualPlan.Status.SENT]
        plans.refuse_unless(found, "projects.annual.decide", sent, by, expected_version)
        rows = rows_of(found)
        outside = recorded_for(rows, by)
        # Said once here, not once a dossier.
        faults = papers.faults_of(paper, needs_file=outside is not None)
        faults += faults_of(rows, answers)
        chosen = [row for row in rows if (a := answers.get(row.track.pk)) and a.approves]
        if not chosen and not faults:
            faults.append(Fault(_("Chọn ít nhất một đề án được phê duyệt.")))
        if faults:
            raise Refused(faults)
        decision = decide_many(
            [
                Line(row.proposal.pk, found.source.code, answers[row.track.pk].amounts or None)
                for row in chosen
            ],
            by=by,
            paper=paper,
            allots=allots,
        )
        found.decision, found.state = decision, AnnualPlan.Status.DECIDED
        plans.moved_on(found, "decision", "state")
        PlanItem.objects.filter(plan=found).update(is_live=False)
        audit.record(
            "projects.annual.decide",
            found,
            by=by,
            from_state=AnnualPlan.Status.SENT,
            to_state=found.state,
            document=decision.document,
            changes={
                "body": decision.organisation.name,
                "approved": len(chosen),
                "left": sum(is_waiting(row) for row in rows) - len(chosen),
                "allots": allots,
            },
            effective_on=decision.document.issued_on,
        )
    return found


def close(
    plan: AnnualPlan, *, by: User, reason: str, expected_version: int | None = None
) -> AnnualPlan:
    """End a list that was sent and gets no decision as a whole; its dossiers are free again."""
    with transaction.atomic(), clock.at(clock.now()):
        found = plans.locked(plan.pk)
        sent = [AnnualPlan.Status.SENT]
        plans.refuse_unless(found, "projects.annual.close", sent, by, expected_version)
        if not reason.strip():
            raise Refused(Fault(_("Nêu lý do khép lại danh mục."), "reason"))
        found.state = AnnualPlan.Status.DECIDED
        plans.moved_on(found, "state")
        PlanItem.objects.filter(plan=found).update(is_live=False)
        audit.record(
            "projects.annual.close",
            found,
            by=by,
            from_state=AnnualPlan.Status.SENT,
            to_state=found.state,
            reason=reason.strip()[:4000],
        )
    return found
