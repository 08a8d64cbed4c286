"""What happened to a synthetic dossier, act by act, up to its outcome."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from khuyencong.core.models import LegalDocument
from projects.demo.bulk.plans import Plan
from projects.demo.bulk.scene import Scene
from projects.demo.bulk.trail import Trail
from projects.models import Proposal, Review, Track

S, T, Verdict = Proposal.Status, Track.Status, Review.Verdict
A_FEW_DAYS = datetime.timedelta(days=9)
SOON = datetime.timedelta(hours=3)


@dataclass
class Papers:
    """The papers that the outcome rests on; each only where the dossier got so far."""

    decision: LegalDocument | None = None
    contract: LegalDocument | None = None
    voucher: LegalDocument | None = None


def tell(
    trail: Trail, plan: Plan, scene: Scene, track: Track | None, papers: Papers
) -> list[Review]:
    """Fill the trail; gives the reviews (unsaved) that the offices have or had on their desks."""
    trail.act("projects.proposal.create", plan.officer)
    if track is None:
        return []
    source: dict[str, Any] = {"source": track.source.code, "source_name": track.source.name}
    asked = {"round": 1, "amount": plan.asked}
    trail.move(
        "submit",
        plan.officer,
        T.WAITING,
        T.IN_STEP,
        track=track,
        after=A_FEW_DAYS,
        changes=asked | source | {"derived": True},
    )
    trail.move("submit", plan.officer, S.DRAFT, S.SUBMITTED, changes=asked)
    reviews = [_passed(trail, plan, scene, track, order, source) for order in range(plan.step)]
    reviews.append(_last(trail, plan, scene, track, papers, source))
    if plan.is_promised:
        reviews += _allotment(trail, plan, track, reviews[-1].decided_at, source)
        _execute(trail, plan, scene, papers)
    return reviews


def _allotment(
    trail: Trail, plan: Plan, track: Track, approved: datetime.datetime, source: dict[str, Any]
) -> list[Review]:
    """The step after approval: spoken where money was paid, else waiting at the office."""
    lane, reviews = plan.lane, []
    for order in range(lane.approving + 1, len(lane.steps)):
        review = _received(plan, track, order, approved)
        reviews.append(review)
        if plan.outcome != S.IN_PROGRESS:
            break
        by = lane.actors[order]
        said = {
            "body": lane.offices[order].name,
            "verdict": Verdict.PASS.value,
            "step": order + 1,
            "recorded": False,
            "cleared": True,
        }
        trail.act("projects.proposal.clear", by, after=SOON, changes=said | source)
        _speak(review, Verdict.PASS, by, trail.moment)
        approved = trail.moment
    return reviews


def _received(plan: Plan, track: Track, order: int, moment: datetime.datetime) -> Review:
    step = plan.lane.steps[order]
    office = plan.lane.offices[order]
    outside = office.province_id is None
    due = moment.date() + datetime.timedelta(days=(step.working_days or 10) * 7 // 5)
    return Review(
        track=track,
        step=step,
        round=1,
        organisation=office,
        received_at=moment,
        is_outside=outside,
        due_on=due if step.working_days and not outside else None,
    )


def _passed(
    trail: Trail, plan: Plan, scene: Scene, track: Track, order: int, source: dict[str, Any]
) -> Review:
    """An office that agreed and passed the dossier on."""
    review = _received(plan, track, order, trail.moment)
    lane, by = plan.lane, plan.lane.actors[order]
    body = {"body": lane.offices[order].name}
    given = {"stage": "appraised", "amount": plan.agreed} | body | source
    verb = "pass"
    if lane.steps[order].two_signatures:
        proposed = given | {"proposed": Verdict.PASS.value}
        trail.act("projects.proposal.pass", scene.specialist, after=A_FEW_DAYS, changes=proposed)
        review.proposed, review.proposed_by = Verdict.PASS, scene.specialist
        review.proposed_at = trail.moment
        verb = "conclude"
    said = given | {"verdict": Verdict.PASS.value, "step": order + 1, "recorded": False}
    onward = {"next": lane.offices[order + 1].name}
    trail.act(f"projects.proposal.{verb}", by, after=A_FEW_DAYS, changes=said | onward)
    if order == 0:
        trail.move(verb, by, S.SUBMITTED, S.IN_REVIEW, changes=said | {"derived": True})
    review.verdict, review.decided_by, review.decided_at = Verdict.PASS, by, trail.moment
    return review


def _last(
    trail: Trail, plan: Plan, scene: Scene, track: Track, papers: Papers, source: dict[str, Any]
) -> Review:
    """The office where the dossier lies, or that decided it, and what came after."""
    review = _received(plan, track, plan.step, trail.moment)
    if plan.outcome in {S.SUBMITTED, S.IN_REVIEW}:
        return review
    if plan.outcome == S.WITHDRAWN:
        said = {"reason": scene.texts["reason"], "after": A_FEW_DAYS}
        trail.move(
            "withdraw", plan.officer, T.IN_STEP, T.WITHDRAWN, track=track,
            changes=source | {"derived": True}, **said,
        )  # fmt: skip
        trail.move("withdraw", plan.officer, S.SUBMITTED, S.WITHDRAWN, reason=scene.texts["reason"])
        review.verdict, review.decided_at = Verdict.CANCELLED, trail.moment
        return review
    if plan.outcome in {S.RETURNED, S.REFUSED}:
        _turn_down(trail, plan, scene, track, review, source)
        return review
    _approve(trail, plan, track, review, papers, source)
    return review


def _speak(review: Review, verdict: str, by: Any, moment: datetime.datetime) -> None:
    review.verdict, review.decided_by, review.decided_at = verdict, by, moment


def _turn_down(
    trail: Trail,
    plan: Plan,
    scene: Scene,
    track: Track,
    review: Review,
    source: dict[str, Any],
) -> None:
    """Returned for completion, or refused, by the first office."""
    back = plan.outcome == S.RETURNED
    verb = "return" if back else "refuse"
    verdict, target = (Verdict.RETURN, T.RETURNED) if back else (Verdict.REFUSE, T.REFUSED)
    said = {"body": review.organisation.name, "verdict": verdict.value, "recorded": False}
    reason, by = scene.texts["reason"], scene.specialist
    trail.move(
        verb, by, T.IN_STEP, target, track=track,
        after=A_FEW_DAYS, reason=reason, changes=said | source,
    )  # fmt: skip
    trail.move(verb, by, S.SUBMITTED, plan.outcome, reason=reason, changes=said | {"derived": True})
    review.reason = reason
    _speak(review, verdict, by, trail.moment)


def _approve(
    trail: Trail,
    plan: Plan,
    track: Track,
    review: Review,
    papers: Papers,
    source: dict[str, Any],
) -> None:
    by = plan.lane.actors[plan.step]
    said = {
        "body": review.organisation.name,
        "verdict": Verdict.APPROVE.value,
        "stage": "approved",
        "amount": plan.agreed,
        "step": plan.step + 1,
        "recorded": False,
    }
    trail.moment = max(trail.moment + A_FEW_DAYS, _noon(trail, papers.decision))
    trail.move(
        "approve", by, T.IN_STEP, T.APPROVED, track=track,
        changes=said | source, document=papers.decision,
    )  # fmt: skip
    trail.move(
        "approve", by, S.IN_REVIEW, S.APPROVED,
        changes=said | {"derived": True}, document=papers.decision,
    )  # fmt: skip
    review.document = papers.decision
    _speak(review, Verdict.APPROVE, by, trail.moment)


def _noon(trail: Trail, document: LegalDocument | None) -> datetime.datetime:
    noon = datetime.time(12, tzinfo=trail.moment.tzinfo)
    return datetime.datetime.combine(document.issued_on, noon) if document else trail.moment


def _execute(trail: Trail, plan: Plan, scene: Scene, papers: Papers) -> None:
    """Contract, start and an advance, as far as the outcome goes."""
    if plan.outcome == S.APPROVED:
        return
    trail.move(
        "sign", scene.accountant, S.APPROVED, S.CONTRACTED, after=SOON,
        changes={"amount": plan.agreed}, document=papers.contract,
    )  # fmt: skip
    if plan.outcome == S.CONTRACTED:
        return
    trail.move("start", plan.officer, S.CONTRACTED, S.IN_PROGRESS, after=SOON)
    paid = {
        "amount": advance(plan),
        "year": plan.year,
        "source": plan.lane.source.code,
        "source_name": plan.lane.source.name,
        "payment": "advance",
    }
    trail.act(
        "projects.proposal.disburse",
        scene.accountant,
        after=SOON,
        changes=paid,
        document=papers.voucher,
    )


def advance(plan: Plan) -> int:
    """The first payment in đồng: seven tenths."""
    return plan.agreed * 7 // 10


def amounts_of(review: Review, plan: Plan) -> int | None:
    """What an office that agreed gave to the dossier's line of state money; not after approval."""
    given = review.step.order <= plan.lane.steps[plan.lane.approving].order
    return plan.agreed if given and review.verdict in {Verdict.PASS, Verdict.APPROVE} else None
