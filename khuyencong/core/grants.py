"""Who may do what in PostgreSQL: one role owns the tables, another one runs the portal.

The running role adds rows to append-only tables and reads them; the database itself refuses it to
change, delete or truncate them, to switch off their triggers or to drop them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from khuyencong.core.models import AppendOnlyModel
from khuyencong.env import database

_ADDRESS: Final = ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
# What only ``migrate`` writes.
_READ_ONLY: Final = frozenset({"django_migrations"})
_CHANGES: Final = ("UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def append_only_tables() -> list[str]:
    return [
        model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnlyModel)
    ]


@contextmanager
def as_owner(alias: str = "default") -> Iterator[str]:
    """Within the block the connection is the owner's, where there is one; gives the running role.

    Empty where one role does everything: the embedded run, and where no owner was named.
    """
    connection = connections[alias]
    if not settings.DATABASE_OWNER_URL or connection.vendor != "postgresql":
        yield ""
        return
    owner = database(settings.DATABASE_OWNER_URL, settings.DATA_DIR)
    before = {name: connection.settings_dict[name] for name in _ADDRESS}
    connection.close()
    connection.settings_dict.update({name: owner[name] for name in _ADDRESS})
    try:
        yield before["USER"]
    finally:
        connection.close()
        connection.settings_dict.update(before)


def give(connection: BaseDatabaseWrapper, role: str) -> None:
    """The running role's rights on all there is now, and the least on what comes later.

    To be run by the owner, after every migration; saying it twice changes nothing.
    """
    quote = connection.ops.quote_name
    to = quote(role)
    closed = {*append_only_tables()}
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = quote(cursor.fetchone()[0])
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {to}")
        cursor.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM {to}, PUBLIC")
        for table in connection.introspection.table_names(cursor):
            rights = "SELECT, INSERT" if table in closed else "SELECT, INSERT, UPDATE, DELETE"
            rights = "SELECT" if table in _READ_ONLY else rights
            cursor.execute(f"REVOKE ALL ON TABLE {quote(table)} FROM {to}, PUBLIC")
            cursor.execute(f"GRANT {rights} ON TABLE {quote(table)} TO {to}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {to}")
        # A table made between two of these may turn out to be one of those nobody changes.
        later = f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT"
        cursor.execute(f"{later} SELECT, INSERT ON TABLES TO {to}")
        cursor.execute(f"{later} USAGE, SELECT ON SEQUENCES TO {to}")


def changeable(connection: BaseDatabaseWrapper) -> list[str]:
    """Append-only tables that the role of this connection owns or may change."""
    query = (
        "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r' "
        "AND relnamespace = current_schema()::regnamespace "
        "AND (pg_has_role(relowner, 'USAGE') OR "
        + " OR ".join(f"has_table_privilege(oid, '{right}')" for right in _CHANGES)
        + ") ORDER BY relname"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [append_only_tables()])
        return [name for (name,) in cursor.fetchall()]
