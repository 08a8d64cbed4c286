"""Many new drafts at once: what ``create`` and ``save`` do for each, in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from khuyencong.core import audit, permissions
from khuyencong.core.models import User
from khuyencong.core.refusals import NotAllowed, Refused
from programmes.models import Programme
from projects import search
from projects.drafts.creation import refuse_plan, take_codes
from projects.drafts.draft import PLAIN_FIELDS, Draft
from projects.drafts.money import cells_of, items_of, lines_of, sources_of
from projects.drafts.parts import activities_of
from projects.drafts.saving import check
from projects.models import (
    Beneficiary,
    CostItem,
    CostShare,
    FundingLine,
    Proposal,
    ProposalActivity,
    ProposalPlace,
)


@dataclass(frozen=True)
class Begun:
    """A draft to be made: its plan year and everything in it, title and kind among the fields."""

    plan_year: int
    draft: Draft


class RefusedAt(Refused):
    """Which of the drafts was refused, from 0."""

    def __init__(self, at: int, refused: Refused) -> None:
        self.at = at
        super().__init__(refused.faults)


@transaction.atomic
def create_many(programme: Programme, begun: Sequence[Begun], *, by: User) -> list[Proposal]:
    """New drafts of the person's own unit, all or none; some hundreds at a time.

    What targets and objectives they serve is said on their own pages.
    """
    if reason := permissions.refusal(by, "projects.proposal.create"):
        raise NotAllowed(reason)
    known, cells = sources_of(programme), cells_of(programme)
    codes = _codes(programme, begun, by)
    made: list[Proposal] = []
    activities: list[ProposalActivity] = []
    items: list[CostItem] = []
    shares: list[CostShare] = []
    lines: list[FundingLine] = []
    for at, one in enumerate(begun):
        proposal = Proposal(
            code=codes[one.plan_year].pop(0),
            programme=programme,
            province=programme.province,
            plan_year=one.plan_year,
            implementing_unit=by.organisation,
            created_by=by,
            edited_by=by,
        )
        for name in PLAIN_FIELDS & one.draft.fields.keys():
            setattr(proposal, name, one.draft.fields[name])
        try:
            check(proposal)
            own = activities_of(proposal, one.draft.activities or ())
            by_code = {row.activity.code: row for row in own}
            for item, parts in items_of(proposal, one.draft.cost_rows or (), known, by_code, {}):
                items.append(item)
                shares += parts
            lines += lines_of(proposal, one.draft.funding or {}, known, cells)
        except Refused as refused:
            raise RefusedAt(at, refused) from refused
        proposal.fill_keys()
        made.append(proposal)
        activities += own
    Proposal.objects.bulk_create(made)
    ProposalActivity.objects.bulk_create(activities)
    CostItem.objects.bulk_create(items)
    CostShare.objects.bulk_create(shares)
    FundingLine.objects.bulk_create(lines)
    ProposalPlace.objects.bulk_create(
        ProposalPlace(proposal=proposal, place=place)
        for proposal, one in zip(made, begun, strict=True)
        for place in one.draft.places or ()
    )
    Beneficiary.objects.bulk_create(
        Beneficiary(proposal=proposal, enterprise=firm, place_id=firm.place_id)
        for proposal, one in zip(made, begun, strict=True)
        for firm in one.draft.beneficiaries or ()
    )
    search.refresh_all(Proposal.objects.filter(pk__in=[proposal.pk for proposal in made]))
    audit.record_many((("projects.proposal.create", proposal, None) for proposal in made), by=by)
    return made


def _codes(programme: Programme, begun: Sequence[Begun], by: User) -> dict[int, list[str]]:
    """As many codes of each plan year as there are drafts of it."""
    wanted: dict[int, int] = defaultdict(int)
    for at, one in enumerate(begun):
        wanted[one.plan_year] += 1
        if wanted[one.plan_year] == 1:
            try:
                refuse_plan(programme, one.plan_year, by)
            except Refused as refused:
                raise RefusedAt(at, refused) from refused
    return {year: take_codes(programme, year, count) for year, count in sorted(wanted.items())}
