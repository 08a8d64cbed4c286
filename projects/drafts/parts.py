"""The parts of a draft that are lists of choices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from khuyencong.core.refusals import Fault, Refused
from programmes.models import Target
from projects.drafts.draft import ActivityChoice
from projects.models import Proposal, ProposalActivity, TargetClaim


def replace(rows: Any, key: str, wanted: dict[int, Any]) -> None:
    """Delete what is no longer wanted and add what is new; what stays keeps its row."""
    rows.exclude(**{f"{key}__in": list(wanted)}).delete()
    kept = set(rows.values_list(key, flat=True))
    rows.model.objects.bulk_create(row for pk, row in wanted.items() if pk not in kept)


def save_activities(proposal: Proposal, wanted: Iterable[ActivityChoice]) -> None:
    chosen = {row.activity_id: row for row in activities_of(proposal, wanted)}
    proposal.cost_items.exclude(activity__activity_id__in=chosen).update(activity=None)
    proposal.activities.exclude(activity_id__in=chosen).delete()
    for pk, row in chosen.items():
        ProposalActivity.objects.update_or_create(
            proposal=proposal,
            activity_id=pk,
            defaults={name: getattr(row, name) for name in ActivityChoice._fields[1:]},
        )


def activities_of(proposal: Proposal, wanted: Iterable[ActivityChoice]) -> list[ProposalActivity]:
    """Activities, checked and ready to be saved; of one named twice the last."""
    chosen = {row.activity.pk: row for row in (ActivityChoice(*given) for given in wanted)}
    made = [ProposalActivity(proposal=proposal, **row._asdict()) for row in chosen.values()]
    for row in made:
        try:
            row.clean_fields(exclude=["proposal", "activity"])
        except ValidationError as error:
            raise Refused([Fault(message, "activity") for message in error.messages]) from error
    return made


def save_claims(proposal: Proposal, wanted: Iterable[tuple[Target, int]]) -> None:
    """Which targets of its own programme the proposal means to serve, and by how much."""
    chosen = {
        target.pk: quantity
        for target, quantity in wanted
        if quantity and target.programme_id == proposal.programme_id
    }
    proposal.claims.exclude(target_id__in=chosen).delete()
    for pk, quantity in chosen.items():
        TargetClaim.objects.update_or_create(
            proposal=proposal, target_id=pk, defaults={"quantity": quantity}
        )
