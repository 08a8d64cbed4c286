"""What was checked at earlier acts, shown as it was then."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, Q, Subquery

from projects.checks.outcome import Outcome
from projects.models import CheckRecord, Proposal, Review


@dataclass(frozen=True)
class Kept:
    """One record with its results."""

    record: CheckRecord
    outcome: Outcome
    office: str = ""


def of(proposal: Proposal, limit: int | None = None) -> list[Kept]:
    """The checks of every act on a proposal, newest first, in one query."""
    # The review that was spoken in the same act names the office.
    said = Review.objects.filter(track=OuterRef("track")).filter(
        Q(decided_at=OuterRef("recorded_at")) | Q(proposed_at=OuterRef("recorded_at"))
    )
    rows = (
        CheckRecord.objects.filter(proposal=proposal)
        .select_related("track__source")
        .annotate(office=Subquery(said.values("organisation__short_name")[:1]))
    )
    return [
        Kept(row, Outcome.from_data(row.results), row.office or "")
        for row in rows.order_by("-pk")[:limit]
    ]
