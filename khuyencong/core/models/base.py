"""What several records share: rows that are only ever added, and rows valid between two days."""

import datetime
from typing import Any

from django.db import models
from django.db.models import Q


def dated_on(day: datetime.date, prefix: str = "") -> Q:
    """Rows in force on ``day``: valid_from ≤ day ≤ valid_to, an empty end being open."""
    return (Q(**{f"{prefix}valid_from__isnull": True}) | Q(**{f"{prefix}valid_from__lte": day})) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gte": day})
    )


class AppendOnlyQuerySet(models.QuerySet):
    """Refuses what would rewrite history; the database has triggers for those who go around it."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} rows are never changed; post a reversing row")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model.__name__} rows are never deleted")


class AppendOnlyModel(models.Model):
    """A row that is written once: ledger entries, audit entries, status changes."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} rows are never deleted")
