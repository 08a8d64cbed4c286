"""How long dossiers lie with each office: only offices of the province can be late."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from django.db.models import Exists, OuterRef

from khuyencong.core import charts
from khuyencong.core.charts import Segment
from khuyencong.core.drawings import StripChart
from khuyencong.core.models import User
from programmes.models import Programme
from projects import holding
from projects.holding import Due
from projects.models import Proposal, Review, Track

_NAMED: Final = 5  # late dossiers shown by name


@dataclass
class Office:
    """Open dossiers of one office. One outside the province has no deadline of ours."""

    pk: int
    name: str
    is_outside: bool
    in_time: int = 0
    soon: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        return self.in_time + self.soon + self.late

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
    """Open reviews of a programme by office, in one query; titles only of visible dossiers."""
    seen = Proposal.objects.visible_to(user).filter(pk=OuterRef("track__proposal_id"))
    rows = (
        Review.objects.filter(
            verdict="", track__status=Track.Status.IN_STEP, track__proposal__programme=programme
        )
        .select_related("organisation", "track__proposal")
        .only(
            "due_on",
            "organisation__short_name",
            "organisation__province_id",
            "track__proposal__code",
            "track__proposal__title",
        )
        .annotate(may_see=Exists(seen))
        .order_by("due_on", "pk")
    )
    offices: dict[int, Office] = {}
    found = Ageing()
    for review in rows:
        body = review.organisation
        office = offices.setdefault(
            body.pk, Office(body.pk, body.short_name, body.province_id is None)
        )
        due = holding.due(review)
        office.in_time += due.tone == ""
        office.soon += due.tone == "w"
        office.late += due.tone == "r"
        if due.tone == "r" and review.may_see and len(found.late) < _NAMED:
            found.late.append((review, due))
    found.offices = sorted(offices.values(), key=lambda office: (-office.late, -office.total))
    return found
