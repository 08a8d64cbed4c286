"""Which dossiers a list may take: asked for this year and source, appraised, not decided."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from khuyencong.core.models import Organisation
from projects.models import (
    AnnualPlan,
    Beneficiary,
    FundingLine,
    PlanItem,
    ProposalActivity,
    ProposalPlace,
    Review,
    ReviewStep,
    Track,
)

Verdict = Review.Verdict


def of(plan: AnnualPlan) -> QuerySet[Track]:
    """Undecided tracks of the plan's year and source that its department has appraised.

    Proposed there and waiting for the head, or already further on. Those of other live lists are
    left out: a track stands in one list at a time.
    """
    here = Review.objects.filter(
        Q(verdict="", proposed=Verdict.PASS) | Q(verdict=Verdict.PASS),
        track=OuterRef("pk"),
        round=OuterRef("round"),
        step__organisation_kind=Organisation.Kind.INDUSTRY_DEPARTMENT,
        step__kind__in=ReviewStep.APPRAISING,
    )
    later = Track.objects.filter(
        proposal=OuterRef("proposal"), source=OuterRef("source"), attempt__gt=OuterRef("attempt")
    )
    return Track.objects.filter(
        Exists(here),
        ~Exists(later),
        status=Track.Status.IN_STEP,
        source=plan.source_id,
        proposal__programme=plan.programme_id,
        proposal__province=plan.province_id,
        proposal__plan_year=plan.year,
    )


def free(plan: AnnualPlan) -> QuerySet[Track]:
    """Those of them that stand in no other list."""
    return of(plan).exclude(pk__in=elsewhere(plan).values("track"))


def elsewhere(plan: AnnualPlan) -> QuerySet[PlanItem]:
    """Live items of other lists of the same year and source."""
    return PlanItem.objects.filter(
        is_live=True,
        plan__programme=plan.programme_id,
        plan__year=plan.year,
        plan__source=plan.source_id,
    ).exclude(plan=plan)


def with_words(rows: QuerySet[Track]) -> QuerySet[Track]:
    """With all that a row of the list says, in a fixed number of queries."""
    waiting = Review.objects.filter(track=OuterRef("pk"), verdict="").order_by("-pk")
    return (
        rows.select_related("proposal__implementing_unit", "source", "step")
        .annotate(
            office=Subquery(waiting.values("organisation__short_name")[:1]),
            proposed=Subquery(waiting.values("proposed")[:1]),
        )
        .prefetch_related(
            Prefetch(
                "proposal__beneficiaries",
                Beneficiary.objects.select_related("enterprise__sector_group").order_by("pk"),
            ),
            Prefetch(
                "proposal__places",
                ProposalPlace.objects.select_related("place").order_by("pk"),
            ),
            Prefetch(
                "proposal__activities",
                ProposalActivity.objects.select_related("activity").order_by("pk"),
            ),
            Prefetch(
                "proposal__funding_lines",
                FundingLine.objects.select_related("source").order_by("year"),
            ),
        )
    )
