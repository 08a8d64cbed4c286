from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether an allotment is a decision that approves dossiers as well."""

    dependencies = [("budgets", "0003_sealed")]

    operations = [
        migrations.AddField(
            model_name="allocation",
            name="with_approval",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
