"""Documents that give money to cells."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, MoneyField


class Allocation(models.Model):
    """Quyết định giao dự toán: number and date, with one line a cell.

    ``with_approval``: it is the very decision that approves dossiers, and each line of it came with
    one of them; a decision entered as an allotment is entered whole, and once.
    """

    programme = models.ForeignKey(
        "programmes.Programme", models.PROTECT, related_name="allocations"
    )
    document = models.OneToOneField(
        "core.LegalDocument", models.PROTECT, related_name="allocation", verbose_name=_("văn bản")
    )
    note = LineField(_("ghi chú"), max_length=300, blank=True)
    with_approval = models.BooleanField(default=False, editable=False)
    posted_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField()

    class Meta:
        ordering = ["-posted_at"]

    def __str__(self) -> str:
        return f"{self.document}"


class AllocationLine(models.Model):
    """Một dòng của quyết định giao dự toán, tied to the ledger entry it made."""

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="lines")
    cell = models.ForeignKey("budgets.Cell", models.PROTECT, related_name="+")
    amount = MoneyField()
    entry = models.OneToOneField("budgets.LedgerEntry", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.cell}: {self.amount}"
