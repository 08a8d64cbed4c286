"""Effects of the verbs of a review step."""

from __future__ import annotations

from django.utils.translation import gettext as _

from budgets import actions as budget_actions
from khuyencong.core import clock, papers, roles
from khuyencong.core.models import LegalDocument, Organisation, User
from khuyencong.core.refusals import Refused
from projects import amount_input, search, tracks
from projects.act import Act
from projects.checks import acting
from projects.effects.commitment import commitments, release
from projects.models import (
    Decision,
    DecisionLine,
    ReturnPoint,
    Review,
    ReviewAmount,
    ReviewShare,
    ReviewStep,
    Track,
)
from projects.panels import result as panels_result

Verdict = Review.Verdict
SPOKEN = (
    *("verdict", "decided_at", "decided_by", "recorded_by", "reason", "document"),
    *("delegation", "reply_due_on"),
)
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
    review.delegation = act.delegation
    review.verdict, review.decided_at = verdict, clock.now()
    review.reason = act.reason or review.reason
    review.document = act.document or review.document
    if act.recorded:
        review.recorded_by = act.by
    else:
        review.decided_by = act.by
    act.writes.change(review, *SPOKEN)
    act.changes |= {
        "body": review.organisation.name,
        "verdict": verdict,
        "step": review.step.order,
        "recorded": act.recorded,
    }


def _amounts(act: Act, stage: str) -> int:
    total = amount_input.apply(act, stage)
    amounts = amount_input.given(act)
    if act.review.proposed:
        # The head's figures take the place of the specialist's.
        ReviewAmount.objects.filter(review=act.review).delete()
    for line_id, amount in amounts.items():
        act.writes.add(ReviewAmount(review=act.review, line_id=line_id, amount=amount))
    if judged := amount_input.given_shares(act):
        if act.review.proposed:
            ReviewShare.objects.filter(review=act.review).delete()
        for position, share in amount_input.shares_of(act):
            act.writes.add(
                ReviewShare(
                    review=act.review,
                    position=position,
                    source_id=act.track.source_id,
                    amount=judged[share.pk],
                )
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
    if act.gives_amounts:
        _amounts(act, "appraised")
    _propose(act, Verdict.PASS)


def _beside_panel(act: Act) -> None:
    """The trail names the panel whose word the office had before it."""
    item = panels_result.item_of(act.proposal)
    if item and item.panel.organisation.is_same_office(act.body):
        act.changes["panel"] = item.panel.code


def _propose(act: Act, verdict: str) -> None:
    review = act.review
    _beside_panel(act)
    review.proposed, review.proposed_by, review.proposed_at = verdict, act.by, clock.now()
    review.reason, review.document = act.reason, act.document
    review.opened_at = review.opened_at or review.proposed_at
    review.save()
    act.changes |= {"body": review.organisation.name, "proposed": verdict}
    act.note(source=act.track.source.code, source_name=act.track.source.name)


def conclude(act: Act) -> None:
    """Lãnh đạo kết luận: the specialist's proposal becomes the office's opinion."""
    if act.review.proposed == Verdict.REFUSE:
        act.reason = act.reason or act.review.reason
        act.document = act.review.document
        _refuse(act)
        return
    if not (act.data.get("amounts") or act.data.get("shares")):
        act.data["amounts"] = {row.line_id: row.amount for row in act.review.amounts.all()}
    _pass_on(act)


def _pass_on(act: Act) -> None:
    if act.after_approval:
        clear(act)
        return
    _register(act, LegalDocument.Kind.APPRAISAL)
    acting.keep(act)
    if act.gives_amounts:
        _amounts(act, "appraised")
    if act.review.step.order == min(step.order for step in act.track.chain.steps.all()):
        amount_input.follow_counterpart(act, "appraised")
    _speak(act, Verdict.PASS)
    _beside_panel(act)
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
    act.review.reply_due_on = act.data.get("due_on")
    _speak(act, Verdict.RETURN)
    points = list(act.data.get("points") or ())
    ReturnPoint.objects.bulk_create(
        ReturnPoint(review=act.review, position=position, section=section, text=said.strip())
        for position, (section, said) in enumerate(points)
    )
    if points:
        act.changes["points"] = [section for section, _said in points]
    if act.data.get("due_on"):
        act.changes["due_on"] = act.data["due_on"].isoformat()
    act.move(Track.Status.RETURNED, track=act.track)
    for other in tracks.current(tracks.of(act.proposal)):
        # What is returned by the same act has a row of its own, and does not pause before.
        if other.pk in act.beside or other.pk == act.track.pk:
            continue
        if other.status == Track.Status.IN_STEP:
            act.move(Track.Status.WAITING, track=other, derived=True)
            paused = tracks.open_review(other)
            if paused:
                Review.objects.filter(pk=paused.pk).update(paused_at=clock.now())


def assign(act: Act) -> None:
    """Giao thẩm định cho một người của cơ quan, or to nobody again."""
    review = act.review
    review.assigned_to_id = act.data.get("assignee")
    review.assigned_by, review.assigned_at = act.by, clock.now()
    review.save(update_fields=["assigned_to", "assigned_by", "assigned_at"])
    chosen = User.objects.filter(pk=review.assigned_to_id).first()
    act.note(
        source=act.track.source.code,
        source_name=act.track.source.name,
        assignee=chosen.full_name if chosen else "",
    )


def clear(act: Act) -> None:
    """Thẩm định phân bổ dự toán chi tiết: after it the money of the source may be paid."""
    _register(act, LegalDocument.Kind.APPRAISAL)
    _speak(act, Verdict.PASS)
    following = act.track.chain.steps.filter(order__gt=act.review.step.order).order_by("order")
    if step := following.first():
        tracks.receive(act.track, step, act.proposal)
    act.note(
        source=act.track.source.code,
        source_name=act.track.source.name,
        cleared=True,
    )


def reopen(act: Act) -> None:
    """Xem xét lại theo văn bản mới: a new attempt at the step that decided; money is given back."""
    old = act.track
    spoken = tracks.last_spoken(old)
    deciding = spoken.step.kind == ReviewStep.Kind.APPROVE
    if act.paper and act.document is None:
        act.document = papers.register(
            act.paper,
            kind=LegalDocument.Kind.DECISION if deciding else LegalDocument.Kind.LETTER,
            issuer=spoken.organisation,
            province=act.proposal.province,
            illustration=act.proposal.programme.is_illustration,
        )
    lines = amount_input.lines_of(old, list(act.proposal.funding_lines.all()))
    decided = DecisionLine.objects.filter(track=old, is_effective=True)
    for line in decided.filter(allots=True).select_related("decision__document"):
        given = {row.cell: row.approved for row in lines if row.cell and row.approved}
        act.postings += budget_actions.taken_back(
            line.decision.document, given, act.proposal.code, act.document
        )
    decided.update(is_effective=False)
    waiting = tracks.open_review(old)
    if waiting:
        tracks.close(waiting, Verdict.CANCELLED)
    act.postings += release(act, lines)
    amount_input.unset(act, "approved")
    if not _is_promised_otherwise(act):
        amount_input.unset_counterpart(act, "approved")
    attempt = Track.objects.create(
        proposal=act.proposal,
        source=old.source,
        attempt=old.attempt + 1,
        chain=old.chain,
        step=spoken.step,
        round=old.round,
        reopened_by=act.document,
    )
    tracks.receive(attempt, spoken.step, act.proposal)
    act.changes |= {"attempt": attempt.attempt, "body": spoken.organisation.name}
    act.move(Track.Status.IN_STEP, track=attempt)


def _is_promised_otherwise(act: Act) -> bool:
    """Whether another source of the dossier stands approved: then the rest goes on with it."""
    live = tracks.current(tracks.at_work(act.proposal))
    return any(
        track.status == Track.Status.APPROVED and track.source_id != act.track.source_id
        for track in live
    )


def refuse(act: Act) -> None:
    """Từ chối. Where the office signs twice, the specialist's word waits for the head's."""
    deciding = act.review.step.kind == ReviewStep.Kind.APPROVE
    signs_twice = act.review.step.two_signatures and not deciding and not act.recorded
    if not signs_twice or act.by.may(roles.CONCLUDE):
        _refuse(act)
        return
    _register(act, LegalDocument.Kind.LETTER)
    _propose(act, Verdict.REFUSE)


def _refuse(act: Act) -> None:
    """This track ends. At the approving step the refusal is a decision of its own."""
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
    acting.keep(act)
    total = _amounts(act, "approved")
    _decide(act, is_approval=True, amount=total)
    _speak(act, Verdict.APPROVE)
    lines = amount_input.lines_of(act.track, list(act.proposal.funding_lines.all()))
    cells = {line.cell: line.approved for line in lines if line.approved}
    if act.data.get("allots"):
        act.postings += budget_actions.allotments(
            act.document, cells, act.proposal.programme, act.by, with_approval=True
        )
        act.changes["allots"] = True
    allotted = {cell.pk for cell in cells if cell.allotted > 0 or act.data.get("allots")}
    act.postings += commitments(act, [line for line in lines if line.cell_id in allotted])
    waiting = [line.year for line in lines if line.approved and line.cell_id not in allotted]
    if waiting:
        act.changes["waiting_years"] = waiting
    act.move(Track.Status.APPROVED, track=act.track)
    following = tracks.following_step(act.track)
    if following is not None:
        tracks.receive(act.track, following, act.proposal, writes=act.writes)


def _decide(act: Act, *, is_approval: bool, amount: int) -> None:
    alone = act.decision is None
    decision = act.decision or decision_of(act.document, act.body, act.by)
    act.writes.add(
        DecisionLine(
            decision=decision,
            track=act.track,
            round=act.track.round,
            is_approval=is_approval,
            amount=amount,
            allots=is_approval and bool(act.data.get("allots")),
        )
    )
    if alone:
        search.refresh(act.proposal)  # found by the decision's number from now on


def decision_of(document: LegalDocument, body: Organisation, by: User) -> Decision:
    """The decision a paper is, entered once."""
    defaults = {"organisation": body, "recorded_by": by, "recorded_at": clock.now()}
    return Decision.objects.get_or_create(document=document, defaults=defaults)[0]


RECORDED = {
    Verdict.PASS: _pass_on,
    Verdict.RETURN: send_back,
    Verdict.REFUSE: _refuse,
    Verdict.APPROVE: approve,
}


def record(act: Act) -> None:
    """Ghi nhận văn bản của cơ quan ngoài: the same effect, with the body that decided named."""
    act.recorded = True
    RECORDED[act.data["verdict"]](act)
