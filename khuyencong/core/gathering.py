"""Read records with their many small parts in one question to the database, not one a part.

A page of one record asks for a dozen short lists. Each is gathered by the database into one JSON
value of the record's own row, and made into the same instances that ``prefetch_related`` gives.
"""

from __future__ import annotations

import datetime
import decimal
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import F, JSONField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONArray
from django.utils.dateparse import parse_datetime

_ALL = 2**31 - 1


@dataclass(frozen=True)
class Part:
    """``name`` as for ``prefetch_related`` (one ``__`` at most); ``rows`` say what and in which

    order, with ``select_related``; ``link`` leads from a row to ``outer`` of the record. A list
    that has no name on the record's side is kept under ``to_attr``.
    """

    name: str
    rows: QuerySet[Any]
    link: str
    outer: str = "pk"
    to_attr: str = ""


class _Rows(Subquery):
    """All rows of a subquery of one column as one JSON array."""

    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        template = "(SELECT json_group_array(json(part.cells)) FROM (%(subquery)s) part)"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        template = "(SELECT coalesce(jsonb_agg(part.cells), '[]') FROM (%(subquery)s) part)"
        return self.as_sql(compiler, connection, template=template, **extra)


@dataclass(frozen=True)
class _Shape:
    """A model among the columns of a row: where it hangs, and how its values are read."""

    path: tuple[str, ...]
    model: type[Model]
    names: list[str]
    readers: list[Callable[[Any], Any] | None]


def gathered(records: QuerySet[Any], parts: Sequence[Part]) -> list[Any]:
    """The records with all parts loaded, in one query."""
    shapes = [list(_shapes(part.rows)) for part in parts]
    columns = {
        f"gathered_{number}": _Rows(_cells(part, shapes[number]))
        for number, part in enumerate(parts)
    }
    found = list(records.annotate(**columns))
    for record in found:
        for number, part in enumerate(parts):
            cells = record.__dict__.pop(f"gathered_{number}")
            rows = [_instance(row, shapes[number]) for row in cells]
            if part.to_attr:
                setattr(record, part.to_attr, rows)
            else:
                _attach(record, part.name, rows)
    return found


def _cells(part: Part, shapes: list[_Shape]) -> QuerySet[Any]:
    models_of_row = [
        JSONArray(*(F("__".join((*shape.path, name))) for name in shape.names)) for shape in shapes
    ]
    rows = part.rows.filter(**{part.link: OuterRef(part.outer)})
    # A subquery without an end loses its order.
    return rows.values(cells=JSONArray(*models_of_row))[:_ALL]


def _shapes(rows: QuerySet[Any]) -> Iterator[_Shape]:
    related = rows.query.select_related
    yield from _below(rows.model, related if isinstance(related, dict) else {}, ())


def _below(model: type[Model], related: dict[str, Any], path: tuple[str, ...]) -> Iterator[_Shape]:
    fields = model._meta.concrete_fields
    yield _Shape(path, model, [field.attname for field in fields], [_reader(f) for f in fields])
    for name, deeper in related.items():
        yield from _below(model._meta.get_field(name).related_model, deeper, (*path, name))


def _reader(field: models.Field) -> Callable[[Any], Any] | None:
    """How a value of JSON becomes the field's; None where it is that already."""
    if isinstance(field, models.ForeignKey):
        return _reader(field.target_field)
    if isinstance(field, models.BooleanField):
        return bool
    if isinstance(field, models.DateTimeField):
        return _instant
    if isinstance(field, models.DateField):
        return datetime.date.fromisoformat
    if isinstance(field, models.DecimalField):
        step = decimal.Decimal(1).scaleb(-field.decimal_places)
        return lambda number: decimal.Decimal(str(number)).quantize(step)
    if isinstance(field, models.UUIDField):
        return uuid.UUID
    if isinstance(field, JSONField):
        return json.loads if connection.vendor == "sqlite" else None
    return None


def _instant(text: str) -> datetime.datetime:
    found = parse_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def _instance(row: list[list[Any]], shapes: list[_Shape]) -> Model:
    """One row as its model, with the models it was selected with hanging on it."""
    made: dict[tuple[str, ...], Model | None] = {}
    for shape, cells in zip(shapes, row, strict=True):
        values = [
            cell if read is None or cell is None else read(cell)
            for cell, read in zip(cells, shape.readers, strict=True)
        ]
        key = shape.names.index(shape.model._meta.pk.attname)
        found = None if values[key] is None else _loaded(shape, values)
        made[shape.path] = found
        if shape.path and (owner := made[shape.path[:-1]]) is not None:
            owner._meta.get_field(shape.path[-1]).set_cached_value(owner, found)
    return made[()]


def _loaded(shape: _Shape, values: list[Any]) -> Model:
    return shape.model.from_db(connection.alias, shape.names, values)


def _attach(record: Model, name: str, rows: list[Any]) -> None:
    """Hang rows where the record's manager looks for what was prefetched."""
    first, _, last = name.partition("__")
    if not last:
        _keep(record, first, rows)
        return
    if record._meta.get_field(first).many_to_one:
        _keep(getattr(record, first), last, rows)
        return
    owners = {owner.pk: owner for owner in getattr(record, first).all()}
    shared: dict[Any, list[Any]] = {pk: [] for pk in owners}
    for row in rows:
        owner_field = next(iter(owners.values()))._meta.get_field(last).field
        shared[getattr(row, owner_field.attname)].append(row)
    for pk, owner in owners.items():
        _keep(owner, last, shared[pk])


def _keep(owner: Model, name: str, rows: list[Any]) -> None:
    relation = owner._meta.get_field(name)
    if relation.one_to_many:
        for row in rows:
            relation.field.set_cached_value(row, owner)
    kept = getattr(owner, name).get_queryset()
    kept._result_cache, kept._prefetch_done = rows, True
    if not hasattr(owner, "_prefetched_objects_cache"):
        owner._prefetched_objects_cache = {}
    owner._prefetched_objects_cache[name] = kept
