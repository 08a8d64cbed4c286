"""What must be looked after every minute, each chore on its own: one that fails stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from khuyencong.core import audit, organisations
from projects import mailing, reminders, scans
from projects.exchange import runs as imports
from reports import runs

logger = logging.getLogger(__name__)
CHORES: Final[tuple[Callable[[], Any], ...]] = (
    runs.sweep,  # jobs whose bell was not heard, or whose worker died
    imports.sweep,
    reminders.remind,  # what is about to be late, once
    mailing.mail_waiting,  # e-mails that a dead broker or mail server kept back
    scans.take_up,  # attached files whose scan was broken off
    organisations.move_people,  # a change of name or merger whose day has come
    audit.anchor,  # once a day
)


def run() -> list[str]:
    """Do all chores; the names of those that failed (their error is in the log)."""
    failed = []
    for chore in CHORES:
        try:
            chore()
        except Exception:
            logger.exception("chore %s failed", chore.__name__)
            failed.append(chore.__name__)
    return failed
