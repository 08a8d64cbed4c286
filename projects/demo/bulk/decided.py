"""What follows a decision: papers, contracts, commitments and advances of synthetic dossiers."""

from __future__ import annotations

import datetime

from budgets import ledger
from budgets.models import LedgerEntry
from khuyencong.core.models import LegalDocument
from projects.demo.bulk import story
from projects.demo.bulk.dossier import Dossier, morning
from projects.demo.bulk.inserting import insert
from projects.demo.bulk.plans import Status
from projects.demo.bulk.scene import Lane, Scene
from projects.models import Commitment, Contract, Decision, DecisionLine, Disbursement

DECIDED_AFTER = datetime.timedelta(days=230)


def write_papers(scene: Scene, dossiers: list[Dossier]) -> None:
    """One decision a source and one voucher a batch; a contract a dossier."""
    promised = [dossier for dossier in dossiers if dossier.plan.is_promised]
    signed = [dossier for dossier in promised if dossier.plan.outcome != Status.APPROVED]
    paid = [dossier for dossier in signed if dossier.plan.outcome == Status.IN_PROGRESS]
    kinds, office = LegalDocument.Kind, scene.accountant.organisation
    decided = scene.opening + DECIDED_AFTER
    decisions: dict[int, Decision] = {}
    for dossier in promised:
        lane = dossier.plan.lane
        if lane.source.pk not in decisions:
            decisions[lane.source.pk] = _decision(scene, lane, decided)
        dossier.papers.decision = decisions[lane.source.pk].document
    insert(
        DecisionLine(
            decision=decisions[dossier.plan.lane.source.pk],
            track=dossier.track,
            round=1,
            is_approval=True,
            amount=dossier.plan.agreed,
        )
        for dossier in promised
    )
    for dossier in signed:
        dossier.papers.contract = scene.document("sign", kinds.CONTRACT, office, decided)
    insert(dossier.papers.contract for dossier in signed)
    insert(
        Contract(
            proposal=dossier.proposal,
            document=dossier.papers.contract,
            amount=dossier.plan.agreed,
            ends_on=dossier.proposal.ends_on,
            created_by=scene.accountant,
        )
        for dossier in signed
    )
    if paid:
        voucher = scene.document("pay", kinds.VOUCHER, office, decided)
        voucher.save()
        for dossier in paid:
            dossier.papers.voucher = voucher


def _decision(scene: Scene, lane: Lane, day: datetime.date) -> Decision:
    office = lane.offices[lane.approving]
    document = scene.document("approve", LegalDocument.Kind.DECISION, office, day)
    document.save()
    return Decision.objects.create(
        document=document,
        organisation=office,
        recorded_by=lane.actors[lane.approving],
        recorded_at=morning(day),
    )


def post(scene: Scene, dossiers: list[Dossier]) -> None:
    """Commitments and advances, through the ledger like everything."""
    postings = []
    for dossier in dossiers:
        line, plan, papers = dossier.state_line, dossier.plan, dossier.papers
        facts = {"cell": line.cell, "reference": dossier.proposal.code}
        postings.append(
            ledger.Posting(
                kind=LedgerEntry.Kind.COMMIT,
                amount=plan.agreed,
                document=papers.decision,
                effective_on=papers.decision.issued_on,
                owner=Commitment(line=line),
                **facts,
            )
        )
        if papers.voucher:
            payment = Disbursement(
                line=line,
                kind=Disbursement.Kind.ADVANCE,
                document=papers.voucher,
                created_by=scene.accountant,
            )
            postings.append(
                ledger.Posting(
                    kind=LedgerEntry.Kind.DISBURSE,
                    amount=story.advance(plan),
                    document=papers.voucher,
                    effective_on=papers.voucher.issued_on,
                    owner=payment,
                    **facts,
                )
            )
    ledger.post(postings, by=scene.accountant)
