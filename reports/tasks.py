"""Background work: thin wrappers that know only the number of a run."""

from __future__ import annotations

from celery import shared_task

from reports import bell, runs
from reports import worker as _worker  # noqa: F401  connects what a worker does at its start


@shared_task(name=bell.TASK)
def build(run_id: int) -> None:
    runs.build(run_id)
