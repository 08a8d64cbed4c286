"""What the reviews can prove (I5): duties are apart, and one decision holds a track and round."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef

from khuyencong.core.invariants import Violation, invariant
from projects.models import DecisionLine, Review, ReviewStep, Track


@invariant("I5")
def one_decision_a_round() -> Iterator[Violation]:
    effective = DecisionLine.objects.filter(is_effective=True)
    twice = (
        effective.order_by()
        .values("track", "round")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    for row in twice:
        yield Violation("I5", f"track {row['track']} round {row['round']}", "decided twice")
    # A decided source is taken up again by a new paper alone, which ends what was decided.
    for line in effective.filter(
        track__proposal__tracks__source=F("track__source"),
        track__proposal__tracks__attempt__gt=F("track__attempt"),
        track__proposal__tracks__reopened_by__isnull=False,
    ).distinct():
        yield Violation("I5", f"decision line {line.pk}", "holds for a source decided anew")
    approvals = effective.filter(is_approval=True).values("track")
    anew = Track.objects.filter(
        proposal=OuterRef("proposal"),
        source=OuterRef("source"),
        attempt__gt=OuterRef("attempt"),
        reopened_by__isnull=False,
    )
    standing = Track.objects.filter(~Exists(anew), status=Track.Status.APPROVED)
    for track in standing.exclude(pk__in=approvals):
        yield Violation("I5", f"track {track.pk}", "is approved by no decision that holds")


@invariant("I5")
def duties_are_apart() -> Iterator[Violation]:
    """The person and office that decided, never the one that recorded, under any of its names."""
    spoken = Review.objects.exclude(verdict__in=["", *Review.VOID]).select_related(
        "track__proposal__implementing_unit", "step", "organisation", "delegation"
    )
    for review in spoken.iterator(chunk_size=2000):
        for fault in _faults_of(review):
            yield Violation("I5", str(review.track.proposal), fault)
    approved = spoken.filter(step__kind=ReviewStep.Kind.APPROVE)
    others = approved.prefetch_related("track__reviews__step", "track__reviews__organisation")
    for review in others.iterator(chunk_size=500):
        if any(_appraised_too(review, other) for other in review.track.reviews.all()):
            proposal = review.track.proposal
            yield Violation("I5", str(proposal), "was approved by who appraised it")


def _faults_of(review: Review) -> Iterator[str]:
    proposal = review.track.proposal
    if proposal.submitted_by_id in {review.decided_by_id, review.proposed_by_id} - {None}:
        yield "was reviewed by who submitted it"
    if review.organisation.lineage == proposal.implementing_unit.lineage:
        yield "was reviewed by its own unit"
    grant = review.delegation
    stood_in_for = grant.on_behalf_of_id if grant else None
    if review.proposed_by_id and review.proposed_by_id in {review.decided_by_id, stood_in_for}:
        yield "one person gave both signatures"
    actors = {review.decided_by_id, review.proposed_by_id, review.recorded_by_id}
    if grant and grant.user_id not in actors:
        yield "was decided under another person's delegation"


def _appraised_too(review: Review, other: Review) -> bool:
    """Whether the office or person that approved had said before what should be given."""
    if not other.step.is_appraising or other.verdict in ("", *Review.VOID):
        return False
    # A step after the approving one looks at the allotment: who approved is not asked there.
    if other.step.order > review.step.order:
        return False
    persons = {other.decided_by_id, other.proposed_by_id}
    actors = {review.decided_by_id}
    if review.delegation:
        actors.add(review.delegation.on_behalf_of_id)
    same_office = other.organisation.lineage == review.organisation.lineage
    return bool((actors & persons) - {None}) or same_office
