"""Each target of a programme: what is accepted, what is under way, what is still looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, CharField, IntegerField, Sum, Value, When

from khuyencong.core import charts
from khuyencong.core.drawings import UnitChart
from programmes.models import Programme, ProgrammeVersion, TargetQuantity
from projects.amounts import PROMISED
from projects.models import Beneficiary, Proposal, ProposalActivity
from projects.targets import COUNTED, reached

_GONE: Final = (Beneficiary.Status.WITHDRAWN, Beneficiary.Status.REPLACED)
_RUNNING: Final = tuple(status for status in PROMISED if status not in COUNTED)


@dataclass
class Progress:
    """One target. Only what is accepted counts; the rest are the results proposals expect."""

    code: str
    name: str
    unit: str
    quantity: int
    activities: list[int]
    done: int = 0
    running: int = 0
    reviewing: int = 0

    @property
    def is_untouched(self) -> bool:
        return not (self.done or self.running or self.reviewing)

    @property
    def chart(self) -> UnitChart:
        return charts.unit_blocks(
            self.quantity, done=self.done, running=self.running, reviewing=self.reviewing
        )


def progress(programme: Programme, version: ProgrammeVersion) -> list[Progress]:
    """In two queries, whatever the number of proposals; ``done`` as ``projects.targets`` counts."""
    found = _targets(version)
    linked = {activity_id for target in found for activity_id in target.activities}
    accepted: dict[int, set[int]] = defaultdict(set)
    sites: dict[int, set[int]] = {}
    places: dict[int, set[int]] = {}
    units: dict[tuple[str, int], int] = {}
    for stage, activity_id, count, proposal_id, site, standing, place in _rows(programme, linked):
        if stage != "done":
            units[stage, activity_id] = count
            continue
        accepted[activity_id].add(proposal_id)
        if site and standing not in _GONE:
            sites.setdefault(proposal_id, set()).add(site)
        if place:
            places.setdefault(proposal_id, set()).add(place)
    for target in found:
        if target.activities:
            groups = [accepted[activity_id] for activity_id in target.activities]
            target.done = reached(groups, sites, places)
        _expect(target, units)
    return found


def _expect(target: Progress, units: dict[tuple[str, int], int]) -> None:
    """Where a result may need several activities it is never more than are left to reach."""
    left = max(target.quantity - target.done, 0)
    for stage in ("running", "reviewing"):
        count = sum(units.get((stage, activity_id), 0) for activity_id in target.activities)
        if len(target.activities) > 1:
            count = min(count, left)
            left -= count
        setattr(target, stage, count)


def _targets(version: ProgrammeVersion) -> list[Progress]:
    rows = (
        TargetQuantity.objects.filter(version=version)
        .order_by("target__position", "target__code")
        .values_list(
            "target__code", "target__name", "target__unit", "quantity", "target__activities"
        )
    )
    found: dict[str, Progress] = {}
    for code, name, unit, quantity, activity_id in rows:
        target = found.setdefault(code, Progress(code, name, unit, quantity, []))
        if activity_id:
            target.activities.append(activity_id)
    return list(found.values())


def _rows(programme: Programme, linked: set[int]) -> Iterable[Any]:
    """Accepted proposals with their sites and places, and what the others expect by activity."""
    every = ProposalActivity.objects.filter(
        proposal__programme=programme, activity_id__in=linked
    ).order_by()
    none, nothing = Value(None, IntegerField()), Value("", CharField())
    accepted = (
        every.filter(proposal__status__in=COUNTED)
        .annotate(stage=Value("done", CharField()), count=Value(0, IntegerField()))
        .values_list(
            "stage",
            "activity_id",
            "count",
            "proposal_id",
            "proposal__beneficiaries__enterprise_id",
            "proposal__beneficiaries__standing",
            "proposal__places__place_id",
        )
    )
    expected = (
        every.filter(proposal__status__in=[*_RUNNING, *Proposal.UNDECIDED])
        .annotate(
            stage=Case(
                When(proposal__status__in=_RUNNING, then=Value("running")),
                default=Value("reviewing"),
                output_field=CharField(),
            )
        )
        .values("stage", "activity_id")
        .annotate(count=Sum("units"), who=none, site=none, standing=nothing, place=none)
        .values_list("stage", "activity_id", "count", "who", "site", "standing", "place")
    )
    return accepted.union(expected, all=True)
