"""Emptying the database between tests that commit.

PostgreSQL truncates, which row triggers do not see. SQLite can only delete, which the triggers of
append-only tables refuse: they are taken down for it, and put up again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations

from khuyencong.core import immutable
from khuyencong.core.models import AppendOnlyModel


def append_only_tables() -> list[str]:
    return [
        model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnlyModel)
    ]


@contextmanager
def unguarded(*tables: str) -> Iterator[None]:
    """Within the block somebody with the keys to the database may rewrite these tables."""
    _run(immutable.take_down, tables)
    yield
    _run(immutable.put_up, tables)


def _run(make: Any, tables: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            for statement in make(connection.vendor, table):
                cursor.execute(statement)


def allow() -> None:
    """Let Django's flush empty append-only tables on SQLite."""
    if connection.vendor != "sqlite":
        return
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with transaction.atomic(), unguarded(*append_only_tables()):
            flush(self, sql_list)

    operations.execute_sql_flush = execute_sql_flush
