"""Load a proposal with everything rules, guards and pages look at, in a fixed number of queries."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from projects.models import (
    Beneficiary,
    CostShare,
    FundingLine,
    Proposal,
    ProposalActivity,
    ProposalPlace,
)


def with_money(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """With the cost table and the funding lines: all that a review or a payment looks at."""
    return rows.select_related(
        "programme", "province", "implementing_unit", "created_by", "submitted_by"
    ).prefetch_related(
        Prefetch("cost_items__shares", CostShare.objects.select_related("source")),
        Prefetch(
            "funding_lines",
            FundingLine.objects.select_related("source", "cell__source", "cell__programme"),
        ),
    )


def with_parts(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    return with_money(rows).prefetch_related(
        Prefetch("activities", ProposalActivity.objects.select_related("activity").order_by("pk")),
        Prefetch("places", ProposalPlace.objects.select_related("place__parent")),
        Prefetch("beneficiaries", Beneficiary.objects.select_related("enterprise", "place")),
        "objectives",
    )


def locked(pk: int, *, whole: bool = True) -> Proposal:
    """The proposal's row under lock until the transaction ends, then its parts as they are now."""
    Proposal.objects.select_for_update().only("pk").get(pk=pk)
    load = with_parts if whole else with_money
    return load(Proposal.objects.all()).get(pk=pk)
