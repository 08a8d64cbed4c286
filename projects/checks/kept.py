"""What was checked at earlier acts, shown as it was then."""

from __future__ import annotations

from dataclasses import dataclass

from projects.checks.outcome import Outcome
from projects.models import CheckRecord, Proposal


@dataclass(frozen=True)
class Kept:
    """One record with its results."""

    record: CheckRecord
    outcome: Outcome


def of(proposal: Proposal) -> list[Kept]:
    """The checks of every act on a proposal, newest first, in one query."""
    rows = CheckRecord.objects.filter(proposal=proposal).select_related("track__source")
    return [Kept(row, Outcome.from_data(row.results)) for row in rows.order_by("-pk")]
