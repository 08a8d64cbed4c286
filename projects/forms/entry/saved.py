"""The record in the shape in which pages send it."""

from __future__ import annotations

from typing import Any

from projects.drafts import PLAIN_FIELDS, Draft
from projects.drafts.again import chosen, cost_rows
from projects.models import Proposal


def as_draft(proposal: Proposal) -> Draft:
    """Everything that is saved of a proposal, as a draft."""
    return Draft(
        fields={name: getattr(proposal, name) for name in PLAIN_FIELDS},
        activities=[chosen(row) for row in proposal.activities.all()],
        places=[row.place for row in proposal.places.all()],
        beneficiaries=[row.enterprise for row in proposal.beneficiaries.all()],
        objective_ids=[row.pk for row in proposal.objectives.all()],
        cost_rows=cost_rows(proposal),
        funding={
            (line.source.code, line.year): line.requested for line in proposal.funding_lines.all()
        },
        claims=[(row.target, row.quantity) for row in proposal.claims.all()],
    )


def initial_of(saved: Draft) -> dict[str, Any]:
    """How the saved texts and choices stand in their boxes."""
    place = saved.fields["survey_place"]
    return saved.fields | {
        "survey_place": place.pk if place else None,
        "places": [row.pk for row in saved.places],
        "beneficiaries": [row.pk for row in saved.beneficiaries],
        "objectives": list(saved.objective_ids),
    }
