"""Thin Celery wrappers around plain functions."""

from celery import shared_task

from khuyencong import bell
from projects import notices

MAIL_NOTICES = "projects.mail_notices"


@shared_task(name=MAIL_NOTICES)
def mail_notices() -> int:
    return notices.mail_waiting()


def ring() -> None:
    bell.ring(MAIL_NOTICES)


notices.bells.append(ring)
