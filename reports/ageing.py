"""How long dossiers of a programme lie with each office, as the dashboard shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from khuyencong.core import charts, workdays
from khuyencong.core.charts import Segment
from khuyencong.core.drawings import StripChart
from khuyencong.core.models import User
from programmes.models import Programme
from projects import ageing as counted
from projects import holding
from projects.ageing import Waiting
from projects.holding import Due
from projects.models import Review

_NAMED: Final = 5  # late dossiers shown by name


@dataclass
class Office:
    """Open dossiers of one office; those it has outside the portal have no day to keep."""

    pk: int
    name: str
    waiting: Waiting

    @property
    def is_outside(self) -> bool:
        return self.waiting.outside == self.waiting.total

    @property
    def in_time(self) -> int:
        return self.waiting.in_time

    @property
    def soon(self) -> int:
        return self.waiting.soon

    @property
    def late(self) -> int:
        return self.waiting.late

    @property
    def total(self) -> int:
        return self.waiting.total

    @property
    def chart(self) -> StripChart:
        parts = [
            Segment("", self.in_time, "committed"),
            Segment("", self.soon, "warn"),
            Segment("", self.late, "bad"),
        ]
        return charts.strip(parts, title=self.name, shares=False, height=12, uid=f"age-{self.pk}")


@dataclass
class Ageing:
    offices: list[Office] = field(default_factory=list)
    # The latest first, only dossiers that may be seen.
    late: list[tuple[Review, Due]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(office.total for office in self.offices)

    @property
    def late_total(self) -> int:
        return sum(office.late for office in self.offices)


def ageing(programme: Programme, user: User) -> Ageing:
    """Open reviews of a programme by office, counted by the database; titles of visible ones."""
    calendar = workdays.calendar_of(programme.province_id)
    rows = counted.open_reviews().filter(track__proposal__programme=programme)
    keys = ("organisation__lineage", "organisation_id", "organisation__short_name")
    offices: dict[str, Office] = {}
    # An office under two names is one, called by the later of them.
    for (lineage, pk, name), found in sorted(counted.waiting_by(rows, calendar, *keys).items()):
        office = offices.setdefault(lineage, Office(pk, name, Waiting()))
        office.pk, office.name = pk, name
        office.waiting.add(found)
    late = counted.late_seen_by(user, rows, calendar, _NAMED)
    return Ageing(
        sorted(offices.values(), key=lambda office: (-office.late, -office.total, office.name)),
        [(review, holding.due(review)) for review in late],
    )
