"""The cell: one year of one state source of one programme, with its three stored sums."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Cell(models.Model):
    """Ô kế hoạch vốn (năm × nguồn). Its sums are written by ``budgets.ledger`` alone.

    The CHECK is the second wall: whatever the code does, a cell never commits more than it was
    given nor pays more than it committed.
    """

    programme = models.ForeignKey("programmes.Programme", models.PROTECT, related_name="cells")
    year = models.PositiveSmallIntegerField()
    source = models.ForeignKey("programmes.FundingSource", models.PROTECT, related_name="+")
    # Signed columns: a negative sum must reach the CHECK below, not die in a type.
    allotted = models.BigIntegerField(_("giao dự toán"), default=0)
    committed = models.BigIntegerField(_("cam kết"), default=0)
    disbursed = models.BigIntegerField(_("giải ngân"), default=0)

    class Meta:
        ordering = ["year", "source__position"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "year", "source"], name="cell_once"),
            models.CheckConstraint(
                condition=Q(allotted__gte=F("committed")) & Q(committed__gte=F("disbursed")),
                name="cell_never_over",
            ),
            models.CheckConstraint(
                condition=Q(disbursed__gte=0), name="cell_disbursed_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.year}"

    @property
    def available(self) -> int:
        """Còn lại: allotted − committed, in đồng."""
        return self.allotted - self.committed
