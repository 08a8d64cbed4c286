"""Tell the broker that work waits, without ever waiting for the broker.

The truth about a job is a row in the database; a message is only a bell. A lost one costs time,
since a sweep rings again, and nothing else.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any, Final

from django.conf import settings
from kombu import pools

from khuyencong.celery import app

# No second try: Celery's own would hold the page for seconds when nobody answers.
IMPATIENT: Final = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 1.0,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
}

logger = logging.getLogger(__name__)


@cache
def line(url: str) -> Any:
    """The connection bells are rung on, one a process."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | IMPATIENT
    return app.connection_for_write(url, transport_options=options)


def ring(task: str, *arguments: int) -> bool:
    """Whether the broker took the message; its failures are logged, never raised."""
    try:
        connection = line(settings.CELERY_BROKER_URL)
        with pools.producers[connection].acquire(block=True, timeout=1) as producer:
            app.send_task(task, arguments, producer=producer, retry=False, ignore_result=True)
    except Exception as error:
        logger.warning("%s %s waits, the broker did not answer: %s", task, arguments, error)
        return False
    return True
