"""How an act writes its rows: at once for one dossier, together for many.

Effects say what is added and changed; whoever fires them says when. So one verb stays one function,
whether it is done to one dossier or to the two hundred of a decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from khuyencong.core import audit
from khuyencong.core.models import AuditEntry
from khuyencong.core.querysets import set_each


class Writes:
    """Every row is written when it is said."""

    def add(self, row: Model) -> None:
        row.save(force_insert=True)

    def change(self, row: Model, *fields: str) -> None:
        row.save(update_fields=fields)

    def change_all(self, rows: list[Any], *fields: str) -> None:
        if rows:
            type(rows[0])._base_manager.bulk_update(rows, fields)

    def record(self, action: str, subject: Any, **said: Any) -> AuditEntry:
        return audit.record(action, subject, **said)


class Batch(Writes):
    """Rows are kept until ``flush``: one insert a model, one short update a row."""

    def __init__(self) -> None:
        # Parents are said before their children, so the order of models is that of their keys.
        self._added: dict[type[Model], list[Model]] = defaultdict(list)
        self._changed: dict[tuple[type[Model], Any], tuple[Model, set[str]]] = {}

    def add(self, row: Model) -> None:
        self._added[type(row)].append(row)

    def change(self, row: Model, *fields: str) -> None:
        _row, names = self._changed.setdefault((type(row), row.pk), (row, set()))
        names.update(fields)

    def change_all(self, rows: Iterable[Any], *fields: str) -> None:
        for row in rows:
            self.change(row, *fields)

    def record(self, action: str, subject: Any, **said: Any) -> AuditEntry:
        entry = audit.prepare(action, subject, **said)
        self.add(entry)
        self.change(subject, "audit_seq", "audit_head")
        return entry

    def flush(self) -> None:
        """Write everything, in the transaction of the caller."""
        for model, rows in self._added.items():
            model._default_manager.bulk_create(rows)
        groups: dict[tuple[type[Model], tuple[str, ...]], list[Model]] = defaultdict(list)
        for (model, _pk), (row, names) in self._changed.items():
            groups[model, tuple(sorted(names))].append(row)
        for (_model, names), rows in groups.items():
            set_each(rows, names)
        self._added.clear()
        self._changed.clear()
