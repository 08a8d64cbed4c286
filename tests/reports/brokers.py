"""Point this process at a broker, and say what a worker needs to share it and the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection

from khuyencong import bell
from tests.servers import Redis, environment


def database_url() -> str:
    """The database this process uses, as an address."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}@/{found['NAME']}?host={quote(found['HOST'], safe='')}"


def use(settings: Any, folder: Path, redis: Redis | None, **changes: str) -> dict[str, str]:
    """Ring at ``redis``, or at a queue in ``folder``; the environment of its workers."""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    if redis:
        settings.CELERY_BROKER_URL = redis.url
        changes["REDIS_URL"] = redis.url
    else:
        queue = folder / "queue"
        (queue / "in").mkdir(parents=True, exist_ok=True)
        settings.CELERY_BROKER_URL = "filesystem://localhost"
        settings.CELERY_BROKER_TRANSPORT_OPTIONS = {
            "data_folder_in": str(queue / "in"),
            "data_folder_out": str(queue / "in"),
            "control_folder": str(queue / "control"),
        }
    bell.line.cache_clear()
    return environment(folder, DATABASE_URL=database_url(), **changes)
