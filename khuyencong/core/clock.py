"""The one clock of the portal. Rules take the day from here, so that history can be replayed

by the demonstration data and by tests without touching the machine's clock.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_now: ContextVar[datetime.datetime | None] = ContextVar("clock_now", default=None)


def now() -> datetime.datetime:
    return _now.get() or timezone.now()


def today() -> datetime.date:
    """The day in the portal's time zone."""
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime.datetime | datetime.date) -> Iterator[None]:
    """Within the block it is ``moment`` (a bare day means its noon)."""
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(
            moment, datetime.time(12), tzinfo=timezone.get_current_timezone()
        )
    token = _now.set(moment)
    try:
        yield
    finally:
        _now.reset(token)
