"""Every amount by its one name and definition (model.md §3): pages, API, papers and tests ask here.

All in đồng. ``None`` means «chưa phân bổ» for planned, and «not the state's money» for available.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, fields

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from budgets.ledger import EFFECTS
from budgets.models import Cell, LedgerEntry
from programmes.models import FundingSource, Programme, ProgrammeVersion
from projects.models import Acceptance, Commitment, Contract, FundingLine, Proposal

PROMISED = (
    Proposal.Status.APPROVED,
    Proposal.Status.PARTLY_APPROVED,
    Proposal.Status.CONTRACTED,
    Proposal.Status.IN_PROGRESS,
    Proposal.Status.ACCEPTED,
    Proposal.Status.LIQUIDATED,
    Proposal.Status.SETTLED,
    Proposal.Status.SUSPENDED,
    Proposal.Status.STOPPED,
)


@dataclass
class Amounts:
    """One row of figures: a cell, a year, a source, or all."""

    planned: int | None = None
    allotted: int = 0
    requested: int = 0
    appraised: int = 0
    approved: int = 0
    committed: int = 0
    disbursed: int = 0
    settled: int = 0
    available: int | None = None
    pledged: int = 0

    def add(self, other: Amounts) -> None:
        """Add another row's figures, all but planned: the plan's margins are given, not summed."""
        for name in SUMMED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if other.available is not None:
            self.available = (self.available or 0) + other.available


SUMMED = tuple(
    field.name for field in fields(Amounts) if field.name not in {"planned", "available"}
)


@dataclass(frozen=True)
class Plan:
    """The intention of a programme version: its total and margins, as its decision gives them."""

    total: int
    years: dict[int, int]
    sources: dict[str, int]


@dataclass
class Matrix:
    """Year × source figures of a programme with both margins."""

    programme: Programme
    version: ProgrammeVersion
    plan: Plan
    sources: list[FundingSource]
    years: list[int]
    cells: dict[tuple[int, str], Amounts]
    by_year: dict[int, Amounts]
    by_source: dict[str, Amounts]
    total: Amounts

    def of_years(self, years: Iterable[int]) -> Matrix:
        """The same figures narrowed to some of its years, without asking the database again."""
        chosen = set(years)
        wanted = [year for year in self.years if year in chosen]
        cells = {key: row for key, row in self.cells.items() if key[0] in wanted}
        return _with_margins(self.programme, self.version, self.plan, self.sources, wanted, cells)

    def state(self) -> Amounts:
        """The state's money together: the sum of its sources."""
        found = Amounts()
        rows = [self.by_source[source.code] for source in self.sources if source.is_state]
        for row in rows:
            found.add(row)
        found.planned = _known_sum(row.planned for row in rows)
        return found


def matrix(
    programme: Programme,
    *,
    years: Iterable[int] | None = None,
    sources: Iterable[str] | None = None,
    as_of: datetime.date | None = None,
    posted_until: datetime.datetime | None = None,
    version: ProgrammeVersion | None = None,
) -> Matrix:
    """All figures of a programme, narrowed to years and sources when given.

    ``as_of`` counts ledger rows in effect that day, ``posted_until`` rows written up to an instant
    (the re-run of an issued report). A fixed number of queries, whatever the number of proposals;
    one less for who has the ``version`` in force already.
    """
    version = version or programme.version
    shares = list(version.source_shares.select_related("source"))
    intended = _intended(version)
    plan = Plan(
        total=version.total_amount,
        years={year: amount for (year, code), amount in intended.items() if not code},
        sources={share.source.code: share.amount for share in shares},
    )
    wanted = None if years is None else set(years)
    wanted_years = [year for year in programme.years if wanted is None or year in wanted]
    codes = None if sources is None else set(sources)
    used = [share.source for share in shares if codes is None or share.source.code in codes]
    known = {source.pk: source for source in used}
    cells = {
        (year, source.code): Amounts(
            planned=intended.get((year, source.code)),
            available=0 if source.is_state else None,
        )
        for year in wanted_years
        for source in used
    }
    if as_of is None and posted_until is None:
        _ledger_now(programme, cells, known)
    else:
        _ledger_then(programme, cells, known, as_of, posted_until)
    _proposals(programme, cells, known)
    for row in cells.values():
        if row.available is not None:
            row.available = row.allotted - row.committed
    return _with_margins(programme, version, plan, used, wanted_years, cells)


def _intended(version: ProgrammeVersion) -> dict[tuple[int, str], int]:
    """Planned đồng by year and source code, the year's own figure under an empty code."""
    phases = version.year_phases.order_by().values_list("year", Value(""), "amount")
    cells = version.planned_cells.order_by().values_list("year", "source__code", "amount")
    return {(year, code): amount for year, code, amount in phases.union(cells, all=True)}


def _ledger_now(programme: Programme, cells: dict, known: dict[int, FundingSource]) -> None:
    settled = (
        LedgerEntry.objects.filter(cell=OuterRef("pk"), kind=LedgerEntry.Kind.SETTLE)
        .order_by()
        .values("cell")
        .annotate(
            amount=Sum(Case(When(reverses__isnull=True, then=F("amount")), default=-F("amount")))
        )
        .values("amount")
    )
    rows = Cell.objects.filter(programme=programme).annotate(settled=Subquery(settled))
    for year, source_id, *sums in rows.values_list(
        "year", "source_id", "allotted", "committed", "disbursed", "settled"
    ):
        row = cells.get((year, known[source_id].code)) if source_id in known else None
        if row is not None:
            row.allotted, row.committed, row.disbursed = sums[:3]
            row.settled = sums[3] or 0


def _ledger_then(
    programme: Programme,
    cells: dict,
    known: dict[int, FundingSource],
    as_of: datetime.date | None,
    posted_until: datetime.datetime | None,
) -> None:
    rows = LedgerEntry.objects.filter(cell__programme=programme)
    if as_of is not None:
        rows = rows.filter(effective_on__lte=as_of)
    if posted_until is not None:
        rows = rows.filter(posted_at__lte=posted_until)
    grouped = rows.values(
        "cell__year", "cell__source_id", "kind", turned=Q(reverses__isnull=False)
    ).annotate(amount=Sum("amount"))
    for found in grouped.order_by():
        source = known.get(found["cell__source_id"])
        row = cells.get((found["cell__year"], source.code)) if source else None
        if row is None:
            continue
        amount = -found["amount"] if found["turned"] else found["amount"]
        allotted, committed, disbursed = EFFECTS[found["kind"]]
        row.allotted += allotted * amount
        row.committed += committed * amount
        row.disbursed += disbursed * amount
        if found["kind"] == LedgerEntry.Kind.SETTLE:
            row.settled += amount


def _proposals(programme: Programme, cells: dict, known: dict[int, FundingSource]) -> None:
    undecided = Q(proposal__status__in=Proposal.UNDECIDED)
    promised = Q(proposal__status__in=PROMISED)
    sums = (
        FundingLine.objects.filter(proposal__programme=programme)
        .values("year", "source_id")
        .annotate(
            asked=Sum("requested", filter=undecided & Q(approved__isnull=True), default=0),
            seen=Sum("appraised", filter=undecided | promised, default=0),
            agreed=Sum("approved", filter=promised, default=0),
        )
        .order_by()
    )
    for found in sums:
        source = known.get(found["source_id"])
        row = cells.get((found["year"], source.code)) if source else None
        if row is None:
            continue
        row.requested, row.appraised = found["asked"], found["seen"]
        if source.is_state:
            row.approved = found["agreed"]
        else:
            row.pledged = found["agreed"]


def _with_margins(
    programme: Programme,
    version: ProgrammeVersion,
    plan: Plan,
    used: list[FundingSource],
    years: list[int],
    cells: dict[tuple[int, str], Amounts],
) -> Matrix:
    by_year = {year: Amounts() for year in years}
    by_source = {source.code: Amounts() for source in used}
    total = Amounts()
    for (year, code), row in cells.items():
        by_year[year].add(row)
        by_source[code].add(row)
        total.add(row)
    # A margin of the decision where it covers the row; else the cells', if all of them are known.
    all_years, all_sources = years == list(programme.years), by_source.keys() == plan.sources.keys()
    for year, row in by_year.items():
        own = [cells[year, code].planned for code in by_source]
        row.planned = plan.years.get(year) if all_sources else _known_sum(own)
    for code, row in by_source.items():
        own = [cells[year, code].planned for year in years]
        row.planned = plan.sources[code] if all_years else _known_sum(own)
    if all_years and all_sources:
        total.planned = plan.total
    elif all_sources:
        total.planned = _known_sum(row.planned for row in by_year.values())
    else:
        total.planned = _known_sum(row.planned for row in by_source.values())
    return Matrix(programme, version, plan, used, years, cells, by_year, by_source, total)


def _known_sum(amounts: Iterable[int | None]) -> int | None:
    """The sum, or None when one of them is not known or there is none."""
    found = list(amounts)
    return sum(found) if found and None not in found else None


def of_proposal(proposal: Proposal) -> dict[str, dict[int, FundingLine]]:
    """Funding lines of one proposal by source code and year, as loaded."""
    found: dict[str, dict[int, FundingLine]] = {}
    for line in proposal.funding_lines.all():
        found.setdefault(line.source.code, {})[line.year] = line
    return found


# The figure of the latest stage a line has reached: ``FundingLine.current`` for the database.
CURRENT = Coalesce("approved", "appraised", "requested")


def totals_of(proposals: Iterable[int] | QuerySet[Proposal]) -> dict[int, tuple[int, int]]:
    """Proposal id → (state, other money), the latest stage of each line, in đồng: one query."""
    rows = (
        FundingLine.objects.filter(proposal__in=_ids(proposals))
        .order_by()
        .values_list("proposal_id")
        .annotate(
            state=Sum(CURRENT, filter=Q(source__is_state=True), default=0),
            other=Sum(CURRENT, filter=Q(source__is_state=False), default=0),
        )
    )
    return {pk: (state, other) for pk, state, other in rows}


def by_source(proposals: Iterable[int] | QuerySet[Proposal]) -> list[tuple[FundingSource, int]]:
    """The same money by source, in the order in which people know the sources: two queries."""
    sums = dict(
        FundingLine.objects.filter(proposal__in=_ids(proposals))
        .order_by()
        .values_list("source_id")
        .annotate(amount=Sum(CURRENT))
    )
    sources = FundingSource.objects.order_by("position", "pk")
    return [(source, sums[source.pk]) for source in sources if source.pk in sums]


def _ids(proposals: Iterable[int] | QuerySet[Proposal]) -> list[int] | QuerySet[Proposal]:
    if isinstance(proposals, QuerySet):
        return proposals.order_by().values("pk")
    return list(proposals)


def contracted(programme: Programme) -> int:
    """Σ state share of main contracts of a programme, in đồng."""
    rows = Contract.objects.filter(proposal__programme=programme, parent__isnull=True)
    return rows.aggregate(total=Sum("amount", default=0))["total"]


def accepted(programme: Programme) -> int:
    """Σ support recognised by acceptances of a programme, in đồng."""
    rows = Acceptance.objects.filter(proposal__programme=programme, passed=True)
    return rows.aggregate(total=Sum("amount", default=0))["total"]


@dataclass
class Promise:
    """The state's money of a proposal, in đồng: approved (None before), held in the ledger."""

    approved: int | None = None
    committed: int = 0


def promised_to(proposal_ids: Iterable[int]) -> dict[int, Promise]:
    """Proposal id → what the state has promised it, in two queries."""
    ids = list(proposal_ids)
    found = {pk: Promise() for pk in ids}
    lines = FundingLine.objects.filter(
        proposal_id__in=ids, source__is_state=True, approved__isnull=False
    )
    for pk, amount in lines.values_list("proposal_id", "approved"):
        found[pk].approved = (found[pk].approved or 0) + amount
    held = Commitment.objects.filter(line__proposal_id__in=ids)
    for pk, kind, turned, amount in held.values_list(
        "line__proposal_id", "entry__kind", "entry__reverses", "entry__amount"
    ):
        _allotted, committed, _disbursed = EFFECTS[kind]
        found[pk].committed += -committed * amount if turned else committed * amount
    return found
