"""What somebody wants to save of a draft: plain data, each part of it optional."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from khuyencong.core.models import Place
from programmes.models import Activity, Target
from projects.models import Enterprise

PLAIN_FIELDS = frozenset(
    {
        "title",
        "kind",
        "partner",
        "is_recoverable",
        "necessity",
        "goals",
        "content",
        "expected_output",
        "organisation_plan",
        "effect",
        "starts_on",
        "ends_on",
        "survey_place",
        "survey_asker",
        "survey_number",
        "survey_on",
    }
)


class ActivityChoice(NamedTuple):
    """An activity of the proposal, how many results, and what raises its ceiling."""

    activity: Activity
    units: int = 1
    is_technology_line: bool = False
    multiplier: Decimal = Decimal(1)
    multiplier_reason: str = ""


@dataclass
class CostRow:
    """One line of the cost table; ``shares`` is đồng by source code, no ``amount`` = computed.

    ``activity_code`` is needed only where the proposal has several activities.
    """

    name: str = ""
    unit: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: int = 0
    amount: int | None = None
    shares: dict[str, int] = field(default_factory=dict)
    note: str = ""
    activity_code: str = ""

    def total(self) -> int:
        """Thành tiền in đồng: as entered, else quantity × unit price, half up."""
        if self.amount is not None:
            return self.amount
        exact = self.quantity * self.unit_price
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass
class Draft:
    """What a form, the API or an import wants to save. None leaves a part as it is."""

    fields: dict[str, Any] = field(default_factory=dict)
    activities: list[ActivityChoice] | None = None
    places: list[Place] | None = None
    beneficiaries: list[Enterprise] | None = None
    objective_ids: list[int] | None = None
    cost_rows: list[CostRow] | None = None
    funding: dict[tuple[str, int], int] | None = None
    claims: list[tuple[Target, int]] | None = None
