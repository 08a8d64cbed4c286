from django.db import migrations, models

from khuyencong.core.sealing import seal_rows


class Migration(migrations.Migration):
    dependencies = [("budgets", "0002_immutable"), ("core", "0004_desk")]

    operations = [
        migrations.AddField(
            model_name="ledgerentry",
            name="seal",
            field=models.CharField(db_default="", editable=False, max_length=64),
        ),
        seal_rows("budgets", "LedgerEntry"),
    ]
