"""One decision over 200 dossiers, beside the bare SQL that writes the very same rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from json import loads
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import AutoField, JSONField
from psycopg2.extras import Json

from projects import deciding
from projects.models import Proposal
from tests import make
from tests.bench import Result, median

SIZE = 200
ROUNDS = 5
Written = list[tuple[str, list[tuple[Any, ...]]]]


def run() -> list[Result]:
    place = make.world("-bench-quyet-dinh", "Tỉnh Đo", "TD")
    make.allot(place, "provincial", 2026, 1000)
    proposals = [
        make.ready_to_approve(place, {"provincial": 1}, title=f"Máy {n}") for n in range(SIZE)
    ]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    lines = [deciding.Line(row.pk, "provincial") for row in proposals]

    def decide() -> None:
        deciding.decide(lines, by=place.people.ubnd, paper=make.paper())

    written = _rows_of(decide)
    ids = [row.pk for row in proposals]
    times: dict[str, list[float]] = {"bare": [], "decide": []}
    for _round in range(ROUNDS):
        times["bare"].append(_timed(lambda: _bare(ids, written)))
        times["decide"].append(_timed(decide))
    bare, ours = median(times["bare"]), median(times["decide"])
    return [
        Result(
            f"one decision over {SIZE} dossiers against bare SQL, PostgreSQL",
            median([a / b for a, b in zip(times["decide"], times["bare"], strict=True)]),
            3,
            detail=f"{ours * 1000:,.0f} ms of {bare * 1000:,.0f} ms, "
            f"{sum(len(rows) for _sql, rows in written):,} rows one by one",
        )
    ]


def _timed(act: Callable[[], None]) -> float:
    """Seconds of an act whose rows are then taken back."""
    with transaction.atomic():
        began = time.perf_counter()
        act()
        spent = time.perf_counter() - began
        transaction.set_rollback(True)
    return spent


def _rows_of(act: Callable[[], None]) -> Written:
    """What an act writes: each new row with all its columns, each update with its values."""
    models = [model for model in apps.get_models() if model._meta.managed]
    before = {model: _newest(model) for model in models}
    changed: Written = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE"):
            changed.append((sql, list(params) if many else [params]))
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(listen):
            act()
        added = [(_insert(model), _after(model, before[model])) for model in models]
        transaction.set_rollback(True)
    return [(sql, rows) for sql, rows in added if rows] + changed


def _newest(model: Any) -> int:
    """The highest key; tables whose key is no number get no rows from an act."""
    if not isinstance(model._meta.pk, AutoField):
        return -1
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT max({model._meta.pk.column}) FROM "{model._meta.db_table}"')
        return cursor.fetchone()[0] or 0


def _columns(model: Any) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def _insert(model: Any) -> str:
    names = _columns(model)
    marks = ", ".join(["%s"] * len(names))
    return f'INSERT INTO "{model._meta.db_table}" ({_quoted(names)}) VALUES ({marks})'


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _after(model: Any, newest: int) -> list[tuple[Any, ...]]:
    if newest < 0:
        return []
    key = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {_quoted(_columns(model))} FROM "{model._meta.db_table}" '
            f'WHERE "{key}" > %s ORDER BY "{key}"',
            [newest],
        )
        rows = cursor.fetchall()
    json = [isinstance(field, JSONField) for field in model._meta.concrete_fields]
    return [
        tuple(
            Json(loads(cell)) if is_json and isinstance(cell, str) else cell
            for cell, is_json in zip(row, json, strict=True)
        )
        for row in rows
    ]


def _bare(ids: list[int], written: Written) -> None:
    """The same rows by the driver: the dossiers locked, then one statement a row."""
    cursor = connection.connection.cursor()
    table = Proposal._meta.db_table
    cursor.execute(f'SELECT id FROM "{table}" WHERE id = ANY(%s) ORDER BY id FOR UPDATE', [ids])
    cursor.fetchall()
    for sql, rows in written:
        for row in rows:
            cursor.execute(sql, row)
