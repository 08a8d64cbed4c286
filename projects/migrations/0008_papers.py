"""When a paper of the checklist is needed, and the files that wait for the scanner."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0007_form_key")]

    operations = [
        migrations.AddField(
            model_name="documentrequirement",
            name="stage",
            field=models.CharField(
                choices=[("submission", "khi trình"), ("acceptance", "khi nghiệm thu")],
                default="submission",
                max_length=10,
                verbose_name="cần",
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("scan", "pending")),
                fields=["id"],
                name="attachment_to_scan",
            ),
        ),
    ]
