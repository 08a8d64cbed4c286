"""Numbers of documents as they are compared."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import khuyencong.core.fields
from khuyencong.core import text


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("core", "LegalDocument").objects.using(editor.connection.alias)
    batch = []
    for row in rows.only("pk", "number").iterator(chunk_size=1000):
        row.number_key = text.number_key(row.number)
        batch.append(row)
    for start in range(0, len(batch), 500):
        rows.bulk_update(batch[start : start + 500], ["number_key"])


class Migration(migrations.Migration):
    dependencies = [("core", "0004_desk")]
    operations = [
        migrations.AddField(
            "legaldocument", "number_key", khuyencong.core.fields.NumberKeyField()
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
