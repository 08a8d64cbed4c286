"""Write drawn dossiers to the database, some hundreds at a time."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import F

from khuyencong.core import money, text
from khuyencong.core.models import AuditEntry, SerialCounter
from projects.demo.bulk import decided, story
from projects.demo.bulk.dossier import Dossier, morning
from projects.demo.bulk.plans import Plan, Status
from projects.demo.bulk.scene import Scene
from projects.demo.bulk.trail import Trail
from projects.models import (
    Beneficiary,
    CostItem,
    CostShare,
    FundingLine,
    Proposal,
    ProposalActivity,
    ProposalPlace,
    Review,
    ReviewAmount,
    StatusChange,
    Track,
)

TRACK_STATUS = {
    Status.SUBMITTED: Track.Status.IN_STEP,
    Status.IN_REVIEW: Track.Status.IN_STEP,
    Status.RETURNED: Track.Status.RETURNED,
    Status.REFUSED: Track.Status.REFUSED,
    Status.WITHDRAWN: Track.Status.WITHDRAWN,
}


def codes(scene: Scene, plans: list[Plan]) -> list[str]:
    """A code for each plan, from the same series that the officers' dossiers use."""
    place = scene.programme.province
    prefix = place.abbreviation or place.code
    wanted: dict[int, int] = defaultdict(int)
    for plan in plans:
        wanted[plan.year] += 1
    following = {}
    for year, count in wanted.items():
        scope = f"proposal/{prefix}/{year}"
        SerialCounter.objects.get_or_create(scope=scope)
        SerialCounter.objects.filter(scope=scope).update(last=F("last") + count)
        following[year] = SerialCounter.objects.get(scope=scope).last - count
    found = []
    for plan in plans:
        following[plan.year] += 1
        found.append(f"{prefix}-{plan.year}-{following[plan.year]:04d}")
    return found


def write(scene: Scene, plans: list[Plan]) -> None:
    """One batch, in the caller's transaction."""
    dossiers = [
        Dossier(plan, _proposal(scene, plan, code))
        for plan, code in zip(plans, codes(scene, plans), strict=True)
    ]
    Proposal.objects.bulk_create([dossier.proposal for dossier in dossiers])
    _write_parts(scene, dossiers)
    submitted = [dossier for dossier in dossiers if dossier.plan.outcome != Status.DRAFT]
    _write_tracks(submitted)
    decided.write_papers(scene, submitted)
    _write_trails(scene, dossiers)
    _write_reviews(submitted)
    decided.post(scene, [dossier for dossier in submitted if dossier.plan.is_promised])


def _proposal(scene: Scene, plan: Plan, code: str) -> Proposal:
    prose = scene.texts["prose"]
    sent = plan.outcome != Status.DRAFT
    names = (code, plan.title, plan.officer.organisation.name, plan.firm.name, plan.commune.name)
    return Proposal(
        code=code,
        programme=scene.programme,
        province=scene.programme.province,
        plan_year=plan.year,
        implementing_unit=plan.officer.organisation,
        kind=Proposal.Kind.SINGLE,
        title=plan.title,
        necessity=prose,
        goals=prose,
        content=prose,
        expected_output=prose,
        starts_on=datetime.date(plan.year, 3, 1),
        ends_on=datetime.date(plan.year, 11, 30),
        status=plan.outcome,
        round=1 if sent else 0,
        version=2,
        submitted_by=plan.officer if sent else None,
        submitted_at=morning(plan.day) + story.A_FEW_DAYS if sent else None,
        search_text=text.fold(" ".join(names)),
        created_by=plan.officer,
    )


def _write_parts(scene: Scene, dossiers: list[Dossier]) -> None:
    pairs = [(dossier.proposal, dossier.plan) for dossier in dossiers]
    ProposalActivity.objects.bulk_create(
        ProposalActivity(proposal=proposal, activity=plan.activity) for proposal, plan in pairs
    )
    ProposalPlace.objects.bulk_create(
        ProposalPlace(proposal=proposal, place=plan.commune, frozen_name=plan.commune.full_name)
        for proposal, plan in pairs
    )
    Beneficiary.objects.bulk_create(
        Beneficiary(proposal=proposal, enterprise=plan.firm, place_id=plan.firm.place_id)
        for proposal, plan in pairs
    )
    items = [
        CostItem(
            proposal=proposal,
            position=position,
            name=name,
            quantity=Decimal(1),
            unit_price=plan.state_parts[position] + plan.own_parts[position],
            amount=plan.state_parts[position] + plan.own_parts[position],
        )
        for proposal, plan in pairs
        for position, name in enumerate(scene.texts["items"])
    ]
    items = iter(CostItem.objects.bulk_create(items))
    shares: list[CostShare] = []
    lines: list[FundingLine] = []
    for dossier in dossiers:
        plan = dossier.plan
        agreed = money.split(plan.agreed, plan.state_parts)
        for position in range(len(scene.texts["items"])):
            item = next(items)
            state = (plan.state_parts[position], agreed[position])
            own = (plan.own_parts[position], plan.own_parts[position])
            shares.append(CostShare(item=item, source=plan.lane.source, **_stages(plan, *state)))
            shares.append(CostShare(item=item, source=scene.own, **_stages(plan, *own)))
        dossier.state_line = FundingLine(
            proposal=dossier.proposal,
            source=plan.lane.source,
            year=plan.year,
            cell=scene.cells[plan.lane.source.pk, plan.year],
            **_stages(plan, plan.asked, plan.agreed),
        )
        dossier.own_line = FundingLine(
            proposal=dossier.proposal,
            source=scene.own,
            year=plan.year,
            **_stages(plan, plan.own, plan.own),
        )
        lines += [dossier.state_line, dossier.own_line]
    CostShare.objects.bulk_create(share for share in shares if share.requested)
    FundingLine.objects.bulk_create(lines)


def _stages(plan: Plan, asked: int, agreed: int) -> dict[str, Any]:
    return {
        "requested": asked,
        "appraised": agreed if plan.is_appraised else None,
        "approved": agreed if plan.is_promised else None,
    }


def _write_tracks(dossiers: list[Dossier]) -> None:
    for dossier in dossiers:
        plan = dossier.plan
        dossier.track = Track(
            proposal=dossier.proposal,
            source=plan.lane.source,
            chain=plan.lane.chain,
            step=plan.lane.steps[plan.step],
            status=TRACK_STATUS.get(plan.outcome, Track.Status.APPROVED),
            round=1,
        )
    Track.objects.bulk_create(dossier.track for dossier in dossiers)


def _write_trails(scene: Scene, dossiers: list[Dossier]) -> None:
    for dossier in dossiers:
        dossier.trail = Trail(dossier.proposal, morning(dossier.plan.day))
        dossier.reviews = story.tell(
            dossier.trail, dossier.plan, scene, dossier.track, dossier.papers
        )
        last = dossier.trail.entries[-1]
        dossier.proposal.audit_seq, dossier.proposal.audit_head = last.seq, last.hash
    trails = [dossier.trail for dossier in dossiers]
    AuditEntry.objects.bulk_create(entry for trail in trails for entry in trail.entries)
    changes = []
    for trail in trails:
        for entry, change in trail.changes:
            change.audit_id = entry.pk
            changes.append(change)
    StatusChange.objects.bulk_create(changes)
    Proposal.objects.bulk_update(
        [dossier.proposal for dossier in dossiers], ["audit_seq", "audit_head"], batch_size=250
    )


def _write_reviews(dossiers: list[Dossier]) -> None:
    Review.objects.bulk_create(review for dossier in dossiers for review in dossier.reviews)
    ReviewAmount.objects.bulk_create(
        ReviewAmount(review=review, line=dossier.state_line, amount=amount)
        for dossier in dossiers
        for review in dossier.reviews
        if (amount := story.amounts_of(review, dossier.plan)) is not None
    )
