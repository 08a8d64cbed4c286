"""What is checked, as plain data: a record as saved, the same with other amounts, or a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects

from programmes.models import FundingSource, Sector
from projects.models import Beneficiary, Enterprise, Proposal
from projects.sme import Size, size_of

if TYPE_CHECKING:
    from projects.drafts import Draft

GONE = (Beneficiary.Status.WITHDRAWN, Beneficiary.Status.REPLACED)


@dataclass(frozen=True)
class Chosen:
    """An activity with what raises its ceiling."""

    code: str
    name: str
    unit: str
    units: int
    is_technology_line: bool = False
    multiplier: Decimal = Decimal(1)
    reason: str = ""


@dataclass(frozen=True)
class Item:
    """A cost line; ``shares`` is đồng by source code, ``activity`` empty where it is not said."""

    number: int
    name: str
    activity: str
    amount: int
    shares: Mapping[str, int]

    @property
    def field(self) -> str:
        return f"cost_items-{self.number - 1}"


@dataclass(frozen=True)
class Line:
    """A funding line: how much of which source in which year."""

    source: str
    year: int
    amount: int


@dataclass(frozen=True)
class Firm:
    """An establishment as the rules look at it."""

    pk: int
    name: str
    kind: str
    kind_label: str
    workers: int | None
    size: Size | None
    place_kind: str
    place_name: str
    sector: Sector | None


@dataclass(frozen=True)
class Case:
    """One proposal's figures at one stage. Reading one asks the database nothing more."""

    proposal_id: int
    code: str
    kind: str
    plan_year: int
    round: int
    programme_id: int
    province_id: int
    unit_id: int
    activities: tuple[Chosen, ...]
    items: tuple[Item, ...]
    lines: tuple[Line, ...]
    firms: tuple[Firm, ...]
    sources: Mapping[str, FundingSource]
    only: frozenset[str] | None = None  # at an office's act: the sources of its tracks

    @property
    def state_sources(self) -> list[FundingSource]:
        """State sources that are asked for money here, in their order."""
        asked = {line.source for line in self.lines if line.amount}
        for item in self.items:
            asked |= {code for code, amount in item.shares.items() if amount}
        found = [
            source
            for code, source in self.sources.items()
            if source.is_state and code in asked and (self.only is None or code in self.only)
        ]
        return sorted(found, key=lambda source: source.position)

    @property
    def other_amount(self) -> int:
        """Money that is not the state's, in đồng: by the years, or by the cost table if more.

        Where the two differ, the check of the sums says so.
        """
        by_year = sum(line.amount for line in self.lines if self._is_other(line.source))
        by_item = sum(
            amount
            for item in self.items
            for source, amount in item.shares.items()
            if self._is_other(source)
        )
        return max(by_year, by_item)

    def _is_other(self, source: str) -> bool:
        return source in self.sources and not self.sources[source].is_state

    def supported(self, activity: str, source: str) -> list[Item]:
        """Cost lines of an activity that carry money of the source."""
        return [i for i in self.items if i.activity == activity and i.shares.get(source)]

    def for_sources(self, codes: Iterable[str]) -> Case:
        return replace(self, only=frozenset(codes))

    @classmethod
    def of(
        cls,
        proposal: Proposal,
        *,
        amounts: Mapping[int, int] | None = None,
        shares: Mapping[int, int] | None = None,
    ) -> Case:
        """The record as requested; or with the ``amounts`` by funding line id and ``shares`` by

        cost share id that an office gives, the rest at the latest stage reached.
        """
        known: dict[str, FundingSource] = {}
        lines = []
        for line in proposal.funding_lines.all():
            known[line.source.code] = line.source
            given = line.requested if amounts is None else amounts.get(line.pk, line.current)
            lines.append(Line(line.source.code, line.year, given))
        activities = list(proposal.activities.all())
        codes = {row.pk: row.activity.code for row in activities}
        alone = activities[0].activity.code if len(activities) == 1 else ""
        items = []
        for number, item in enumerate(proposal.cost_items.all(), start=1):
            money = {}
            for share in item.shares.all():
                known[share.source.code] = share.source
                money[share.source.code] = (
                    share.requested if shares is None else shares.get(share.pk, _latest(share))
                )
            code = codes.get(item.activity_id, alone)
            items.append(Item(number, item.name, code, item.amount, money))
        beneficiaries = [row for row in proposal.beneficiaries.all() if row.standing not in GONE]
        return cls(
            **_identity(proposal),
            kind=proposal.kind,
            activities=tuple(_chosen(row.activity, row) for row in activities),
            items=tuple(items),
            lines=tuple(lines),
            firms=tuple(firms_of((row.enterprise, row.place) for row in beneficiaries)),
            sources=known,
        )

    @classmethod
    def of_draft(cls, proposal: Proposal, draft: Draft) -> Case:
        """The record as it would be with an unsaved draft laid over it."""
        base = cls.of(proposal)
        found: dict[str, Any] = {"kind": draft.fields.get("kind", base.kind)}
        if draft.activities is not None:
            found["activities"] = _draft_activities(draft.activities)
        activities = found.get("activities", base.activities)
        alone = activities[0].code if len(activities) == 1 else ""
        chosen = {row.code for row in activities}
        if draft.cost_rows is not None:
            found["items"] = tuple(
                Item(
                    number,
                    row.name,
                    row.activity_code if row.activity_code in chosen else alone,
                    row.total(),
                    dict(row.shares),
                )
                for number, row in enumerate(draft.cost_rows, start=1)
            )
        elif draft.activities is not None:
            found["items"] = tuple(
                replace(item, activity=item.activity if item.activity in chosen else alone)
                for item in base.items
            )
        if draft.funding is not None:
            found["lines"] = tuple(
                Line(source, year, amount)
                for (source, year), amount in sorted(draft.funding.items())
                if amount
            )
        if draft.beneficiaries is not None:
            found["firms"] = _draft_firms(proposal, draft.beneficiaries)
        case = replace(base, **found)
        return replace(case, sources=_sources_of(case))


def _identity(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal_id": proposal.pk,
        "code": proposal.code,
        "plan_year": proposal.plan_year,
        "round": proposal.round,
        "programme_id": proposal.programme_id,
        "province_id": proposal.province_id,
        "unit_id": proposal.implementing_unit_id,
    }


def _latest(share: Any) -> int:
    """The figure of the latest stage a cost share has reached, in đồng."""
    stages = (share.approved, share.appraised, share.requested)
    return next(amount for amount in stages if amount is not None)


def _chosen(activity: Any, row: Any) -> Chosen:
    return Chosen(
        code=activity.code,
        name=activity.name,
        unit=activity.unit,
        units=row.units or 0,
        is_technology_line=row.is_technology_line,
        multiplier=Decimal(row.multiplier),
        reason=row.multiplier_reason.strip(),
    )


def _draft_activities(rows: Iterable[Any]) -> tuple[Chosen, ...]:
    from projects.drafts import ActivityChoice

    choices = {choice.activity.pk: choice for choice in (ActivityChoice(*row) for row in rows)}
    return tuple(_chosen(choice.activity, choice) for choice in choices.values())


def firms_of(pairs: Iterable[tuple[Enterprise, Any]]) -> list[Firm]:
    """Establishments, each with the place it works at, as the rules look at them."""
    return [
        Firm(
            pk=firm.pk,
            name=firm.name,
            kind=firm.kind,
            kind_label=str(firm.get_kind_display()),
            workers=firm.workers,
            size=size_of(firm),
            place_kind=place.kind if place else "",
            place_name=place.full_name if place else "",
            sector=firm.sector_group,
        )
        for firm, place in pairs
    ]


def _draft_firms(proposal: Proposal, chosen: list[Enterprise]) -> tuple[Firm, ...]:
    """What the record has loaded is taken from there; the rest is read at once."""
    loaded = {
        row.enterprise_id: (row.enterprise, row.place) for row in proposal.beneficiaries.all()
    }
    fresh = [firm for firm in chosen if firm.pk not in loaded]
    prefetch_related_objects(fresh, "place", "sector_group")
    return tuple(firms_of(loaded.get(firm.pk) or (firm, firm.place) for firm in chosen))


def _sources_of(case: Case) -> dict[str, FundingSource]:
    named = {line.source for line in case.lines}
    for item in case.items:
        named |= set(item.shares)
    if named <= case.sources.keys():
        return dict(case.sources)
    return {source.code: source for source in FundingSource.objects.filter(code__in=named)}
