"""When the steps of a story happen: on days of a past period, or counted back from today."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from khuyencong.core import clock, workdays
from khuyencong.core.workdays import Calendar
from projects.models import ReviewChain

USUAL_STEP_DAYS = 10


@dataclass
class Step:
    """One verb of a story, with what it needs, on its day."""

    day: datetime.date
    verb: str
    told: dict[str, Any] = field(default_factory=dict)


def state_years(spec: dict[str, Any], states: set[str]) -> list[int]:
    """Years in which a story has money of the state."""
    return sorted(year for year, shares in spec["money"].items() if states & shares.keys())


def of_period(spec: dict[str, Any], data: dict[str, Any], states: set[str]) -> list[Step]:
    """Steps of a story of a past period, from the segments of its way."""
    years = state_years(spec, states)
    plan, last = spec["plan_year"], years[-1]
    steps = []
    for segment in data["ways"][spec["way"]]:
        for told in data["segments"][segment]:
            if "each" in told:
                steps += [_on(year, told | {"line_year": year}) for year in years]
            else:
                base, _sign, shift = told["year"].replace("-", "+-").partition("+")
                year = (plan if base == "plan" else last) + int(shift or 0)
                line_year = {"line_year": year} if told["verb"] == "pay" else {}
                steps.append(_on(year, told | line_year))
    return steps


def _on(year: int, told: dict[str, Any]) -> Step:
    month, day = (int(part) for part in told["day"].split("-"))
    found = datetime.date(year, month, day)
    # Offices are shut at the end of the week.
    plain = Calendar()
    return Step(found if plain.works(found) else plain.add(found, 1), told["verb"], told)


def from_today(spec: dict[str, Any], data: dict[str, Any], chain: ReviewChain | None) -> list[Step]:
    """Steps counted back from today, so that what is due or late is so whenever this is loaded."""
    tellings = [told if isinstance(told, dict) else {"verb": told} for told in spec["steps"]]
    pace = spec.get("pace", data["pace"])
    if "due_in" in spec:
        anchor, order = _arrival(tellings)
        days = chain.steps.all()[order].working_days if chain else None
        shift = spec["due_in"] - (days or USUAL_STEP_DAYS)
    else:
        anchor, shift = len(tellings) - 1, -spec["ago"]
    today, calendar = clock.today(), workdays.calendar_of(None)
    return [
        Step(
            calendar.add(today, min(shift + (index - anchor) * pace, -1)),
            told["verb"],
            told,
        )
        for index, told in enumerate(tellings)
    ]


def _arrival(tellings: list[dict[str, Any]]) -> tuple[int, int]:
    """Which telling brought the dossier to the office where it lies, and the order of its step."""
    arrived, order, concluded = 0, 0, False
    for index, told in enumerate(tellings):
        if told["verb"] == "submit":
            arrived = index
        elif told["verb"] == "conclude" or (told["verb"] == "pass" and concluded):
            arrived, order, concluded = index, order + 1, True
    return arrived, order
