"""Rows of evidence that belong to no chain: each carries a digest of all it says."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db import models

from khuyencong.core.models.base import AppendOnlyModel, AppendOnlyQuerySet


def said_by(row: models.Model) -> dict[str, Any]:
    """Every column but the key and the seal itself, as plain data."""
    return {
        field.attname: _plain(field.to_python(_held(row, field)))
        for field in row._meta.concrete_fields
        if not field.primary_key and field.attname != "seal"
    }


def seal_of(row: models.Model) -> str:
    """sha256 over everything the row says, in one canonical spelling."""
    said = said_by(row)
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _held(row: models.Model, field: models.Field) -> Any:
    # A parent that was given before it had a key has left its column empty until now.
    if field.is_relation and field.is_cached(row):
        parent = getattr(row, field.name)
        return parent.pk if parent else None
    return getattr(row, field.attname)


def _plain(found: Any) -> Any:
    if isinstance(found, datetime.datetime):
        return found.astimezone(datetime.UTC).isoformat()
    return found.isoformat() if isinstance(found, datetime.date) else found


class SealedQuerySet(AppendOnlyQuerySet):
    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.seal = seal_of(row)
        return super().bulk_create(rows, *args, **kwargs)


class SealedModel(AppendOnlyModel):
    """A row written once whose every column is proven by its ``seal``."""

    seal = models.CharField(max_length=64, db_default="", editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.seal = seal_of(self)
        super().save(*args, **kwargs)
