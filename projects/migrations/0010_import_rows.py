"""Rows of several sheets in one import, and what a person should know about a cell."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0009_register")]

    operations = [
        migrations.AlterModelOptions(
            name="importrow", options={"ordering": ["sheet", "sheet_row"]}
        ),
        migrations.RemoveConstraint(model_name="importrow", name="import_row_once"),
        migrations.AddField(
            model_name="importrow",
            name="sheet",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="which of the kind's sheets"
            ),
        ),
        migrations.AddField(
            model_name="importrow",
            name="notes",
            field=models.JSONField(
                default=dict, help_text="column code -> what to know, or what was"
            ),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(
                fields=("run", "sheet", "sheet_row"), name="import_row_once"
            ),
        ),
    ]
