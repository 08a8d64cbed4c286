from django.db import migrations, models

from khuyencong.core.sealing import seal_rows

SEALED = ("checkednorm", "checkrecord", "snapshot", "statuschange")


class Migration(migrations.Migration):
    dependencies = [("projects", "0013_desk"), ("budgets", "0003_sealed")]

    operations = [
        *(
            migrations.AddField(
                model_name=name,
                name="seal",
                field=models.CharField(db_default="", editable=False, max_length=64),
            )
            for name in SEALED
        ),
        seal_rows("projects", *SEALED),
    ]
