"""What a returned dossier has to answer: who sent it back, by which day, and in which parts."""

from __future__ import annotations

from collections.abc import Iterable

from projects import comparison, snapshots
from projects.models import Proposal, ReturnPoint, Review, Track


def standing(proposal: Proposal) -> list[Review]:
    """The last word of each office that sent it back, with its points; one for all its sources."""
    if proposal.status != Proposal.Status.RETURNED:
        return []
    rows = (
        Review.objects.filter(
            track__proposal=proposal,
            track__status=Track.Status.RETURNED,
            verdict=Review.Verdict.RETURN,
        )
        .select_related("organisation")
        .order_by("decided_at", "-pk")
    )
    last = {row.track_id: row for row in rows}
    found = {(row.organisation_id, row.decided_at): row for row in last.values()}
    points: dict[int, list[ReturnPoint]] = {}
    for point in ReturnPoint.objects.filter(review__in=list(found.values())):
        points.setdefault(point.review_id, []).append(point)
    for row in found.values():
        row.points = points.get(row.pk, [])
    return list(found.values())


def untouched(proposal: Proposal, returns: Iterable[Review]) -> frozenset[str]:
    """Parts a return named in which nothing reads otherwise than what was sent then."""
    named = frozenset(point.section for review in returns for point in review.points)
    if not named:
        return named
    sent = proposal.snapshots.filter(round=proposal.round).first()
    if sent is None:
        return named
    changed = comparison.between(sent.content, snapshots.content(proposal))
    return named - {row.section for row in changed}
