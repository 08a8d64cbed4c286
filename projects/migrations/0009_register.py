"""The register: names without their legal form, for duplicates; words to find an entry by."""

from django.db import migrations, models

from khuyencong.core import text
from projects.models.naming import bare


def fill(apps, schema_editor):
    Enterprise = apps.get_model("projects", "Enterprise")
    rows = Enterprise.objects.filter(name_bare="").select_related("place")
    for row in rows.iterator(500):
        numbers = row.identifiers.exclude(kind__in=["personal12", "other"])
        words = [row.name, row.sector, *numbers.values_list("value", flat=True)]
        if row.place:
            words.append(row.place.name)
        Enterprise.objects.filter(pk=row.pk).update(
            name_bare=bare(row.name)[:200], search_text=text.fold(" ".join(words))
        )


class Migration(migrations.Migration):
    dependencies = [("projects", "0008_papers")]

    operations = [
        migrations.AlterModelOptions(name="enterprise", options={"ordering": ["name_key", "pk"]}),
        migrations.AddField(
            model_name="enterprise",
            name="name_bare",
            field=models.CharField(
                default="",
                editable=False,
                help_text="without its legal form, folded",
                max_length=200,
            ),
        ),
        migrations.AddIndex(
            model_name="enterprise",
            index=models.Index(fields=["province", "name_key", "id"], name="enterprise_by_name"),
        ),
        migrations.AddIndex(
            model_name="enterprise",
            index=models.Index(fields=["province", "name_bare"], name="enterprise_bare_name"),
        ),
        migrations.AddIndex(
            model_name="enterpriseidentifier",
            index=models.Index(fields=["value"], name="identifier_value"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
