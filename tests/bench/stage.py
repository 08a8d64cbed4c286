"""Where benchmarks run: a database and a broker of their own, and Django set up on them."""

from __future__ import annotations

import os
from pathlib import Path

from tests.servers import OURS, Postgres, Redis, environment

POSTGRES = Postgres(durable=True)
REDIS = Redis()


def prepare(data_dir: Path) -> None:
    """Start both, choose the settings and migrate; once, before anything imports a model."""
    for name in OURS:
        os.environ.pop(name, None)
    os.environ.update(
        portal(data_dir, DATABASE_URL=POSTGRES.start().url, REDIS_URL=REDIS.start().url),
        DJANGO_SETTINGS_MODULE="khuyencong.settings",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def portal(data_dir: Path, **changes: str) -> dict[str, str]:
    """The environment of a portal for measurements: static files as they lie, quiet logs."""
    return environment(data_dir, STATIC_MANIFEST="0", LOG_LEVEL="WARNING", **changes)


def end() -> None:
    REDIS.close()
    POSTGRES.close()
