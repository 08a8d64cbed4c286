"""What funding lines hold in the ledger: committed, paid, and given back."""

from __future__ import annotations

from budgets.ledger import Posting
from budgets.models import LedgerEntry
from projects.act import Act
from projects.models import Commitment


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


def committed_on(line: object) -> int:
    """What the ledger holds for one funding line, in đồng."""
    total = 0
    for commitment in line.commitments.select_related("entry"):
        sign = 1 if commitment.entry.kind == LedgerEntry.Kind.COMMIT else -1
        total += sign * commitment.entry.amount
    return total


def paid_on(line: object) -> int:
    """State money paid on one funding line and not recovered, in đồng."""
    total = 0
    for payment in line.disbursements.select_related("entry"):
        sign = 1 if payment.entry.kind == LedgerEntry.Kind.DISBURSE else -1
        total += sign * payment.entry.amount
    return total


def release(act: Act, lines: list, *, keep_paid: bool = False) -> list[Posting]:
    """Postings that give back what these lines hold (all of it, or what was not paid)."""
    postings = []
    for line in lines:
        if line.cell_id is None:
            continue
        amount = committed_on(line) - (paid_on(line) if keep_paid else 0)
        if amount > 0:
            postings.append(
                Posting(
                    cell=line.cell,
                    kind=LedgerEntry.Kind.RELEASE,
                    amount=amount,
                    reference=act.proposal.code,
                    document=act.document,
                    effective_on=act.effective_on,
                    owner=Commitment(line=line),
                )
            )
    return postings
