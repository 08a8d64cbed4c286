from django.db import migrations, models
from django.db.models import Q, deletion


class Migration(migrations.Migration):
    """Who receives a delegation is told of it: a notice that is about no dossier."""

    dependencies = [("core", "0006_number_key_index"), ("projects", "0017_used_up")]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="proposal",
            field=models.ForeignKey(
                null=True,
                on_delete=deletion.PROTECT,
                related_name="notices",
                to="projects.proposal",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="grant",
            field=models.ForeignKey(
                null=True, on_delete=deletion.PROTECT, related_name="+", to="core.rolegrant"
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("arrived", "Hồ sơ chờ bạn"),
                    ("outcome", "Hồ sơ của bạn có kết quả"),
                    ("assigned", "Hồ sơ được giao cho bạn"),
                    ("remark", "Có ý kiến về hồ sơ của bạn"),
                    ("due", "Sắp hết hạn xử lý"),
                    ("overdue", "Quá hạn xử lý"),
                    ("reply_due", "Sắp hết hạn bổ sung"),
                    ("delegated", "Bạn được ủy quyền"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=Q(proposal=None, grant__isnull=False)
                | Q(proposal__isnull=False, grant=None),
                name="notice_is_about_one_thing",
            ),
        ),
    ]
