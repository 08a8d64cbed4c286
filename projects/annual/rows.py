"""The dossiers of a list, or those that could stand in it, with their figures and their reasons."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import clock
from projects.annual import candidates, priority
from projects.annual.priority import Suggestion
from projects.models import AnnualPlan, Beneficiary, FundingLine, PlanItem, Proposal, Review, Track


@dataclass
class Row:
    """One dossier on one source. ``position`` is what stands in its box, as typed or as stored.

    Amounts in đồng: of the plan's year, and of later years together. ``fault`` says why it can
    not be sent as it is; ``entered`` are amounts noted for the decision, by year; ``ties``: others
    have the same suggested place; ``opens``: the reader may open the dossier itself.
    """

    track: Track
    proposal: Proposal
    suggestion: Suggestion
    lines: list[FundingLine]
    year: int
    item: PlanItem | None = None
    chosen: bool = False
    position: str = ""
    reason: str = ""
    fault: str = ""
    rank: int | None = None
    ties: bool = False
    departs: bool = False
    opens: bool = True
    entered: dict[int, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.proposal.code

    @property
    def waits_for_head(self) -> bool:
        """Proposed by the specialist, not concluded yet."""
        return self.track.status == Track.Status.IN_STEP and self.track.proposed == (
            Review.Verdict.PASS
        )

    @property
    def standing(self) -> str:
        if self.track.status != Track.Status.IN_STEP:
            return self.track.get_status_display()
        office = self.track.office or self.track.step.get_organisation_kind_display()
        if self.waits_for_head:
            return _("{office}: chờ lãnh đạo kết luận").format(office=office)
        return _("{office}: {step}").format(office=office, step=self.track.step.label)

    def _sum(self, stage: str, *, later: bool) -> int:
        return sum(
            getattr(line, stage) or 0
            for line in self.lines
            if (line.year > self.year if later else line.year == self.year)
        )

    @property
    def requested(self) -> int:
        return self._sum("requested", later=False)

    @property
    def appraised(self) -> int:
        return self._sum("appraised", later=False)

    @property
    def approved(self) -> int | None:
        """None while the source is not decided."""
        if all(line.approved is None for line in self.lines):
            return None
        return self._sum("approved", later=False)

    @property
    def later_requested(self) -> int:
        return self._sum("requested", later=True)

    @property
    def later_appraised(self) -> int:
        return self._sum("appraised", later=True)

    @property
    def beneficiaries(self) -> list[str]:
        rows = self.proposal.beneficiaries.all()
        gone = (Beneficiary.Status.WITHDRAWN, Beneficiary.Status.REPLACED)
        return [row.enterprise.name for row in rows if row.standing not in gone]

    @property
    def places(self) -> list[str]:
        return [str(row) for row in self.proposal.places.all()]

    @property
    def activities(self) -> list[str]:
        return [row.activity.name for row in self.proposal.activities.all()]


def day_of(plan: AnnualPlan) -> datetime.date:
    """The day whose law and whose facts count: that of sending, until then today."""
    return timezone.localdate(plan.sent_at) if plan.sent_at else clock.today()


def proposals_of(plan: AnnualPlan) -> QuerySet[Proposal]:
    """The dossiers of a list, each with its ``plan_position``."""
    here = PlanItem.objects.filter(plan=plan, track__proposal=OuterRef("pk"))
    rows = Proposal.objects.filter(pk__in=plan.items.values("track__proposal"))
    return rows.annotate(plan_position=Subquery(here.values("position")[:1]))


def rows_of(plan: AnnualPlan) -> list[Row]:
    """The dossiers of a list in its order."""
    items = {item.track_id: item for item in plan.items.prefetch_related("amounts")}
    asked = Track.objects.filter(pk__in=items)
    possible = None
    if plan.state == AnnualPlan.Status.DRAFT:
        possible = set(candidates.of(plan).filter(pk__in=items).values_list("pk", flat=True))
    found = _rows(plan, candidates.with_words(asked), items, possible, noted=True)
    return numbered(sorted(found, key=lambda row: (row.item.position, row.item.pk)))


def offered(plan: AnnualPlan) -> list[Row]:
    """The dossiers of a draft in its order, then the other candidates as the law suggests."""
    items = {item.track_id: item for item in plan.items.all()}
    possible = set(candidates.free(plan).values_list("pk", flat=True))
    asked = Track.objects.filter(pk__in={*items, *possible})
    found = _rows(plan, candidates.with_words(asked), items, possible)
    listed = sorted((row for row in found if row.item), key=lambda row: row.item.position)
    others = {row.proposal.pk: row for row in found if not row.item}
    by_code = sorted(others, key=lambda pk: others[pk].code)
    suggested = {pk: row.suggestion for pk, row in others.items()}
    return numbered(
        [*listed, *(others[pk] for pk in priority.in_order(by_code, suggested))],
    )


def _rows(
    plan: AnnualPlan,
    tracks: Iterable[Track],
    items: dict[int, PlanItem],
    possible: set[int] | None,
    *,
    noted: bool = False,
) -> list[Row]:
    found = list(tracks)
    suggested = priority.suggest([track.proposal for track in found], day_of(plan))
    rows = []
    for track in found:
        item, proposal = items.get(track.pk), track.proposal
        mine = [row for row in proposal.funding_lines.all() if row.source_id == plan.source_id]
        row = Row(track, proposal, suggested[proposal.pk], mine, plan.year, item)
        if item is not None:
            row.chosen, row.position, row.reason = True, str(item.position), item.reason
            if noted:
                row.entered = {kept.year: kept.amount for kept in item.amounts.all()}
            if possible is not None and track.pk not in possible:
                row.fault = _("không còn chờ quyết định ({state}); bỏ khỏi danh mục.").format(
                    state=track.get_status_display()
                )
        rows.append(row)
    return rows


def numbered(rows: list[Row]) -> list[Row]:
    """Say of each row its place in the suggested order, equals alike, and which chosen ones depart.

    The suggested places are among all rows shown.
    """
    keys = sorted({row.suggestion.key for row in rows if row.suggestion.key is not None})
    equal = Counter(row.suggestion.key for row in rows)
    places, before = {}, 0
    for key in keys:
        places[key] = before + 1
        before += equal[key]
    for row in rows:
        key = row.suggestion.key
        row.rank = places.get(key) if key is not None else None
        row.ties = row.rank is not None and equal[key] > 1
    mark_departing([row for row in rows if row.chosen])
    return rows


def mark_departing(rows: Sequence[Row]) -> None:
    suggested = {row.proposal.pk: row.suggestion for row in rows}
    moved = priority.departing([row.proposal.pk for row in rows], suggested)
    for row in rows:
        row.departs = row.proposal.pk in moved
