import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A confirmed site leaves a group proposal by a later list."""

    dependencies = [("projects", "0011_listing")]

    operations = [
        migrations.AddField(
            model_name="beneficiary",
            name="leaving",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="leaving",
                to="projects.sitelist",
            ),
        ),
    ]
