"""python manage.py migrate: as the owner of the tables, where DATABASE_OWNER_URL names one."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from khuyencong.core import grants


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        alias = options["database"]
        with grants.as_owner(alias) as role:
            super().handle(*args, **options)
            if role and not options["plan"] and not options["check_unapplied"]:
                grants.give(connections[alias], role)
