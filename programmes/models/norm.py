"""How much the state may give for what (định mức hỗ trợ), as dated data with its citation."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, MoneyField
from khuyencong.core.models import Confidence, Rule, RuleQuerySet, dated_on


class SupportNormQuerySet(RuleQuerySet):
    def valid_on(self, day: datetime.date) -> SupportNormQuerySet:
        return self.filter(dated_on(day))

    def same_thing(self, norm: SupportNorm) -> SupportNormQuerySet:
        """Rows of the same activity, source and province: one of them is in force at a time."""
        return self.filter(
            activity_code=norm.activity_code, source=norm.source_id, province=norm.province_id
        )


class SupportNorm(Rule):
    """Định mức hỗ trợ của một nội dung theo một nguồn, in force between two days.

    Found by the activity's *code*, so that a new edition of the catalogue keeps its norms. A row an
    act was checked under never changes but for its last day: the next row takes over.
    """

    PREFIX = "DM"
    FIXED_BY_USE: ClassVar[tuple[str, ...]] = (
        *("activity_code", "source_id", "province_id", "max_share", "max_amount", "unit"),
        *("line_multiplier", "priority_multiplier", "condition", "document_id", "legal_ref"),
        *("confidence", "valid_from"),
    )

    activity_code = LineField(_("mã nội dung"), max_length=10)
    source = models.ForeignKey(
        "programmes.FundingSource",
        models.PROTECT,
        related_name="+",
        verbose_name=_("nguồn kinh phí"),
        limit_choices_to={"is_state": True},
    )
    province = models.ForeignKey(
        "core.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tỉnh (để trống: cả nước)"),
    )
    max_share = models.DecimalField(
        _("tỷ lệ tối đa trên chi phí được hỗ trợ"),
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal(1))],
    )
    max_amount = MoneyField(_("mức tối đa một đơn vị (đồng)"), null=True, blank=True)
    unit = LineField(_("tính theo đơn vị"), max_length=40, blank=True)
    line_multiplier = models.DecimalField(
        _("hệ số dây chuyền công nghệ"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    priority_multiplier = models.DecimalField(
        _("hệ số ưu tiên tối đa"), max_digits=4, decimal_places=2, null=True, blank=True
    )
    condition = LineField(_("điều kiện"), max_length=300, blank=True)
    document = models.ForeignKey(
        "core.LegalDocument",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("văn bản"),
    )
    legal_ref = LineField(_("điều, khoản và văn bản"), max_length=300)
    confidence = models.CharField(
        _("mức đối chiếu"), max_length=10, choices=Confidence, default=Confidence.MEMORY
    )
    valid_from = models.DateField(_("có hiệu lực từ"))
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SupportNormQuerySet.as_manager()

    class Meta:
        ordering = ["activity_code", "source__position", "valid_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity_code", "source", "province", "valid_from"],
                condition=Q(province__isnull=False),
                name="norm_once_in_province",
                violation_error_message=_("Định mức có hiệu lực từ ngày này đã có."),
            ),
            models.UniqueConstraint(
                fields=["activity_code", "source", "valid_from"],
                condition=Q(province__isnull=True),
                name="norm_once_nationally",
                violation_error_message=_("Định mức có hiệu lực từ ngày này đã có."),
            ),
            models.CheckConstraint(
                condition=Q(max_share__isnull=False) | Q(max_amount__isnull=False),
                name="norm_limits_something",
                violation_error_message=_("Nhập tỷ lệ tối đa hoặc mức tối đa."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="norm_days_in_order",
                violation_error_message=_("Ngày hết hiệu lực phải từ ngày có hiệu lực trở đi."),
            ),
        ]
        indexes = [models.Index(fields=["activity_code", "source"])]

    def __str__(self) -> str:
        return f"{self.activity_code} {self.source_id} {self.valid_from}"

    @property
    def is_rule(self) -> bool:
        """Whether it may block: a fact from memory only warns."""
        return self.confidence != Confidence.MEMORY

    def clean(self) -> None:
        super().clean()
        self._keep_what_was_applied()

    def save(self, *args: object, **kwargs: object) -> None:
        named = kwargs.get("update_fields")
        if named is None or {*named} & {*self.FIXED_BY_USE}:
            self._keep_what_was_applied()
        super().save(*args, **kwargs)

    def _keep_what_was_applied(self) -> None:
        """What an act was checked under keeps saying what it said then (``CheckedNorm``)."""
        if self.pk is None or not self.uses.exists():
            return
        stored = type(self).objects.values(*self.FIXED_BY_USE).filter(pk=self.pk).first()
        if stored and any(stored[name] != getattr(self, name) for name in stored):
            raise ValidationError(
                _(
                    "Đã có hồ sơ áp dụng định mức này: chỉ sửa được ngày hết hiệu lực. "
                    "Thêm một dòng mới cho mức mới."
                )
            )


class Deadline(Rule):
    """Mốc thời gian: last day proposals of a plan year are taken (TT 36/2013/TT-BCT Điều 10).

    The department and the agency may set other days: a province's row goes before the national one.
    """

    PREFIX = "HDK"

    source = models.ForeignKey(
        "programmes.FundingSource",
        models.PROTECT,
        related_name="+",
        verbose_name=_("nguồn kinh phí"),
    )
    province = models.ForeignKey(
        "core.Place", models.PROTECT, null=True, blank=True, related_name="+"
    )
    plan_year = models.PositiveSmallIntegerField(_("năm kế hoạch"))
    due_on = models.DateField(_("hạn đăng ký"))
    legal_ref = LineField(_("căn cứ"), max_length=300, blank=True)
    confidence = models.CharField(
        _("mức đối chiếu"), max_length=10, choices=Confidence, default=Confidence.MEMORY
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["-plan_year", "source__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "province", "plan_year"],
                condition=Q(province__isnull=False),
                name="deadline_once_in_province",
                violation_error_message=_("Hạn đăng ký của năm và nguồn này đã có."),
            ),
            models.UniqueConstraint(
                fields=["source", "plan_year"],
                condition=Q(province__isnull=True),
                name="deadline_once_nationally",
                violation_error_message=_("Hạn đăng ký của năm và nguồn này đã có."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_year} {self.source_id}: {self.due_on}"
