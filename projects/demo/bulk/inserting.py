"""Rows of one model into the database by the quickest way it knows."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import connection, models

from khuyencong.core.models import SealedModel, seal_of

Record = TypeVar("Record", bound=models.Model)
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def insert(rows: Iterable[Record]) -> list[Record]:
    """The rows with their ids: COPY on PostgreSQL, a third of bulk_create's time, else that."""
    found = list(rows)
    if not found:
        return found
    model = type(found[0])
    if issubclass(model, SealedModel):
        for row in found:
            row.seal = seal_of(row)
    if connection.vendor != "postgresql":
        return model._base_manager.bulk_create(found)
    fields = model._meta.concrete_fields
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, len(found)],
        )
        lines = []
        for row, (pk,) in zip(found, cursor.fetchall(), strict=True):
            row.pk = pk
            lines.append("\t".join([_cell(row, field) for field in fields]))
            row._state.adding, row._state.db = False, connection.alias
        columns = ", ".join(f'"{field.column}"' for field in fields)
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", io.StringIO("\n".join(lines)))
    return found


def _cell(row: models.Model, field: models.Field) -> str:
    if field.is_relation:
        # Related rows that were saved after they were assigned have their id by now.
        related = field.get_cached_value(row, None)
        if related is not None:
            setattr(row, field.attname, related.pk)
    value: Any = field.pre_save(row, True)
    if isinstance(field, models.JSONField):
        value = field.get_db_prep_save(value, connection)
        return str(value.dumps(value.adapted)).translate(_ESCAPED)
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPED)
    return str(value)
