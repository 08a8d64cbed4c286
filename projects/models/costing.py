"""What the proposal costs, and who pays it: two views of the same money that must agree.

Σ shares = Σ funding lines for each source at each stage. Null means the stage is not reached.
"""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, MoneyField


class CostItem(models.Model):
    """Dòng dự toán (Mẫu 1). At most one state source pays for it."""

    proposal = models.ForeignKey("projects.Proposal", models.CASCADE, related_name="cost_items")
    activity = models.ForeignKey(
        "projects.ProposalActivity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cost_items",
    )
    position = models.PositiveSmallIntegerField()
    name = LineField(_("nội dung chi"), max_length=300)
    unit = LineField(_("ĐVT"), max_length=40, blank=True)
    quantity = models.DecimalField(
        _("số lượng"),
        max_digits=12,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    unit_price = MoneyField(_("đơn giá"), default=0)
    amount = MoneyField(_("thành tiền"), default=0)
    note = LineField(_("ghi chú"), max_length=300, blank=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class CostShare(models.Model):
    """Phần một nguồn trả cho một dòng dự toán."""

    item = models.ForeignKey(CostItem, models.CASCADE, related_name="shares")
    source = models.ForeignKey("programmes.FundingSource", models.PROTECT, related_name="+")
    requested = MoneyField(_("đề nghị"))
    appraised = MoneyField(_("thẩm định"), null=True, blank=True)
    approved = MoneyField(_("phê duyệt"), null=True, blank=True)

    class Meta:
        ordering = ["source__position"]
        constraints = [models.UniqueConstraint(fields=["item", "source"], name="cost_share_once")]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.source_id}"


class FundingLine(models.Model):
    """Dòng vốn: how much of which source in which year. State money points to its cell."""

    proposal = models.ForeignKey("projects.Proposal", models.CASCADE, related_name="funding_lines")
    source = models.ForeignKey("programmes.FundingSource", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("năm"))
    cell = models.ForeignKey(
        "budgets.Cell", models.PROTECT, null=True, blank=True, related_name="funding_lines"
    )
    requested = MoneyField(_("đề nghị"))
    appraised = MoneyField(_("thẩm định"), null=True, blank=True)
    approved = MoneyField(_("phê duyệt"), null=True, blank=True)

    class Meta:
        ordering = ["source__position", "year"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "source", "year"], name="funding_line_once")
        ]
        indexes = [
            models.Index(fields=["source", "year"]),
            models.Index(
                fields=["source", "-proposal"],
                condition=models.Q(requested__gt=0),
                name="funding_line_by_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.year}"

    @property
    def current(self) -> int:
        """The figure of the latest stage reached, in đồng."""
        return next(
            amount
            for amount in (self.approved, self.appraised, self.requested)
            if amount is not None
        )
