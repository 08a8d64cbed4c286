"""The ledger: rows that are only ever added."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import MoneyField
from khuyencong.core.models import SealedModel


class LedgerEntry(SealedModel):
    """Bút toán. The amount is positive; the sign comes from the kind, and turns when it reverses.

    ``reference`` names the paper or dossier as text: money stands below the proposals and knows
    none of them; the proposal's own rows point down to their entry.
    """

    class Kind(models.TextChoices):
        ALLOT = "allot", _("Giao dự toán")
        TRANSFER_IN = "transfer_in", _("Điều chuyển đến")
        TRANSFER_OUT = "transfer_out", _("Điều chuyển đi")
        CARRY_IN = "carry_in", _("Chuyển nguồn đến")
        CARRY_OUT = "carry_out", _("Chuyển nguồn đi")
        LAPSE = "lapse", _("Hủy dự toán")
        COMMIT = "commit", _("Cam kết")
        RELEASE = "release", _("Giải tỏa cam kết")
        DISBURSE = "disburse", _("Giải ngân")
        RECOVER = "recover", _("Thu hồi")
        SETTLE = "settle", _("Quyết toán")

    cell = models.ForeignKey("budgets.Cell", models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=12, choices=Kind)
    amount = MoneyField()
    reference = models.CharField(max_length=120)
    document = models.ForeignKey("core.LegalDocument", models.PROTECT, null=True, related_name="+")
    effective_on = models.DateField()
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount_positive")
        ]
        indexes = [
            models.Index(fields=["cell", "kind"]),
            models.Index(fields=["reference"]),
            models.Index(fields=["effective_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"
