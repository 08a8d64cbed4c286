"""What a Celery worker does at its start, and when one of its children is killed."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from typing import Any

from celery.signals import worker_init, worker_ready

from reports import pdf
from reports.pdf import PdfError

EXIT_BROKEN = 70

logger = logging.getLogger(__name__)


@worker_init.connect
def warm_up(**_kwargs: Any) -> None:
    """Load WeasyPrint once, before the worker forks: its children share it and start at once."""
    if missing := pdf.available():
        logger.warning(missing)
        return
    try:
        pdf.load()
    except PdfError as error:
        logger.warning(error)


@worker_ready.connect
def watch_children(sender: Any, **_kwargs: Any) -> None:
    """End the worker when a child was killed and the others may wait for it for ever.

    Without an event loop (the filesystem broker) children take turns under one lock; one that is
    killed while it waits for work takes the lock along. Whoever keeps the worker starts it again,
    and the sweep rings for its jobs.
    """
    pool = getattr(getattr(sender, "pool", None), "_pool", None)
    if pool is None or getattr(pool, "on_process_down", pool) is not None:
        return  # no processes, or Celery's own pool for event loops, which has no such lock

    def on_process_down(child: Any) -> None:
        code = child.exitcode or 0
        if code >= 0 or code == -signal.SIGTERM or getattr(child, "_controlled_termination", False):
            return
        logger.error("a child was killed (signal %s): this worker ends, to begin anew", -code)
        for other in list(pool._pool):
            with contextlib.suppress(ProcessLookupError, TypeError):
                os.kill(other.pid, signal.SIGKILL)
        os._exit(EXIT_BROKEN)

    pool.on_process_down = on_process_down
