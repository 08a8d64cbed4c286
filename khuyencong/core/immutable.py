"""Tables whose rows are only ever added: the database itself refuses to change or delete a row.

``AppendOnlyModel`` stops the code; these triggers stop whoever goes around it.
"""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SAYS = "chỉ được thêm dòng, không được sửa hay xóa"

# SQLSTATE 23001 reaches Django as an IntegrityError, as SQLite's ABORT does.
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: {SAYS}', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""


def put_up(vendor: str, table: str) -> list[str]:
    """Statements that make a table append-only."""
    if vendor == "postgresql":
        return [
            _FUNCTION,
            f'CREATE TRIGGER "{table}_immutable" BEFORE UPDATE OR DELETE ON "{table}" '
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        ]
    return [
        f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{table}: {SAYS}'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def take_down(vendor: str, table: str) -> list[str]:
    """Statements that undo ``put_up``."""
    if vendor == "postgresql":
        return [f'DROP TRIGGER IF EXISTS "{table}_immutable" ON "{table}"']
    return [f'DROP TRIGGER IF EXISTS "{table}_no_{verb}"' for verb in ("update", "delete")]


def append_only(*tables: str) -> migrations.RunPython:
    """A migration operation that puts the triggers up, and takes them down backwards.

    A later migration that alters such a table on SQLite writes the table anew and so loses the
    triggers: end it with this operation again (it may be repeated).
    """

    def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        _run(schema_editor, tables, take_down, put_up)

    def backwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        _run(schema_editor, tables, take_down)

    return migrations.RunPython(forwards, backwards)


def _run(editor: BaseDatabaseSchemaEditor, tables: tuple[str, ...], *steps: Any) -> None:
    for table in tables:
        for step in steps:
            for statement in step(editor.connection.vendor, table):
                editor.execute(statement, params=None)


def unguarded(connection: BaseDatabaseWrapper, tables: list[str]) -> list[str]:
    """Those of the tables that the database would let somebody change."""
    if connection.vendor == "postgresql":
        wanted, query = (
            1,
            (
                "SELECT relation.relname FROM pg_trigger AS guard "
                "JOIN pg_class AS relation ON relation.oid = guard.tgrelid "
                "WHERE guard.tgname = relation.relname || '_immutable' "
                "AND guard.tgenabled IN ('O', 'A')"
            ),
        )
    else:
        wanted, query = (
            2,
            (
                "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' "
                "AND name IN (tbl_name || '_no_update', tbl_name || '_no_delete')"
            ),
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = [name for (name,) in cursor.fetchall()]
    return [table for table in tables if found.count(table) < wanted]
