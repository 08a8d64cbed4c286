"""What a person must judge at a step, as dated data; and what was found."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, ProseField
from khuyencong.core.models import CatalogueRow, once_from


class Criterion(CatalogueRow):
    """Tiêu chí thẩm định (TT 36/2013/TT-BCT Điều 9). There is no points scale."""

    code = models.SlugField(_("mã"), max_length=40)
    name = LineField(_("tiêu chí"), max_length=300)
    hint = LineField(_("gợi ý"), max_length=300, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = once_from("criterion_code_from", "criterion_undated")

    def __str__(self) -> str:
        return self.name


class Finding(models.Model):
    """Kết quả xem xét một tiêu chí trong một lượt thẩm định; written while the review is open."""

    class Verdict(models.TextChoices):
        MET = "met", _("Đạt")
        UNMET = "unmet", _("Chưa")
        SKIPPED = "skipped", _("Không xét")

    review = models.ForeignKey("projects.Review", models.PROTECT, related_name="findings")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    verdict = models.CharField(_("kết quả"), max_length=8, choices=Verdict)
    remark = ProseField(_("nhận xét"), blank=True)
    found_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["criterion__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="finding_once_a_review")
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.get_verdict_display()}"
