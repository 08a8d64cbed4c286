"""Working days: Monday to Friday, less the days off, plus the days worked in their place."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db.models import Q

from khuyencong.core.models import Holiday

_remembered: ContextVar[dict[int | None, Calendar] | None] = ContextVar("workdays", default=None)
_DAY = datetime.timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """The days that are other than their weekday says."""

    off: frozenset[datetime.date] = field(default_factory=frozenset)
    worked: frozenset[datetime.date] = field(default_factory=frozenset)

    def works(self, day: datetime.date) -> bool:
        return day in self.worked or (day.weekday() < SATURDAY and day not in self.off)

    def add(self, start: datetime.date, days: int) -> datetime.date:
        """The day ``days`` working days after ``start``, or before it when negative."""
        day, step = start, _DAY if days > 0 else -_DAY
        for _each in range(abs(days)):
            day += step
            while not self.works(day):
                day += step
        return day

    def last_worked(self, day: datetime.date) -> datetime.date:
        """The day itself where it is worked, else the last one before it that was."""
        while not self.works(day):
            day -= _DAY
        return day

    def between(self, start: datetime.date, end: datetime.date) -> int:
        """Working days after ``start`` up to and with ``end``; negative when ``end`` is before."""
        if end < start:
            return -self.between(end, start)
        weeks, rest = divmod((end - start).days, 7)
        found = weeks * 5 + sum((start + _DAY * n).weekday() < SATURDAY for n in range(1, rest + 1))
        found -= sum(start < day <= end and day.weekday() < SATURDAY for day in self.off)
        return found + sum(start < day <= end and day.weekday() >= SATURDAY for day in self.worked)


def calendar_of(province_id: int | None) -> Calendar:
    """The calendar an office of the province goes by: one query, once a request."""
    known = _remembered.get()
    if known is not None and province_id in known:
        return known[province_id]
    ours: dict[datetime.date, bool] = {}
    rows = Holiday.objects.filter(Q(province=None) | Q(province_id=province_id))
    # The province's own word on a day comes last, and so counts.
    for day, is_working, home in rows.order_by().values_list("day", "is_working", "province_id"):
        if home is not None or day not in ours:
            ours[day] = is_working
    made = Calendar(
        frozenset(day for day, is_working in ours.items() if not is_working),
        frozenset(day for day, is_working in ours.items() if is_working),
    )
    if known is not None:
        known[province_id] = made
    return made


@contextmanager
def remembered() -> Iterator[None]:
    """Within the block each province's calendar is read once."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)
