"""Thin Celery wrappers around plain functions."""

from celery import shared_task

from projects import notices


@shared_task(name="projects.mail_notices")
def mail_notices() -> int:
    return notices.mail_waiting()


def _bell() -> None:
    mail_notices.apply_async(retry=False)


notices.bells.append(_bell)
