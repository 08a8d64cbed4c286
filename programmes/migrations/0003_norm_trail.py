import django.db.models.deletion
from django.db import migrations, models


def audited(model: str) -> list[migrations.AddField]:
    return [
        migrations.AddField(
            model_name=model,
            name="audit_head",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name=model,
            name="audit_seq",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
    ]


class Migration(migrations.Migration):
    """Norms and deadlines are subjects of the trail."""

    dependencies = [("programmes", "0002_norms_sectors")]

    operations = [
        *audited("supportnorm"),
        *audited("deadline"),
        migrations.AlterField(
            model_name="deadline",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programmes.fundingsource",
                verbose_name="nguồn kinh phí",
            ),
        ),
        migrations.AlterConstraint(
            model_name="deadline",
            name="deadline_once_in_province",
            constraint=models.UniqueConstraint(
                condition=models.Q(("province__isnull", False)),
                fields=("source", "province", "plan_year"),
                name="deadline_once_in_province",
                violation_error_message="Hạn đăng ký của năm và nguồn này đã có.",
            ),
        ),
        migrations.AlterConstraint(
            model_name="deadline",
            name="deadline_once_nationally",
            constraint=models.UniqueConstraint(
                condition=models.Q(("province__isnull", True)),
                fields=("source", "plan_year"),
                name="deadline_once_nationally",
                violation_error_message="Hạn đăng ký của năm và nguồn này đã có.",
            ),
        ),
    ]
