"""Every amount by its one name and definition (model.md §3): pages, API, papers and tests ask here.

All in đồng. ``None`` means «chưa phân bổ» for planned, and «not the state's money» for available.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, fields

from django.db.models import Q, Sum

from budgets.ledger import EFFECTS
from budgets.models import Cell, LedgerEntry
from programmes.models import FundingSource, Programme
from projects.models import Acceptance, Contract, FundingLine, Proposal

PROMISED = (
    Proposal.Status.APPROVED,
    Proposal.Status.PARTLY_APPROVED,
    Proposal.Status.CONTRACTED,
    Proposal.Status.IN_PROGRESS,
    Proposal.Status.ACCEPTED,
    Proposal.Status.LIQUIDATED,
    Proposal.Status.SETTLED,
    Proposal.Status.SUSPENDED,
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


@dataclass
class Matrix:
    """Year × source figures of a programme with both margins."""

    programme: Programme
    sources: list[FundingSource]
    years: list[int]
    cells: dict[tuple[int, str], Amounts]
    by_year: dict[int, Amounts]
    by_source: dict[str, Amounts]
    total: Amounts

    def state(self) -> Amounts:
        """The state's money together: the sum of its sources."""
        found = Amounts()
        for source in self.sources:
            if source.is_state:
                row = self.by_source[source.code]
                found.add(row)
                if row.planned is not None:
                    found.planned = (found.planned or 0) + row.planned
        return found


def matrix(
    programme: Programme,
    *,
    years: Iterable[int] | None = None,
    sources: Iterable[str] | None = None,
    as_of: datetime.date | None = None,
    posted_until: datetime.datetime | None = None,
) -> Matrix:
    """All figures of a programme, narrowed to years and sources when given.

    ``as_of`` counts ledger rows in effect that day, ``posted_until`` rows written up to an instant
    (the re-run of an issued report). A fixed number of queries, whatever the number of proposals.
    """
    version = programme.version
    shares = list(version.source_shares.select_related("source"))
    wanted_years = [year for year in programme.years if years is None or year in set(years)]
    codes = None if sources is None else set(sources)
    used = [share.source for share in shares if codes is None or share.source.code in codes]
    known = {source.pk: source for source in used}
    cells = {
        (year, source.code): Amounts(available=0 if source.is_state else None)
        for year in wanted_years
        for source in used
    }
    _plan(version, cells)
    if as_of is None and posted_until is None:
        _ledger_now(programme, cells, known)
    else:
        _ledger_then(programme, cells, known, as_of, posted_until)
    _settled(programme, cells, known, as_of, posted_until)
    _proposals(programme, cells, known)
    for (_year, code), row in cells.items():
        if row.available is not None:
            row.available = row.allotted - row.committed
        del code
    return _with_margins(programme, version, used, wanted_years, cells, codes)


def _plan(version: object, cells: dict[tuple[int, str], Amounts]) -> None:
    for cell in version.planned_cells.select_related("source"):
        row = cells.get((cell.year, cell.source.code))
        if row is not None:
            row.planned = cell.amount


def _ledger_now(programme: Programme, cells: dict, known: dict[int, FundingSource]) -> None:
    rows = Cell.objects.filter(programme=programme)
    for year, source_id, allotted, committed, disbursed in rows.values_list(
        "year", "source_id", "allotted", "committed", "disbursed"
    ):
        row = cells.get((year, known[source_id].code)) if source_id in known else None
        if row is not None:
            row.allotted, row.committed, row.disbursed = allotted, committed, disbursed


def _entries(
    programme: Programme, as_of: datetime.date | None, posted_until: datetime.datetime | None
) -> object:
    rows = LedgerEntry.objects.filter(cell__programme=programme)
    if as_of is not None:
        rows = rows.filter(effective_on__lte=as_of)
    if posted_until is not None:
        rows = rows.filter(posted_at__lte=posted_until)
    return rows


def _grouped(rows: object) -> object:
    return (
        rows.values("cell__year", "cell__source_id", "kind", turned=Q(reverses__isnull=False))
        .annotate(amount=Sum("amount"))
        .order_by()
    )


def _ledger_then(
    programme: Programme,
    cells: dict,
    known: dict[int, FundingSource],
    as_of: datetime.date | None,
    posted_until: datetime.datetime | None,
) -> None:
    for found in _grouped(_entries(programme, as_of, posted_until)):
        source = known.get(found["cell__source_id"])
        row = cells.get((found["cell__year"], source.code)) if source else None
        if row is None:
            continue
        amount = -found["amount"] if found["turned"] else found["amount"]
        allotted, committed, disbursed = EFFECTS[found["kind"]]
        row.allotted += allotted * amount
        row.committed += committed * amount
        row.disbursed += disbursed * amount


def _settled(
    programme: Programme,
    cells: dict,
    known: dict[int, FundingSource],
    as_of: datetime.date | None,
    posted_until: datetime.datetime | None,
) -> None:
    rows = _entries(programme, as_of, posted_until).filter(kind=LedgerEntry.Kind.SETTLE)
    for found in _grouped(rows):
        source = known.get(found["cell__source_id"])
        row = cells.get((found["cell__year"], source.code)) if source else None
        if row is not None:
            row.settled += -found["amount"] if found["turned"] else found["amount"]


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
    version: object,
    used: list[FundingSource],
    years: list[int],
    cells: dict[tuple[int, str], Amounts],
    codes: set[str] | None,
) -> Matrix:
    by_year = {year: Amounts() for year in years}
    by_source = {source.code: Amounts() for source in used}
    total = Amounts()
    for (year, code), row in cells.items():
        by_year[year].add(row)
        by_source[code].add(row)
        total.add(row)
    whole_period = years == list(programme.years)
    if codes is None:
        for phase in version.year_phases.all():
            if phase.year in by_year:
                by_year[phase.year].planned = phase.amount
    if whole_period:
        for share in version.source_shares.select_related("source"):
            if share.source.code in by_source:
                by_source[share.source.code].planned = share.amount
    total.planned = _planned_total(version, by_year, by_source, codes, whole_period)
    return Matrix(programme, used, years, cells, by_year, by_source, total)


def _planned_total(
    version: object,
    by_year: dict[int, Amounts],
    by_source: dict[str, Amounts],
    codes: set[str] | None,
    whole_period: bool,
) -> int | None:
    if codes is None and whole_period:
        return version.total_amount
    margins = by_year if codes is None else by_source if whole_period else {}
    planned = [row.planned for row in margins.values()]
    return sum(planned) if planned and None not in planned else None


def of_proposal(proposal: Proposal) -> dict[str, dict[int, FundingLine]]:
    """Funding lines of one proposal by source code and year, as loaded."""
    found: dict[str, dict[int, FundingLine]] = {}
    for line in proposal.funding_lines.all():
        found.setdefault(line.source.code, {})[line.year] = line
    return found


def totals_of(proposal_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Proposal id → (state money, other money), the latest stage of each line, in đồng: one query."""
    rows = FundingLine.objects.filter(proposal_id__in=list(proposal_ids)).values_list(
        "proposal_id", "source__is_state", "requested", "appraised", "approved"
    )
    sums: dict[int, list[int]] = {}
    for proposal_id, is_state, requested, appraised, approved in rows:
        amount = next(x for x in (approved, appraised, requested) if x is not None)
        sums.setdefault(proposal_id, [0, 0])[0 if is_state else 1] += amount
    return {pk: (state, other) for pk, (state, other) in sums.items()}


def contracted(programme: Programme) -> int:
    """Σ state share of main contracts of a programme, in đồng."""
    rows = Contract.objects.filter(proposal__programme=programme, parent__isnull=True)
    return rows.aggregate(total=Sum("amount", default=0))["total"]


def accepted(programme: Programme) -> int:
    """Σ support recognised by acceptances of a programme, in đồng."""
    rows = Acceptance.objects.filter(proposal__programme=programme, passed=True)
    return rows.aggregate(total=Sum("amount", default=0))["total"]
