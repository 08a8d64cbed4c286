"""Seal the rows a table already holds, once, when it gets the column."""

from __future__ import annotations

from typing import Final

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from khuyencong.core import immutable
from khuyencong.core.models import seal_of

_AT_ONCE: Final = 500


def seal_rows(app: str, *names: str) -> migrations.RunPython:
    """A migration operation: these append-only models' rows get their seals, and the triggers back.

    SQLite loses the triggers where a column was added by writing the table anew, so they are put
    up at the end in any case.
    """

    def forwards(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        vendor = editor.connection.vendor
        for name in names:
            model = apps.get_model(app, name)
            table = model._meta.db_table
            for statement in immutable.take_down(vendor, table):
                editor.execute(statement, params=None)
            # By key and not by an open cursor: the rows are written while they are read.
            keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
            for start in range(0, len(keys), _AT_ONCE):
                rows = list(model.objects.filter(pk__in=keys[start : start + _AT_ONCE]))
                for row in rows:
                    row.seal = seal_of(row)
                model.objects.bulk_update(rows, ["seal"])
            for statement in immutable.put_up(vendor, table):
                editor.execute(statement, params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop)
