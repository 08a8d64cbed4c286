"""Counting that stays cheap however many rows there are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

from khuyencong.core import text

CAP = 1000
_WORDS = re.compile('"([^"]*[^" ][^"]*)"|([^ ]+)')
_QUOTES = str.maketrans("“”„", '"""')


def capped_count(rows: QuerySet[Any], cap: int = CAP) -> tuple[int, bool]:
    """How many rows, counting no further than ``cap``; the flag says there are more."""
    found = rows.order_by()[: cap + 1].count()
    return min(found, cap), found > cap


def capped_counts(*sets: QuerySet[Any], cap: int = CAP) -> list[int]:
    """How many rows of each, none counted further than ``cap``, in one question."""
    parts, params, empty = [], [], set()
    for number, rows in enumerate(sets):
        try:
            sql, given = rows.order_by()[:cap].values("pk").query.sql_with_params()
        except EmptyResultSet:
            empty.add(number)
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")
        params += given
    counts: list[int] = []
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", params)
            counts = list(cursor.fetchone())
    return [0 if number in empty else counts.pop(0) for number in range(len(sets))]


def holding(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Rows whose stored ``search_text`` holds every word of a query, blind to accents.

    Words in quotation marks stand together. A word within another one says nothing more. What a
    person types is never a pattern.
    """
    found = _WORDS.findall(text.fold(query.translate(_QUOTES)))
    words = list(dict.fromkeys(phrase.strip() or word for phrase, word in found))
    for word in words:
        if not any(word != other and word in other for other in words):
            rows = rows.filter(search_text__contains=word)
    return rows


def set_each(rows: Sequence[Model], fields: Sequence[str]) -> None:
    """Write some columns of many rows of one model, each its own values.

    A short statement a row: the one long statement of ``bulk_update`` costs ten times as much.
    """
    if not rows:
        return
    meta = rows[0]._meta
    columns = [meta.get_field(name) for name in fields]
    quoted = connection.ops.quote_name
    given = ", ".join(f"{quoted(field.column)} = %s" for field in columns)
    statement = f"UPDATE {quoted(meta.db_table)} SET {given} WHERE {quoted(meta.pk.column)} = %s"
    values = [
        [
            *(field.get_db_prep_save(getattr(row, field.attname), connection) for field in columns),
            row.pk,
        ]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
