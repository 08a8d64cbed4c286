"""Running sums of a draft: what the cost table and the years say of each source, side by side."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from khuyencong.core.money_words import in_words
from programmes.models import FundingSource
from projects.drafts import Draft


@dataclass(frozen=True)
class SourceSum:
    """One source, or all of them: đồng in the cost table and over the years."""

    source: FundingSource | None
    costs: int
    years: int

    @property
    def off(self) -> int:
        return self.costs - self.years

    @property
    def is_unused(self) -> bool:
        return not self.costs and not self.years


@dataclass(frozen=True)
class YearSum:
    """One year: đồng of the state and of others."""

    year: int
    state: int
    other: int

    @property
    def total(self) -> int:
        return self.state + self.other


@dataclass(frozen=True)
class Totals:
    """What stands beside the form; ``amount`` is the sum of the cost lines themselves."""

    amount: int
    sources: list[SourceSum]
    years: list[YearSum]

    @property
    def all_sources(self) -> SourceSum:
        costs = sum(row.costs for row in self.sources)
        return SourceSum(None, costs, sum(row.years for row in self.sources))

    @property
    def unshared(self) -> int:
        """Cost that no source pays yet; negative where the sources pay too much."""
        return self.amount - self.all_sources.costs

    @property
    def state(self) -> int:
        return sum(row.state for row in self.years)

    @property
    def other(self) -> int:
        return sum(row.other for row in self.years)

    @property
    def words(self) -> str:
        """The cost table's sum as papers write it."""
        return in_words(self.amount)


def totals(draft: Draft, sources: list[FundingSource], years: list[int]) -> Totals:
    costs: dict[str, int] = defaultdict(int)
    for row in draft.cost_rows or []:
        for code, amount in row.shares.items():
            costs[code] += amount
    by_source: dict[str, int] = defaultdict(int)
    by_year: dict[tuple[int, bool], int] = defaultdict(int)
    is_state = {source.code: source.is_state for source in sources}
    for (code, year), amount in (draft.funding or {}).items():
        by_source[code] += amount
        by_year[year, is_state[code]] += amount
    return Totals(
        amount=sum(row.total() for row in draft.cost_rows or []),
        sources=[
            SourceSum(source, costs[source.code], by_source[source.code]) for source in sources
        ],
        years=[YearSum(year, by_year[year, True], by_year[year, False]) for year in years],
    )
