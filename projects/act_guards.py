"""Checks on what a person entered with a verb: reason, paper, amounts, choices."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import papers
from khuyencong.core.models import LegalDocument
from khuyencong.core.refusals import Fault
from projects import amount_input, guards, tracks
from projects.act import Act
from projects.checks import acting
from projects.models import Proposal, Review, ReviewStep, Track

S, T = Proposal.Status, Track.Status
Verdict = Review.Verdict


def _submitted_on(act: Act) -> datetime.date | None:
    submitted = act.proposal.submitted_at
    return timezone.localdate(submitted) if submitted else None


def dossier_complete(act: Act) -> Iterator[Fault]:
    yield from guards.complete(act.proposal)


def within_norms(act: Act) -> Iterator[Fault]:
    """The norms and rules in force on the day of the act, on its own amounts (``checks``)."""
    yield from acting.faults(act)


def reason_given(act: Act) -> Iterator[Fault]:
    if not act.reason.strip():
        yield Fault(_("Nêu lý do, để đơn vị biết cần làm gì."), "reason")


def document_given(act: Act) -> Iterator[Fault]:
    """The paper is not dated before what it rests on: the dossier, its decisions, its contract."""
    yield from papers.faults_of(act.paper, not_before=_submitted_on(act))
    if act.track is None and act.paper.issued_on:
        base = _rests_on(act)
        if base and act.paper.issued_on < base.issued_on:
            yield Fault(
                _("Ngày văn bản phải từ ngày {day}, ngày của {base}, trở đi.").format(
                    day=f"{base.issued_on:%d/%m/%Y}", base=base
                ),
                "document_date",
            )


def _rests_on(act: Act) -> LegalDocument | None:
    """The latest paper among the dossier's decisions and contracts."""
    ours = Q(decision__lines__track__proposal=act.proposal) | Q(
        pk__in=act.proposal.contracts.values("document_id")
    )
    return (
        LegalDocument.objects.filter(ours, issued_on__isnull=False).order_by("-issued_on").first()
    )


def document_right_if_given(act: Act) -> Iterator[Fault]:
    if act.paper:
        yield from document_given(act)


def decision_has_document(act: Act) -> Iterator[Fault]:
    """A refusal at the approving step is a decision: it has a number and a date."""
    if act.review and act.review.step.kind == ReviewStep.Kind.APPROVE:
        yield from document_given(act)
    else:
        yield from document_right_if_given(act)


def nothing_approved(act: Act) -> Iterator[Fault]:
    live = tracks.current(tracks.of(act.proposal))
    if act.proposal.status != S.PARTLY_APPROVED and any(t.status == T.APPROVED for t in live):
        yield Fault(_("Một nguồn vốn đã được phê duyệt, không rút được cả hồ sơ."))


def recorded_paper_right(act: Act) -> Iterator[Fault]:
    """What an outside body said must fit its step, and come with its paper and scan."""
    verdict = act.data.get("verdict")
    approving = act.review.step.kind == ReviewStep.Kind.APPROVE
    open_to = {Verdict.REFUSE, Verdict.APPROVE if approving else Verdict.PASS}
    if act.review.step.may_return:
        open_to.add(Verdict.RETURN)
    if verdict not in open_to:
        yield Fault(_("Chọn ý kiến ghi trong văn bản."), "verdict")
    yield from papers.faults_of(act.paper, not_before=_submitted_on(act), needs_file=True)
    if verdict in {Verdict.RETURN, Verdict.REFUSE}:
        yield from reason_given(act)
    if verdict in {Verdict.PASS, Verdict.APPROVE}:
        yield from amount_input.faults(act)


def replan_chosen(act: Act) -> Iterator[Fault]:
    if act.data.get("how") not in {"less", "again"}:
        yield Fault(_("Chọn cách xử lý phần vốn không được duyệt."), "how")
