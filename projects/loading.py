"""Load a proposal with everything rules, guards and pages look at, in a fixed number of queries."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from projects.models import (
    Attachment,
    Beneficiary,
    CostShare,
    FundingLine,
    Proposal,
    ProposalActivity,
    ProposalPlace,
    TargetClaim,
)

ACTIVITIES = Prefetch(
    "activities", ProposalActivity.objects.select_related("activity").order_by("pk")
)
BENEFICIARIES = Prefetch(
    "beneficiaries", Beneficiary.objects.select_related("enterprise__sector_group", "place")
)


def with_money(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """With the cost table and the funding lines: all that a review or a payment looks at."""
    return rows.select_related(
        "programme", "province", "implementing_unit", "created_by", "submitted_by", "edited_by"
    ).prefetch_related(
        Prefetch("cost_items__shares", CostShare.objects.select_related("source")),
        Prefetch(
            "funding_lines",
            FundingLine.objects.select_related("source", "cell__source", "cell__programme"),
        ),
    )


def with_parts(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return with_money(rows).prefetch_related(
        ACTIVITIES,
        Prefetch("places", ProposalPlace.objects.select_related("place__parent")),
        BENEFICIARIES,
        Prefetch(
            "attachments",
            Attachment.objects.select_related("file__uploaded_by__organisation", "requirement"),
        ),
        Prefetch("claims", TargetClaim.objects.select_related("target")),
        "objectives",
    )


def name_parties(proposal: Proposal) -> None:
    """Load contents and establishments beside the money, where they are not loaded yet."""
    prefetch_related_objects([proposal], ACTIVITIES, BENEFICIARIES)


def locked(pk: int, *, whole: bool = True) -> Proposal:
    """The proposal's row under lock until the transaction ends, then its parts as they are now."""
    Proposal.objects.select_for_update().only("pk").get(pk=pk)
    load = with_parts if whole else with_money
    return load(Proposal.objects.all()).get(pk=pk)
