"""How long dossiers lie with each office, counted in one place: now, and answers of a year.

An office that the portal cannot see into stands in a column of its own and is never late; a
dossier that waits for its unit waits for no office.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from khuyencong.core import clock, roles, workdays
from khuyencong.core.models import Organisation, User
from khuyencong.core.workdays import Calendar
from programmes.models import FundingSource
from projects import holding
from projects.models import Proposal, Review
from projects.notices import WITH_AN_OFFICE

# Who judges, and who follows the whole province.
FOLLOWS: Final = (roles.REVIEW, roles.CONCLUDE, roles.APPROVE, roles.SEE_PROVINCE)
OUTSIDE: Final = Q(is_outside=True) | Q(organisation__province=None)
_TENTH: Final = Decimal("0.1")
_A_DAY: Final = datetime.timedelta(days=1)


@dataclass
class Waiting:
    """Open dossiers of one office, by the day it has to keep."""

    in_time: int = 0
    soon: int = 0
    late: int = 0
    outside: int = 0

    @property
    def total(self) -> int:
        return self.in_time + self.soon + self.late + self.outside

    def add(self, other: Waiting) -> None:
        self.in_time += other.in_time
        self.soon += other.soon
        self.late += other.late
        self.outside += other.outside


@dataclass
class Answers:
    """What an office answered in a year, and the working days it took, pauses left out."""

    count: int = 0
    days: int = 0
    longest: int | None = None

    @property
    def average(self) -> Decimal | None:
        if not self.count:
            return None
        return (Decimal(self.days) / self.count).quantize(_TENTH, ROUND_HALF_UP)

    def add(self, other: Answers) -> None:
        self.count += other.count
        self.days += other.days
        if other.longest is not None:
            self.longest = max(self.longest or 0, other.longest)


@dataclass
class Row:
    """One office and the chain of one source."""

    office: Organisation
    source: FundingSource
    waiting: Waiting = field(default_factory=Waiting)
    answers: Answers = field(default_factory=Answers)


@dataclass
class Table:
    """All offices that have or had something, those with the most late ones first."""

    year: int
    years: list[int]
    rows: list[Row]
    waiting: Waiting
    answers: Answers


def open_reviews() -> QuerySet[Review]:
    """What lies with an office now; what is paused lies with the unit."""
    return Review.objects.filter(verdict="", paused_at=None, track__status__in=WITH_AN_OFFICE)


def late(rows: QuerySet[Review], calendar: Calendar) -> QuerySet[Review]:
    """Those whose day has passed, the longest late first."""
    late_before, _soon_before = holding.bounds(calendar, clock.today())
    return rows.exclude(OUTSIDE).filter(due_on__lt=late_before).order_by("due_on", "pk")


def waiting_by(
    rows: QuerySet[Review], calendar: Calendar, *keys: str
) -> dict[tuple[Any, ...], Waiting]:
    """Open reviews counted by some columns, in one query."""
    late_before, soon_before = holding.bounds(calendar, clock.today())
    ours = ~OUTSIDE
    counted = (
        rows.order_by()
        .values_list(*keys)
        .annotate(
            in_time=Count("pk", ours & (Q(due_on=None) | Q(due_on__gte=soon_before))),
            soon=Count("pk", ours & Q(due_on__gte=late_before, due_on__lt=soon_before)),
            late=Count("pk", ours & Q(due_on__lt=late_before)),
            outside=Count("pk", OUTSIDE),
        )
    )
    return {row[: len(keys)]: Waiting(*row[len(keys) :]) for row in counted}


def answers_by(
    rows: QuerySet[Review], calendar: Calendar, *keys: str
) -> dict[tuple[Any, ...], Answers]:
    """Answered reviews with their working days by some columns: one query, a row a pair of days."""
    spans = list(
        rows.exclude(OUTSIDE)
        .order_by()
        .annotate(
            first=TruncDate("received_at"),
            last=TruncDate(Coalesce("paused_at", "decided_at")),
        )
        .values_list(*keys, "first", "last")
        .annotate(n=Count("pk"))
    )
    worked = _worked_up_to(calendar, [day for span in spans for day in span[-3:-1]])
    found: dict[tuple[Any, ...], Answers] = {}
    for *key, first, last, n in spans:
        took = max(worked[last] - worked[first], 0)
        found.setdefault(tuple(key), Answers()).add(Answers(n, took * n, took))
    return found


def _worked_up_to(calendar: Calendar, days: list[datetime.date]) -> dict[datetime.date, int]:
    """How many days were worked up to each day, so that a span is one subtraction."""
    found: dict[datetime.date, int] = {}
    if days:
        day, count = min(days), 0
        while day <= max(days):
            count += calendar.works(day)
            found[day] = count
            day += _A_DAY
    return found


def answered(year: int | None = None) -> QuerySet[Review]:
    """Reviews that ended with an opinion of the office."""
    rows = Review.objects.filter(decided_at__isnull=False).exclude(verdict__in=("", *Review.VOID))
    return rows if year is None else rows.filter(decided_at__year=year)


def seen_by(user: User) -> Q:
    """The person's province; a national office its own part in every province."""
    home = user.organisation
    if home.province_id is None:
        return Q(organisation__lineage=home.lineage)
    return Q(track__proposal__province_id=home.province_id)


def table(user: User, year: int | None = None) -> Table:
    """Office × chain, in a fixed number of queries however many dossiers there are."""
    seen, keys = seen_by(user), ("organisation__lineage", "track__source_id")
    years = _years(seen)
    year = year if year in years else years[-1]
    calendar = workdays.calendar_of(user.organisation.province_id)
    waiting = waiting_by(open_reviews().filter(seen), calendar, *keys)
    answers = answers_by(answered(year).filter(seen), calendar, *keys)
    offices = names({lineage for lineage, _source in (*waiting, *answers)})
    sources = FundingSource.objects.in_bulk({source for _lineage, source in (*waiting, *answers)})
    rows = [
        Row(
            offices[key[0]],
            sources[key[1]],
            waiting.get(key, Waiting()),
            answers.get(key, Answers()),
        )
        for key in waiting.keys() | answers.keys()
    ]
    found = Table(year, years, sorted(rows, key=_worst_first), Waiting(), Answers())
    for row in rows:
        found.waiting.add(row.waiting)
        found.answers.add(row.answers)
    return found


def _worst_first(row: Row) -> tuple[Any, ...]:
    waiting = row.waiting
    return (-waiting.late, -waiting.total, row.office.short_name, row.source.position)


def _years(seen: Q) -> list[int]:
    """Years in which something was answered, up to this one."""
    ends = (
        answered()
        .filter(seen)
        .aggregate(first=Min(TruncDate("decided_at")), last=Max(TruncDate("decided_at")))
    )
    this = clock.today().year
    first, last = ends["first"], ends["last"]
    return list(range(first.year if first else this, max(last.year if last else this, this) + 1))


def names(lineages: Iterable[str]) -> dict[str, Organisation]:
    """Each office under its present name, or its last one."""
    today = clock.today()
    found: dict[str, Organisation] = {}
    rows = Organisation.objects.filter(lineage__in=set(lineages)).order_by("pk")

    def rank(row: Organisation) -> tuple[bool, datetime.date]:
        begun = row.valid_from or datetime.date.min
        holds = begun <= today and (row.valid_to is None or row.valid_to >= today)
        return holds, begun

    for row in sorted(rows, key=rank):
        found[row.lineage] = row
    return found


def late_seen_by(user: User, rows: QuerySet[Review], calendar: Calendar, most: int) -> list[Review]:
    """The longest late that this person may open, with what a list says of them."""
    visible = Proposal.objects.visible_to(user).filter(pk=OuterRef("track__proposal_id"))
    found = late(rows, calendar).filter(Exists(visible))
    return list(found.select_related("organisation", "track__proposal", "track__source")[:most])
