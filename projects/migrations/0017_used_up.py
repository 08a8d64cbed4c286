from django.db import migrations, models


class Migration(migrations.Migration):
    """A review knows how many working days its office had used when the dossier came back."""

    dependencies = [("projects", "0016_allots")]

    operations = [
        migrations.AddField(
            model_name="review",
            name="used_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
    ]
