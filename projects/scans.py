"""Have attached files scanned for malware, where a scanner is set up. The rows are the queue."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings

from khuyencong.core import scanning
from projects.models import Attachment

logger = logging.getLogger(__name__)
# tasks.py puts the bell of the worker here: what attaches a file knows no worker.
bells: list[Callable[[], None]] = []
Scan = Attachment.Scan


def first_state() -> str:
    """How a file begins: waiting for the scanner, or not scanned at all where there is none."""
    return Scan.PENDING if settings.CLAMD_URL else Scan.OFF


def ring() -> None:
    """After the commit: wake the worker. A broker that is down only delays the scan."""
    for bell in bells:
        bell()


def take_up() -> None:
    """Ring again for files whose bell was not heard or whose worker died.

    Where the scanner was taken out of the settings nobody would ever scan them: they say so.
    """
    waiting = Attachment.objects.filter(scan=Scan.PENDING)
    if not settings.CLAMD_URL:
        waiting.update(scan=Scan.OFF)
    elif waiting.exists():
        ring()


def scan_waiting(limit: int = 100) -> int:
    """Scan what waits, oldest first; two workers at once only do the same work twice."""
    if not settings.CLAMD_URL:
        return 0
    scanned = 0
    rows = Attachment.objects.filter(scan=Scan.PENDING).select_related("file").order_by("pk")
    for row in rows[:limit]:
        try:
            with row.file.content.open("rb") as content:
                found = scanning.scan(content, settings.CLAMD_URL)
        except scanning.NoAnswer as error:
            logger.warning("the scanner does not answer, files wait: %s", error)
            break
        except (scanning.ScanError, OSError) as error:
            logger.warning("attachment %s stays unscanned: %s", row.pk, error)
            continue
        if found:
            logger.warning("attachment %s is infected: %s", row.pk, found)
        state = Scan.INFECTED if found else Scan.CLEAN
        waiting = Attachment.objects.filter(pk=row.pk, scan=Scan.PENDING)
        scanned += waiting.update(scan=state)
    return scanned
