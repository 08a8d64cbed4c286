"""Background work: thin wrappers that know only the number of a run."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_init

from reports import bell, pdf, runs
from reports.pdf import PdfError

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


@shared_task(name=bell.TASK)
def build(run_id: int) -> None:
    runs.build(run_id)
