"""Search and order that cost the same at any size: trigrams on PostgreSQL, byte order on both."""

from django.db import migrations

_ORDERED = (("projects_proposal", "title_key"), ("projects_enterprise", "name_key"))
_SEARCHED = ("projects_proposal", "projects_enterprise", "projects_craftvillage")


def put_up(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for table, column in _ORDERED:
        # Keys are made for byte order; the database's own language would mix them up.
        schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(1000) COLLATE "C"')
    for table in _SEARCHED:
        schema_editor.execute(
            f"CREATE INDEX {table}_search ON {table} USING gin (search_text gin_trgm_ops)"
        )


def take_down(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table in _SEARCHED:
        schema_editor.execute(f"DROP INDEX IF EXISTS {table}_search")


def fill(apps, schema_editor):
    from khuyencong.core import text

    for name, source, key in (("Proposal", "title", "title_key"), ("Enterprise", "name", "name_key")):
        model = apps.get_model("projects", name)
        for row in model.objects.filter(**{key: ""}).only("pk", source).iterator(500):
            model.objects.filter(pk=row.pk).update(**{key: text.sort_key(getattr(row, source))[:1000]})


class Migration(migrations.Migration):
    dependencies = [("projects", "0004_entry")]

    operations = [
        migrations.RunPython(put_up, take_down),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
