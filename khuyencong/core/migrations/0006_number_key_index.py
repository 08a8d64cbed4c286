"""Its index, apart: PostgreSQL refuses one beside rows changed in the same transaction."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0005_number_key")]
    operations = [
        migrations.AddIndex(
            "legaldocument",
            models.Index(fields=["number_key", "kind"], name="document_number_key"),
        ),
    ]
