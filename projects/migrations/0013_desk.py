import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import khuyencong.core.fields


class Migration(migrations.Migration):
    """The review desk: findings, remarks, panels, annual plans, clocks."""

    dependencies = [
        ("core", "0004_desk"),
        ("programmes", "0003_norm_trail"),
        ("projects", "0012_sites"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnnualPlan",
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
                ("code", models.CharField(max_length=32, unique=True, verbose_name="mã")),
                (
                    "title",
                    khuyencong.core.fields.LineField(max_length=200, verbose_name="tên danh mục"),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="năm")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Đang lập"),
                            ("sent", "Đã trình"),
                            ("decided", "Đã có quyết định"),
                        ],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "ordering": ["-year", "source__position", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, verbose_name="mã")),
                ("name", khuyencong.core.fields.LineField(max_length=300, verbose_name="tiêu chí")),
                (
                    "hint",
                    khuyencong.core.fields.LineField(
                        blank=True, max_length=300, verbose_name="gợi ý"
                    ),
                ),
                (
                    "legal_ref",
                    khuyencong.core.fields.LineField(
                        blank=True, max_length=200, verbose_name="căn cứ"
                    ),
                ),
                (
                    "confidence",
                    khuyencong.core.fields.LineField(
                        blank=True, max_length=60, verbose_name="mức đối chiếu"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("valid_from", models.DateField(blank=True, null=True)),
                ("valid_to", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("met", "Đạt"), ("unmet", "Chưa"), ("skipped", "Không xét")],
                        max_length=8,
                        verbose_name="kết quả",
                    ),
                ),
                ("remark", khuyencong.core.fields.ProseField(blank=True, verbose_name="nhận xét")),
                ("found_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["criterion__position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Panel",
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
                ("code", models.CharField(max_length=24, unique=True, verbose_name="mã")),
                (
                    "name",
                    khuyencong.core.fields.LineField(max_length=200, verbose_name="tên hội đồng"),
                ),
                ("meets_on", models.DateField(verbose_name="ngày họp")),
                (
                    "venue",
                    khuyencong.core.fields.LineField(
                        blank=True, max_length=200, verbose_name="nơi họp"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Đang họp"), ("closed", "Đã kết luận")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("form_key", models.UUIDField(editable=False, null=True, unique=True)),
            ],
            options={
                "ordering": ["-meets_on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PanelConflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", khuyencong.core.fields.LineField(max_length=300, verbose_name="lý do")),
                ("is_automatic", models.BooleanField(default=False)),
                ("declared_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PanelItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("agree", "Đồng ý"),
                            ("supplement", "Bổ sung, hoàn thiện"),
                            ("disagree", "Không đồng ý"),
                        ],
                        max_length=10,
                        verbose_name="kết luận",
                    ),
                ),
                (
                    "note",
                    khuyencong.core.fields.ProseField(
                        blank=True, verbose_name="ý kiến của hội đồng"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PanelMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "full_name",
                    khuyencong.core.fields.LineField(max_length=120, verbose_name="họ và tên"),
                ),
                (
                    "title",
                    khuyencong.core.fields.LineField(
                        blank=True, max_length=200, verbose_name="chức vụ, đơn vị"
                    ),
                ),
                (
                    "seat",
                    models.CharField(
                        choices=[
                            ("chair", "Chủ tịch"),
                            ("secretary", "Thư ký"),
                            ("member", "Ủy viên"),
                        ],
                        default="member",
                        max_length=10,
                        verbose_name="vai trò",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="PanelVote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("agree", "Đồng ý"),
                            ("supplement", "Bổ sung, hoàn thiện"),
                            ("disagree", "Không đồng ý"),
                        ],
                        max_length=10,
                        verbose_name="ý kiến",
                    ),
                ),
                ("remark", khuyencong.core.fields.ProseField(blank=True, verbose_name="nhận xét")),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PlanItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "reason",
                    khuyencong.core.fields.LineField(
                        blank=True, max_length=300, verbose_name="lý do xếp"
                    ),
                ),
                ("is_live", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("round", models.PositiveSmallIntegerField()),
                ("field", models.CharField(blank=True, max_length=60)),
                ("label", khuyencong.core.fields.LineField(blank=True, max_length=300)),
                ("text", khuyencong.core.fields.ProseField(verbose_name="ý kiến")),
                ("is_internal", models.BooleanField(default=False, verbose_name="ghi chú nội bộ")),
                ("written_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "resolution",
                    khuyencong.core.fields.ProseField(blank=True, verbose_name="cách giải quyết"),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ReturnPoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("section", models.SlugField(max_length=20)),
                ("text", khuyencong.core.fields.LineField(max_length=500)),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ReviewShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("amount", khuyencong.core.fields.MoneyField()),
            ],
            options={
                "ordering": ["position", "source__position"],
            },
        ),
        migrations.AddField(
            model_name="notice",
            name="due_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="notice",
            name="key",
            field=models.CharField(blank=True, editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name="notice",
            name="review",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="projects.review",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="assigned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="assigned_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="assigned_to",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assigned_reviews",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="delegation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.rolegrant",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="is_outside",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="review",
            name="paused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="review",
            name="reply_due_on",
            field=models.DateField(blank=True, null=True, verbose_name="hạn bổ sung"),
        ),
        migrations.AddField(
            model_name="reviewchain",
            name="audit_head",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="reviewchain",
            name="audit_seq",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="reviewstep",
            name="name",
            field=khuyencong.core.fields.LineField(
                blank=True, max_length=120, verbose_name="tên bước"
            ),
        ),
        migrations.AddField(
            model_name="track",
            name="reopened_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.legaldocument",
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
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="reviewstep",
            name="kind",
            field=models.CharField(
                choices=[
                    ("appraise", "Thẩm định"),
                    ("finance", "Thẩm định tài chính"),
                    ("approve", "Phê duyệt"),
                    ("record", "Ghi nhận văn bản"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("user", "key"),
                name="notice_told_once",
            ),
        ),
        migrations.AddField(
            model_name="annualplan",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="annualplan",
            name="decision",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="plans",
                to="projects.decision",
            ),
        ),
        migrations.AddField(
            model_name="annualplan",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.organisation",
            ),
        ),
        migrations.AddField(
            model_name="annualplan",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programmes.programme",
            ),
        ),
        migrations.AddField(
            model_name="annualplan",
            name="province",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.place"
            ),
        ),
        migrations.AddField(
            model_name="annualplan",
            name="sent_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="annualplan",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programmes.fundingsource",
            ),
        ),
        migrations.AddField(
            model_name="annualplan",
            name="submission",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.legaldocument",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_from__isnull", False)),
                fields=("code", "valid_from"),
                name="criterion_code_from",
            ),
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_from__isnull", True)),
                fields=("code",),
                name="criterion_undated",
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="criterion",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="projects.criterion",
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="found_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="projects.review",
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="created_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.legaldocument",
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="minutes",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.legaldocument",
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="panels",
                to="core.organisation",
            ),
        ),
        migrations.AddField(
            model_name="panel",
            name="province",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.place"
            ),
        ),
        migrations.AddField(
            model_name="panelconflict",
            name="declared_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="panelitem",
            name="panel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="projects.panel",
            ),
        ),
        migrations.AddField(
            model_name="panelitem",
            name="proposal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="panel_items",
                to="projects.proposal",
            ),
        ),
        migrations.AddField(
            model_name="panelconflict",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="conflicts",
                to="projects.panelitem",
            ),
        ),
        migrations.AddField(
            model_name="panelmember",
            name="enterprise",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="projects.enterprise",
            ),
        ),
        migrations.AddField(
            model_name="panelmember",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.organisation",
            ),
        ),
        migrations.AddField(
            model_name="panelmember",
            name="panel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="projects.panel",
            ),
        ),
        migrations.AddField(
            model_name="panelmember",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="panel_seats",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="panelconflict",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="conflicts",
                to="projects.panelmember",
            ),
        ),
        migrations.AddField(
            model_name="panelvote",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="votes",
                to="projects.panelitem",
            ),
        ),
        migrations.AddField(
            model_name="panelvote",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="votes",
                to="projects.panelmember",
            ),
        ),
        migrations.AddField(
            model_name="panelvote",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="planitem",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="projects.annualplan",
            ),
        ),
        migrations.AddField(
            model_name="planitem",
            name="track",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="plan_items",
                to="projects.track",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.organisation",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="parent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replies",
                to="projects.remark",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="proposal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="remarks",
                to="projects.proposal",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="resolved_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="review",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="remarks",
                to="projects.review",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="returnpoint",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="return_points",
                to="projects.review",
            ),
        ),
        migrations.AddField(
            model_name="reviewshare",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="shares",
                to="projects.review",
            ),
        ),
        migrations.AddField(
            model_name="reviewshare",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programmes.fundingsource",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=("review", "criterion"), name="finding_once_a_review"
            ),
        ),
        migrations.AddConstraint(
            model_name="panelitem",
            constraint=models.UniqueConstraint(
                fields=("panel", "proposal"), name="panel_item_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="panelmember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("user__isnull", False)),
                fields=("panel", "user"),
                name="panel_seat_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelconflict",
            constraint=models.UniqueConstraint(
                fields=("item", "member"), name="panel_conflict_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="panelvote",
            constraint=models.UniqueConstraint(fields=("item", "member"), name="panel_vote_once"),
        ),
        migrations.AddConstraint(
            model_name="planitem",
            constraint=models.UniqueConstraint(fields=("plan", "track"), name="plan_item_once"),
        ),
        migrations.AddConstraint(
            model_name="planitem",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_live", True)),
                fields=("track",),
                name="plan_item_one_list",
                violation_error_message="Đề án đã nằm trong một danh mục khác.",
            ),
        ),
        migrations.AddIndex(
            model_name="remark",
            index=models.Index(fields=["proposal", "-id"], name="projects_re_proposa_36fd47_idx"),
        ),
        migrations.AddIndex(
            model_name="remark",
            index=models.Index(
                condition=models.Q(("parent", None), ("resolved_at", None)),
                fields=["proposal"],
                name="remark_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at__isnull", True), ("resolved_by__isnull", True)),
                    models.Q(("resolved_at__isnull", False), ("resolved_by__isnull", False)),
                    _connector="OR",
                ),
                name="remark_resolved_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewshare",
            constraint=models.UniqueConstraint(
                fields=("review", "position", "source"), name="review_share_once"
            ),
        ),
    ]
