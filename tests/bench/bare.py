"""A bare Celery task to measure against; a worker includes this module by name."""

from __future__ import annotations

import os
import time
from pathlib import Path

from celery import shared_task


@shared_task(name="tests.bench.bare")
def bare(number: int) -> None:
    """Write down when it began."""
    began = time.time()
    folder = Path(os.environ["DATA_DIR"])
    (folder / f"bare-{number}.new").write_text(repr(began))
    (folder / f"bare-{number}.new").replace(folder / f"bare-{number}")
