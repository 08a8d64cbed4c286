"""Write drawn dossiers to the database, some hundreds at a time."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F

from khuyencong.core import money, text
from khuyencong.core.models import SerialCounter
from projects import search
from projects.demo.bulk import decided, story
from projects.demo.bulk.dossier import Dossier, morning
from projects.demo.bulk.inserting import insert
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
    ReviewAmount,
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
    insert([dossier.proposal for dossier in dossiers])
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
        search_text=search.folded(_words(plan, code)),
        title_key=text.sort_key(plan.title)[:1000],
        created_by=plan.officer,
    )


def _words(plan: Plan, code: str) -> list[str]:
    """What ``search.words_of`` finds before there is a decision; these firms have no numbers."""
    own = [code, plan.title, plan.officer.organisation.name, plan.firm.name]
    return [*own, *search.place_words(plan.commune)]


def _write_parts(scene: Scene, dossiers: list[Dossier]) -> None:
    pairs = [(dossier.proposal, dossier.plan) for dossier in dossiers]
    insert(ProposalActivity(proposal=proposal, activity=plan.activity) for proposal, plan in pairs)
    insert(
        ProposalPlace(proposal=proposal, place=plan.commune, frozen_name=plan.commune.full_name)
        for proposal, plan in pairs
    )
    insert(
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
    items = iter(insert(items))
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
    insert(share for share in shares if share.requested)
    insert(lines)


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
            # An approved dossier goes on to the step that looks at the detailed allotment.
            step=plan.lane.steps[-1 if plan.is_promised else plan.step],
            status=TRACK_STATUS.get(plan.outcome, Track.Status.APPROVED),
            round=1,
        )
    insert(dossier.track for dossier in dossiers)


def _write_trails(scene: Scene, dossiers: list[Dossier]) -> None:
    for dossier in dossiers:
        dossier.trail = Trail(dossier.proposal, morning(dossier.plan.day))
        dossier.reviews = story.tell(
            dossier.trail, dossier.plan, scene, dossier.track, dossier.papers
        )
        if dossier.papers.decision:
            number = text.fold(dossier.papers.decision.number)
            dossier.proposal.search_text = f"{dossier.proposal.search_text} {number}"
    trails = [dossier.trail for dossier in dossiers]
    insert(entry for trail in trails for entry in trail.entries)
    changes = []
    for trail in trails:
        for entry, change in trail.changes:
            change.audit_id = entry.pk
            changes.append(change)
    insert(changes)
    _follow(dossiers)


def _follow(dossiers: list[Dossier]) -> None:
    """Head of the trail and words with the decision: one statement, a tenth of bulk_update's."""
    given: list[Any] = []
    for dossier in dossiers:
        last = dossier.trail.entries[-1]
        given += [dossier.proposal.pk, last.seq, last.hash, dossier.proposal.search_text]
    rows = ", ".join(["(%s, %s, %s, %s)"] * len(dossiers))
    table = Proposal._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH told (id, seq, head, words) AS (VALUES {rows}) UPDATE {table} "
            "SET audit_seq = told.seq, audit_head = told.head, search_text = told.words "
            f"FROM told WHERE {table}.id = told.id",
            given,
        )


def _write_reviews(dossiers: list[Dossier]) -> None:
    insert(review for dossier in dossiers for review in dossier.reviews)
    insert(
        ReviewAmount(review=review, line=dossier.state_line, amount=amount)
        for dossier in dossiers
        for review in dossier.reviews
        if (amount := story.amounts_of(review, dossier.plan)) is not None
    )
