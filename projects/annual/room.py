"""What the cell of a list still has, beside what the list asks for; all in đồng."""

from __future__ import annotations

from dataclasses import dataclass

from projects import amounts
from projects.models import AnnualPlan


@dataclass
class Room:
    """Figures of the plan's cell as ``projects.amounts`` defines them, and the sum of the ticks.

    ``planned`` None: «chưa phân bổ». The margins are the programme's, for information where the
    cell has no allotment yet.
    """

    allotted: int
    committed: int
    available: int
    planned: int | None
    year_margin: int | None
    source_margin: int | None
    chosen: int = 0
    chosen_later: int = 0

    @property
    def remaining(self) -> int:
        """What would be left if every ticked amount of the year were committed."""
        return self.available - self.chosen

    @property
    def is_allotted(self) -> bool:
        return self.allotted > 0

    @property
    def is_short(self) -> bool:
        return self.is_allotted and self.remaining < 0


def of(plan: AnnualPlan) -> Room:
    found = amounts.matrix(plan.programme, years=[plan.year], sources=[plan.source.code])
    cell = found.cells.get((plan.year, plan.source.code), amounts.Amounts())
    return Room(
        allotted=cell.allotted,
        committed=cell.committed,
        available=cell.available or 0,
        planned=cell.planned,
        year_margin=found.plan.years.get(plan.year),
        source_margin=found.plan.sources.get(plan.source.code),
    )
