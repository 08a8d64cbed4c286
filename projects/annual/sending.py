"""Trình danh mục: the head signs for the whole list at once, and the list is fixed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, papers
from khuyencong.core.models import LegalDocument, User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, Refused
from projects.annual import plans, priority
from projects.annual.rows import Row, rows_of
from projects.firing import fire
from projects.models import AnnualPlan, Proposal


def faults_of(rows: Sequence[Row]) -> list[Fault]:
    """What keeps a list from being sent, each named by its dossier."""
    if not rows:
        return [Fault(_("Danh mục chưa có đề án nào. Chọn đề án rồi trình."))]
    faults = [Fault(f"{row.code}: {row.fault}") for row in rows if row.fault]
    suggested = {row.proposal.pk: row.suggestion for row in rows}
    moved = priority.departing([row.proposal.pk for row in rows], suggested)
    faults += [
        Fault(
            _("{code}: thứ tự khác gợi ý theo luật, ghi lý do.").format(code=row.code),
            f"ly-do-{row.track.pk}",
        )
        for row in rows
        if row.proposal.pk in moved and not row.reason
    ]
    return faults


def send(
    plan: AnnualPlan, *, by: User, paper: Paper, expected_version: int | None = None
) -> AnnualPlan:
    """Conclude what still waits for the head, record the tờ trình, freeze the list.

    All or nothing: the faults of every dossier are told together, each begins with its code.
    """
    with transaction.atomic(), clock.at(clock.now()):
        found = plans.locked(plan.pk)
        draft = [AnnualPlan.Status.DRAFT]
        plans.refuse_unless(found, "projects.annual.send", draft, by, expected_version)
        rows = rows_of(found)
        faults = papers.faults_of(paper, not_before=_last_submitted(rows)) + faults_of(rows)
        if faults:
            raise Refused(faults)
        # One order of locks for all acts over many dossiers: by id.
        ids = sorted(row.proposal.pk for row in rows)
        list(Proposal.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        _conclude(found, rows, by)
        found.submission = papers.register(
            paper,
            kind=LegalDocument.Kind.SUBMISSION,
            issuer=by.organisation,
            province=found.province,
            illustration=found.programme.is_illustration,
        )
        found.sent_by, found.sent_at = by, clock.now()
        found.state = AnnualPlan.Status.SENT
        plans.moved_on(found, "submission", "sent_by", "sent_at", "state")
        _record(found, rows, by)
    return found


def _last_submitted(rows: Sequence[Row]) -> object:
    days = [row.proposal.submitted_at for row in rows if row.proposal.submitted_at]
    return timezone.localdate(max(days)) if days else None


def _conclude(plan: AnnualPlan, rows: Sequence[Row], by: User) -> None:
    faults: list[Fault] = []
    for row in sorted(rows, key=lambda one: one.proposal.pk):
        if not row.waits_for_head:
            continue
        try:
            fire(row.proposal, "conclude", by=by, source=plan.source.code)
        except Refused as refused:
            faults += [Fault(f"{row.code}: {fault.message}") for fault in refused.faults]
    if faults:
        raise Refused(faults)


def _record(plan: AnnualPlan, rows: Sequence[Row], by: User) -> None:
    document = plan.submission
    day = document.issued_on
    audit.record(
        "projects.annual.send",
        plan,
        by=by,
        from_state=AnnualPlan.Status.DRAFT,
        to_state=plan.state,
        document=document,
        changes={"items": len(rows), "amount": sum(row.appraised for row in rows)},
        effective_on=day,
    )
    fresh = Proposal.objects.in_bulk([row.proposal.pk for row in rows])
    for pk in sorted(fresh):
        audit.record(
            "projects.proposal.listed",
            fresh[pk],
            by=by,
            document=document,
            changes={"plan": plan.code, "source": plan.source.code},
            effective_on=day,
        )
