import django.db.models.deletion
from django.db import migrations, models

import khuyencong.core.fields


def fill_lineage(apps, schema_editor):
    """All names of one office, and what was merged into it, share what its present name is."""
    organisations = apps.get_model("core", "Organisation").objects
    successors = dict(organisations.values_list("pk", "successor_id"))
    codes = dict(organisations.values_list("pk", "code"))
    for pk in successors:
        last, seen = pk, set()
        while successors[last] and last not in seen:
            seen.add(last)
            last = successors[last]
        organisations.filter(pk=pk).update(lineage=codes[last])


class Migration(migrations.Migration):
    """The working calendar, what makes a place come first, offices through their names."""

    dependencies = [
        ("core", "0003_document_check"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="audit_head",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="organisation",
            name="audit_seq",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="organisation",
            name="legal_ref",
            field=khuyencong.core.fields.LineField(
                blank=True, max_length=300, verbose_name="căn cứ"
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="lineage",
            field=models.CharField(db_index=True, default="", editable=False, max_length=40),
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="audit_head",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="rolegrant",
            name="audit_seq",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="digest_on",
            field=models.DateField(editable=False, help_text="day of the last digest", null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="mail_mode",
            field=models.CharField(
                choices=[("each", "Từng thư khi có việc"), ("digest", "Một thư tổng hợp mỗi ngày")],
                default="each",
                max_length=8,
                verbose_name="thư báo",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="mail_only_deadlines",
            field=models.BooleanField(
                default=False, verbose_name="chỉ nhận thư về hạn của chính mình"
            ),
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("audit_seq", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "audit_head",
                    models.CharField(blank=True, default="", editable=False, max_length=64),
                ),
                ("day", models.DateField(verbose_name="ngày")),
                ("name", khuyencong.core.fields.LineField(max_length=120, verbose_name="tên")),
                (
                    "is_working",
                    models.BooleanField(
                        default=False,
                        help_text="Ngày cuối tuần đi làm thay cho ngày nghỉ",
                        verbose_name="làm bù",
                    ),
                ),
                (
                    "legal_ref",
                    khuyencong.core.fields.LineField(
                        blank=True, max_length=300, verbose_name="căn cứ"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("checked", "Đã đối chiếu văn bản gốc"),
                            ("quoted", "Theo trích dẫn, chưa đối chiếu văn bản gốc"),
                            ("memory", "Chưa đối chiếu văn bản gốc"),
                        ],
                        default="memory",
                        max_length=10,
                        verbose_name="mức đối chiếu",
                    ),
                ),
                (
                    "province",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.place",
                    ),
                ),
            ],
            options={
                "ordering": ["day", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("province__isnull", False)),
                        fields=("day", "province"),
                        name="holiday_once_in_province",
                        violation_error_message="Ngày này đã có trong lịch của tỉnh.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("province__isnull", True)),
                        fields=("day",),
                        name="holiday_once_nationally",
                        violation_error_message="Ngày này đã có trong lịch chung.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlaceTrait",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("audit_seq", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "audit_head",
                    models.CharField(blank=True, default="", editable=False, max_length=64),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (
                                "highland_border",
                                "Vùng cao, hải đảo, biên giới đất liền, vùng đồng bào dân tộc thiểu số",
                            ),
                            ("poor_district", "Huyện nghèo"),
                            ("new_rural", "Xã trong kế hoạch xây dựng nông thôn mới của năm"),
                            ("hardship", "Địa bàn kinh tế - xã hội khó khăn, đặc biệt khó khăn"),
                        ],
                        max_length=20,
                        verbose_name="đặc điểm",
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="từ ngày")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="đến hết ngày")),
                (
                    "legal_ref",
                    khuyencong.core.fields.LineField(
                        blank=True, max_length=300, verbose_name="căn cứ"
                    ),
                ),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("checked", "Đã đối chiếu văn bản gốc"),
                            ("quoted", "Theo trích dẫn, chưa đối chiếu văn bản gốc"),
                            ("memory", "Chưa đối chiếu văn bản gốc"),
                        ],
                        default="memory",
                        max_length=10,
                        verbose_name="mức đối chiếu",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="traits",
                        to="core.place",
                    ),
                ),
            ],
            options={
                "ordering": ["place__name_folded", "kind"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_from__isnull", False)),
                        fields=("place", "kind", "valid_from"),
                        name="place_trait_from",
                        violation_error_message="Đặc điểm này của địa bàn từ ngày đó đã có.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_from__isnull", True)),
                        fields=("place", "kind"),
                        name="place_trait_undated",
                        violation_error_message="Đặc điểm này của địa bàn đã có.",
                    ),
                ],
            },
        ),
        migrations.RunPython(fill_lineage, migrations.RunPython.noop),
    ]
