"""What offices asked for in one part of a returned dossier, beside its boxes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from projects.dossier_parts import section_of
from projects.models import Proposal, Remark, Review

SHOWN = 20


@dataclass(frozen=True)
class Said:
    """One thing an office wants here; ``remark`` where it can be answered, else by which day."""

    office: str
    text: str
    remark: int | None = None
    due_on: datetime.date | None = None


def said_here(proposal: Proposal, section: str, returns: Iterable[Review]) -> list[Said]:
    """Parts named by the returns, then open remarks pinned to a place of this part."""
    if proposal.status != Proposal.Status.RETURNED:
        return []
    found = [
        Said(review.organisation.short_name, point.text, due_on=review.reply_due_on)
        for review in returns
        for point in review.points
        if point.section == section
    ]
    remarks = (
        Remark.objects.open()
        .filter(proposal=proposal, is_internal=False)
        .exclude(field="")
        .select_related("organisation")
    )
    here = [row for row in remarks[:200] if section_of(row.field) == section]
    return found[:SHOWN] + [
        Said(row.organisation.short_name, f"{row.label}: {row.text}", row.pk)
        for row in here[:SHOWN]
    ]
