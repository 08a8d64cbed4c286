"""The bell of the reports: a run waits for a worker."""

from __future__ import annotations

from typing import Final

from khuyencong import bell

TASK: Final = "reports.tasks.build"


def ring(run_id: int) -> bool:
    """Whether the broker took the message; when not, the sweep rings later."""
    return bell.ring(TASK, run_id)
