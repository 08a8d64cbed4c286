"""After approval: contract, payments, acceptance, settlement."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, MoneyField


class Contract(models.Model):
    """Hợp đồng với đơn vị thực hiện. ``amount`` is the state's share in đồng, frozen at signing."""

    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="contracts")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    document = models.OneToOneField("core.LegalDocument", models.PROTECT, related_name="+")
    amount = MoneyField(_("giá trị hợp đồng"))
    ends_on = models.DateField(_("thời hạn"), null=True, blank=True)
    created_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.document}"


class Disbursement(models.Model):
    """Tạm ứng hoặc thanh toán từ một dòng vốn, one to one with its ledger entry."""

    class Kind(models.TextChoices):
        ADVANCE = "advance", _("Tạm ứng")
        INTERIM = "interim", _("Thanh toán từng lần")
        FINAL = "final", _("Thanh toán cuối")

    line = models.ForeignKey("projects.FundingLine", models.PROTECT, related_name="disbursements")
    kind = models.CharField(max_length=8, choices=Kind)
    document = models.ForeignKey("core.LegalDocument", models.PROTECT, related_name="+")
    entry = models.OneToOneField("budgets.LedgerEntry", models.PROTECT, related_name="+")
    note = LineField(max_length=300, blank=True)
    created_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"


class Acceptance(models.Model):
    """Biên bản nghiệm thu cơ sở. ``amount`` is the support recognised, in đồng."""

    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="acceptances")
    beneficiary = models.ForeignKey(
        "projects.Beneficiary", models.PROTECT, null=True, blank=True, related_name="acceptances"
    )
    document = models.OneToOneField("core.LegalDocument", models.PROTECT, related_name="+")
    passed = models.BooleanField(_("đạt"))
    amount = MoneyField(_("kinh phí được nghiệm thu"))
    created_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.document}"


class Settlement(models.Model):
    """Quyết toán một dòng vốn: the final figure, tied to its ledger entry."""

    line = models.OneToOneField("projects.FundingLine", models.PROTECT, related_name="settlement")
    document = models.ForeignKey("core.LegalDocument", models.PROTECT, related_name="+")
    entry = models.OneToOneField("budgets.LedgerEntry", models.PROTECT, null=True, related_name="+")
    amount = MoneyField(_("số quyết toán"))
    created_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.document}"
