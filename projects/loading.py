"""Load a proposal with everything rules, guards and pages look at, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from khuyencong.core.gathering import Part, gathered
from programmes.models import Objective
from projects.models import (
    Attachment,
    Beneficiary,
    CostItem,
    CostShare,
    FundingLine,
    Proposal,
    ProposalActivity,
    ProposalPlace,
    TargetClaim,
)

# The lists of a dossier, each with what it names: THE definition for all ways of reading them.
PARTS = (
    Part("cost_items", CostItem.objects.order_by("position", "pk"), "proposal"),
    Part(
        "cost_items__shares",
        CostShare.objects.select_related("source").order_by("source__position"),
        "item__proposal",
    ),
    Part(
        "funding_lines",
        FundingLine.objects.select_related("source", "cell__source", "cell__programme").order_by(
            "source__position", "year"
        ),
        "proposal",
    ),
    Part(
        "activities", ProposalActivity.objects.select_related("activity").order_by("pk"), "proposal"
    ),
    Part(
        "places",
        ProposalPlace.objects.select_related("place__parent").order_by("pk"),
        "proposal",
    ),
    Part(
        "beneficiaries",
        Beneficiary.objects.select_related("enterprise__sector_group", "place").order_by("pk"),
        "proposal",
    ),
    Part(
        "attachments",
        Attachment.objects.select_related("file__uploaded_by__organisation", "requirement"),
        "proposal",
    ),
    Part("claims", TargetClaim.objects.select_related("target"), "proposal"),
    Part("objectives", Objective.objects.all(), "proposals"),
)
_NAMED = (
    *("programme", "province", "implementing_unit"),
    *("created_by", "submitted_by", "edited_by"),
)


def _prefetched(*names: str) -> list[Prefetch]:
    """Those of the lists, a question each: for verbs, and for many dossiers at once."""
    return [Prefetch(part.name, part.rows) for part in PARTS if part.name in names]


def with_money(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """With the cost table and the funding lines: all that a review or a payment looks at."""
    money = _prefetched("cost_items", "cost_items__shares", "funding_lines")
    return rows.select_related(*_NAMED).prefetch_related(*money)


def with_parts(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """With all of the lists."""
    every = _prefetched(*(part.name for part in PARTS))
    return rows.select_related(*_NAMED).prefetch_related(*every)


def found(rows: QuerySet[Proposal]) -> Proposal | None:
    """The only proposal of ``rows`` with its parts, in one query: for the pages of one dossier."""
    again = Proposal.objects.filter(previous=OuterRef("pk"))
    named = rows.select_related(*_NAMED).annotate(has_successor=Exists(again))
    whole = gathered(named[:1], PARTS)
    return whole[0] if whole else None


def name_parties(*proposals: Proposal) -> None:
    """Load contents and establishments beside the money, where they are not loaded yet."""
    prefetch_related_objects(proposals, *_prefetched("activities", "beneficiaries"))


def all_locked(ids: Iterable[int]) -> dict[int, Proposal]:
    """Many rows under lock, taken in the order of their ids so that two acts never cross."""
    rows = Proposal.objects.filter(pk__in=list(ids))
    list(rows.select_for_update().order_by("pk").only("pk"))
    return {proposal.pk: proposal for proposal in with_money(rows).order_by("pk")}


def locked(pk: int, *, whole: bool = True) -> Proposal:
    """The proposal's row under lock until the transaction ends, then its parts as they are now."""
    Proposal.objects.select_for_update().only("pk").get(pk=pk)
    load = with_parts if whole else with_money
    return load(Proposal.objects.all()).get(pk=pk)
