"""The working calendar: days off, and days worked in their place."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models.rule import Confidence, Rule, RuleQuerySet


class Holiday(Rule):
    """Ngày nghỉ lễ, or a weekend day worked instead (Bộ luật Lao động 45/2019/QH14 Điều 112).

    A province may have days of its own; where both name a day, the province's row counts.
    """

    PREFIX = "NL"

    day = models.DateField(_("ngày"))
    name = LineField(_("tên"), max_length=120)
    is_working = models.BooleanField(
        _("làm bù"), default=False, help_text=_("Ngày cuối tuần đi làm thay cho ngày nghỉ")
    )
    province = models.ForeignKey(
        "core.Place", models.PROTECT, null=True, blank=True, related_name="+"
    )
    legal_ref = LineField(_("căn cứ"), max_length=300, blank=True)
    confidence = models.CharField(
        _("mức đối chiếu"), max_length=10, choices=Confidence, default=Confidence.MEMORY
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "province"],
                condition=Q(province__isnull=False),
                name="holiday_once_in_province",
                violation_error_message=_("Ngày này đã có trong lịch của tỉnh."),
            ),
            models.UniqueConstraint(
                fields=["day"],
                condition=Q(province__isnull=True),
                name="holiday_once_nationally",
                violation_error_message=_("Ngày này đã có trong lịch chung."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.name}"
