"""Thin Celery wrappers around plain functions."""

from celery import shared_task

from khuyencong import bell
from projects import mailing, notices, scans
from projects.exchange import runs as imports

MAIL_NOTICES = "projects.mail_notices"
SCAN_FILES = "projects.scan_files"


@shared_task(name=MAIL_NOTICES)
def mail_notices() -> int:
    return mailing.mail_waiting()


@shared_task(name=SCAN_FILES)
def scan_files() -> int:
    return scans.scan_waiting()


@shared_task(name=imports.READ)
def read_import(run_id: int) -> None:
    imports.read(run_id)


@shared_task(name=imports.WRITE)
def write_import(run_id: int) -> None:
    imports.write(run_id)


def ring() -> None:
    bell.ring(MAIL_NOTICES)


def ring_for_scan() -> None:
    bell.ring(SCAN_FILES)


notices.bells.append(ring)
scans.bells.append(ring_for_scan)
