"""Effects of the verbs of a review step."""

from __future__ import annotations

from django.utils.translation import gettext as _

from budgets import actions as budget_actions
from budgets.ledger import Posting
from budgets.models import LedgerEntry
from khuyencong.core import clock, papers
from khuyencong.core.models import LegalDocument
from khuyencong.core.refusals import Refused
from projects import amount_input, search, tracks
from projects.act import Act
from projects.checks import acting
from projects.models import (
    Commitment,
    Decision,
    DecisionLine,
    Review,
    ReviewAmount,
    ReviewStep,
    Track,
)

Verdict = Review.Verdict
DOCUMENT_KINDS = {
    Verdict.PASS: LegalDocument.Kind.APPRAISAL,
    Verdict.RETURN: LegalDocument.Kind.LETTER,
    Verdict.REFUSE: LegalDocument.Kind.LETTER,
}


def _register(act: Act, kind: str) -> None:
    if act.paper and act.document is None:
        act.document = papers.register(
            act.paper,
            kind=kind,
            issuer=act.body,
            province=act.proposal.province,
            illustration=act.proposal.programme.is_illustration,
        )


def _speak(act: Act, verdict: str) -> None:
    """Fill the review with what the office said, and who decided or recorded it."""
    review = act.review
    review.verdict, review.decided_at = verdict, clock.now()
    review.reason = act.reason or review.reason
    review.document = act.document or review.document
    if act.recorded:
        review.recorded_by = act.by
    else:
        review.decided_by = act.by
    review.save()
    act.changes |= {
        "body": review.organisation.name,
        "verdict": verdict,
        "step": review.step.order,
        "recorded": act.recorded,
    }


def _amounts(act: Act, stage: str) -> int:
    total = amount_input.apply(act, stage)
    amounts = amount_input.given(act)
    ReviewAmount.objects.filter(review=act.review).delete()
    ReviewAmount.objects.bulk_create(
        ReviewAmount(review=act.review, line_id=line_id, amount=amount)
        for line_id, amount in amounts.items()
    )
    act.changes |= {"stage": stage, "amount": total}
    return total


def propose_or_pass(act: Act) -> None:
    """Đồng ý. Where the office signs twice, the specialist's word waits for the head's."""
    if not act.review.step.two_signatures or act.recorded:
        _pass_on(act)
        return
    _register(act, LegalDocument.Kind.APPRAISAL)
    acting.keep(act)
    _amounts(act, "appraised")
    review = act.review
    review.proposed, review.proposed_by, review.proposed_at = Verdict.PASS, act.by, clock.now()
    review.reason, review.document = act.reason, act.document
    review.opened_at = review.opened_at or review.proposed_at
    review.save()
    act.changes |= {"body": review.organisation.name, "proposed": Verdict.PASS}
    act.note(source=act.track.source.code, source_name=act.track.source.name)


def conclude(act: Act) -> None:
    """Lãnh đạo kết luận: the specialist's proposal becomes the office's opinion."""
    if not act.data.get("amounts"):
        act.data["amounts"] = {row.line_id: row.amount for row in act.review.amounts.all()}
    _pass_on(act)


def _pass_on(act: Act) -> None:
    _register(act, LegalDocument.Kind.APPRAISAL)
    acting.keep(act)
    _amounts(act, "appraised")
    if act.review.step.order == min(step.order for step in act.track.chain.steps.all()):
        amount_input.follow_counterpart(act, "appraised")
    _speak(act, Verdict.PASS)
    following = tracks.following_step(act.track)
    if following is None:
        raise Refused(_("Quy trình không có bước sau. Báo quản trị viên của cổng."))
    tracks.receive(act.track, following, act.proposal)
    act.note(
        source=act.track.source.code,
        source_name=act.track.source.name,
        next=tracks.office_of(following, act.proposal).name,
    )


def send_back(act: Act) -> None:
    """Trả lại bổ sung: this track is returned, the other undecided ones pause."""
    _register(act, LegalDocument.Kind.LETTER)
    _speak(act, Verdict.RETURN)
    if act.data.get("due_on"):
        act.changes["due_on"] = act.data["due_on"].isoformat()
    act.move(Track.Status.RETURNED, track=act.track)
    for other in tracks.current(tracks.of(act.proposal)):
        if other.pk != act.track.pk and other.status == Track.Status.IN_STEP:
            act.move(Track.Status.WAITING, track=other, derived=True)


def refuse(act: Act) -> None:
    """Từ chối: this track ends. At the approving step the refusal is a decision of its own."""
    if act.review.step.kind == ReviewStep.Kind.APPROVE:
        _register(act, LegalDocument.Kind.DECISION)
        _decide(act, is_approval=False, amount=0)
    else:
        _register(act, LegalDocument.Kind.LETTER)
    _speak(act, Verdict.REFUSE)
    act.move(Track.Status.REFUSED, track=act.track)


def approve(act: Act) -> None:
    """Phê duyệt: freezes the amounts of all years and commits those of allotted years."""
    _register(act, LegalDocument.Kind.DECISION)
    if act.data.get("allots"):
        decided = Decision.objects.filter(document=act.document).exists()
        budget_actions.refuse_second_allotment(act.document, decided)
    acting.keep(act)
    total = _amounts(act, "approved")
    _decide(act, is_approval=True, amount=total)
    _speak(act, Verdict.APPROVE)
    lines = amount_input.lines_of(act.track, list(act.proposal.funding_lines.all()))
    cells = {line.cell: line.approved for line in lines if line.approved}
    if act.data.get("allots"):
        act.postings += budget_actions.allotments(
            act.document, cells, act.proposal.programme, act.by
        )
        act.changes["allots"] = True
    allotted = {cell.pk for cell in cells if cell.allotted > 0 or act.data.get("allots")}
    act.postings += commitments(act, [line for line in lines if line.cell_id in allotted])
    waiting = [line.year for line in lines if line.approved and line.cell_id not in allotted]
    if waiting:
        act.changes["waiting_years"] = waiting
    act.move(Track.Status.APPROVED, track=act.track)


def commitments(act: Act, lines: list) -> list[Posting]:
    """Postings that commit the approved money of these lines."""
    return [
        Posting(
            cell=line.cell,
            kind=LedgerEntry.Kind.COMMIT,
            amount=line.approved,
            reference=act.proposal.code,
            document=act.document,
            effective_on=act.effective_on,
            owner=Commitment(line=line),
        )
        for line in lines
        if line.approved
    ]


def _decide(act: Act, *, is_approval: bool, amount: int) -> None:
    decision, _made = Decision.objects.get_or_create(
        document=act.document,
        defaults={
            "organisation": act.body,
            "recorded_by": act.by,
            "recorded_at": clock.now(),
        },
    )
    DecisionLine.objects.create(
        decision=decision,
        track=act.track,
        round=act.track.round,
        is_approval=is_approval,
        amount=amount,
    )
    search.refresh(act.proposal)  # found by the decision's number from now on


RECORDED = {
    Verdict.PASS: _pass_on,
    Verdict.RETURN: send_back,
    Verdict.REFUSE: refuse,
    Verdict.APPROVE: approve,
}


def record(act: Act) -> None:
    """Ghi nhận văn bản của cơ quan ngoài: the same effect, with the body that decided named."""
    act.recorded = True
    RECORDED[act.data["verdict"]](act)
