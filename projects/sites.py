"""The sites of a group proposal: how many and how much, and which list waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from khuyencong.core.models import User
from projects.models import Beneficiary, Proposal, SiteList

Standing = Beneficiary.Status


@dataclass(frozen=True)
class Room:
    """What the approval allows and what confirmed sites have taken of it, in đồng and in sites."""

    approved: int
    taken: int
    units: int
    count: int

    @property
    def left(self) -> int:
        return self.approved - self.taken


def lists_of(proposal: Proposal) -> list[SiteList]:
    """All lists with their papers and people, as they are now."""
    return list(
        proposal.site_lists.select_related("document", "decision", "submitted_by", "decided_by")
    )


def awaiting(user: User) -> QuerySet[SiteList]:
    """For the department: lists of its province that wait for its answer."""
    office = user.organisation
    if not office.is_industry_department:
        return SiteList.objects.none()
    return SiteList.objects.filter(verdict="", proposal__province_id=office.province_id)


def open_list(proposal: Proposal) -> SiteList | None:
    """The list that waits for the department's answer; at most one does."""
    return next((row for row in lists_of(proposal) if not row.verdict), None)


def confirmed(proposal: Proposal) -> list[Beneficiary]:
    return [row for row in proposal.beneficiaries.all() if row.standing == Standing.CONFIRMED]


def room(proposal: Proposal, leaving: frozenset[int] = frozenset()) -> Room:
    """Without those that leave by the list at hand."""
    staying = [row for row in confirmed(proposal) if row.pk not in leaving]
    return Room(
        approved=sum(line.approved or 0 for line in proposal.funding_lines.all() if line.cell_id),
        taken=sum(row.support or 0 for row in staying),
        units=sum(row.units for row in proposal.activities.all()),
        count=len(staying),
    )


def to_list_again(proposal: Proposal) -> list[Beneficiary]:
    """To begin the next list from: sites of the last one if it was returned, and those that were

    named before the approval and stand in no list yet.
    """
    lists = lists_of(proposal)
    known: set[int | None] = {None}
    if lists and lists[-1].verdict == SiteList.Verdict.RETURNED:
        known.add(lists[-1].pk)
    return [
        row
        for row in proposal.beneficiaries.all()
        if row.site_list_id in known and row.standing == Standing.PLANNED
    ]


def shown(proposal: Proposal) -> dict[str, Any] | None:
    """What the dossier's page says of the sites; nothing but for a group proposal with some."""
    if proposal.kind != Proposal.Kind.GROUP:
        return None
    lists = lists_of(proposal)
    rows = list(proposal.beneficiaries.all())
    if not lists and not rows:
        return None
    by_pk = {row.pk: row for row in rows}
    seq = {row.pk: row.seq for row in lists}
    return {
        "lists": lists,
        "rows": [
            {
                "site": row,
                "list": seq.get(row.site_list_id),
                "leaving": seq.get(row.leaving_id) if row.standing == Standing.CONFIRMED else None,
                "next": by_pk.get(row.replaced_by_id),
            }
            for row in rows
        ],
        "room": room(proposal),
    }
