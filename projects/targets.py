"""How far the targets of a programme are reached. Only an acceptance that passed counts."""

from __future__ import annotations

from collections import defaultdict

from programmes.models import Programme, Target
from projects.models import Beneficiary, Proposal, ProposalActivity, ProposalPlace

COUNTED = (Proposal.Status.ACCEPTED, Proposal.Status.LIQUIDATED, Proposal.Status.SETTLED)


def achieved(programme: Programme) -> dict[int, int]:
    """Target id → results accepted so far.

    An establishment counts once for a target, by whichever of the target's activities. What has no
    establishment (an industrial cluster) counts by its place, once every activity of the target is
    accepted there: its plan and its infrastructure.
    """
    accepted = {"proposal__programme": programme, "proposal__status__in": COUNTED}
    done: dict[int, set[int]] = defaultdict(set)
    for proposal_id, activity_id in ProposalActivity.objects.filter(**accepted).values_list(
        "proposal_id", "activity_id"
    ):
        done[activity_id].add(proposal_id)
    gone = (Beneficiary.Status.WITHDRAWN, Beneficiary.Status.REPLACED)
    sites = _by_proposal(
        Beneficiary.objects.filter(**accepted).exclude(standing__in=gone), "enterprise_id"
    )
    places = _by_proposal(ProposalPlace.objects.filter(**accepted), "place_id")
    served: dict[int, list[int]] = defaultdict(list)
    links = Target.activities.through.objects.filter(target__programme=programme)
    for target_id, activity_id in links.values_list("target_id", "activity_id"):
        served[target_id].append(activity_id)
    return {
        target_id: reached([done[activity_id] for activity_id in activities], sites, places)
        for target_id, activities in served.items()
    }


def _by_proposal(rows: object, name: str) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for proposal_id, pk in rows.values_list("proposal_id", name):
        found.setdefault(proposal_id, set()).add(pk)
    return found


def reached(
    proposals: list[set[int]], sites: dict[int, set[int]], places: dict[int, set[int]]
) -> int:
    """Results of accepted proposals, given by activity of the target, with their sites, places."""
    helped = {site for group in proposals for pk in group for site in sites.get(pk, ())}
    everywhere = [
        {place for pk in group if pk not in sites for place in places.get(pk, ())}
        for group in proposals
    ]
    return len(helped) + len(set.intersection(*everywhere))
