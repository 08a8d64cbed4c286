"""What offices asked for in one part of a returned dossier, beside its boxes."""

from __future__ import annotations

from dataclasses import dataclass

from projects.dossier_parts import section_of
from projects.models import Proposal, Remark, ReturnPoint, Review

SHOWN = 20


@dataclass(frozen=True)
class Said:
    """One thing an office wants here; ``remark`` where it can be answered."""

    office: str
    text: str
    remark: int | None = None


def said_here(proposal: Proposal, section: str) -> list[Said]:
    """Parts named by the return, then open remarks pinned to a place of this part."""
    if proposal.status != Proposal.Status.RETURNED:
        return []
    points = ReturnPoint.objects.filter(
        review__track__proposal=proposal,
        review__verdict=Review.Verdict.RETURN,
        review__round=proposal.round,
        section=section,
    ).select_related("review__organisation")
    remarks = (
        Remark.objects.open()
        .filter(proposal=proposal, is_internal=False)
        .exclude(field="")
        .select_related("organisation")
    )
    found = [Said(row.review.organisation.short_name, row.text) for row in points[:SHOWN]]
    here = [row for row in remarks[:200] if section_of(row.field) == section]
    return found + [
        Said(row.organisation.short_name, f"{row.label}: {row.text}", row.pk)
        for row in here[:SHOWN]
    ]
