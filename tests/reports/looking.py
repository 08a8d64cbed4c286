"""Look at a run from outside: its row as it is now, and what the invariants say."""

from __future__ import annotations

import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from reports import invariants, shelf
from reports.models import ReportRun

LATE = datetime.timedelta(hours=1)


def now(run: ReportRun) -> ReportRun:
    return ReportRun.objects.get(pk=run.pk)


def expire(run: ReportRun) -> None:
    """Its worker has not been heard of for longer than its lease."""
    ReportRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - LATE)


def faults() -> list[str]:
    checks = (
        invariants.no_run_is_past_its_lease,
        invariants.a_done_run_has_its_file,
        invariants.report_files_and_runs_match,
    )
    return [str(violation) for check in checks for violation in check()]


def shelved(run: ReportRun) -> Path:
    """Where the run's file lies or would lie."""
    path = Path(settings.MEDIA_ROOT) / shelf.place(run.pk)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
