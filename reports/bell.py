"""Tell the broker that a run waits. The row is the truth: a lost bell costs time, nothing else."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any, Final

from django.conf import settings
from kombu import pools

from khuyencong.celery import app

TASK: Final = "reports.tasks.build"
# An order must not hang because the broker does: no second try, the sweep rings later.
IMPATIENT: Final = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 1.0,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
}

logger = logging.getLogger(__name__)


@cache
def _line(url: str) -> Any:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | IMPATIENT
    return app.connection_for_write(url, transport_options=options)


def ring(run_id: int) -> bool:
    """Whether the broker took the message; its failures are logged, never raised."""
    try:
        line = _line(settings.CELERY_BROKER_URL)
        with pools.producers[line].acquire(block=True, timeout=1) as producer:
            app.send_task(TASK, [run_id], producer=producer, retry=False, ignore_result=True)
    except Exception as error:
        logger.warning("run %s waits for the sweep, the broker did not answer: %s", run_id, error)
        return False
    return True
