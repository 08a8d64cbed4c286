"""Whom the proposal is for, and where."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, MoneyField


class Beneficiary(models.Model):
    """Đơn vị thụ hưởng. 0..n; a group proposal names them only after approval."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Dự kiến")
        CONFIRMED = "confirmed", _("Đã xác nhận")
        WITHDRAWN = "withdrawn", _("Rút")
        REPLACED = "replaced", _("Đã thay")

    proposal = models.ForeignKey("projects.Proposal", models.CASCADE, related_name="beneficiaries")
    enterprise = models.ForeignKey(
        "projects.Enterprise", models.PROTECT, related_name="benefits", verbose_name=_("cơ sở")
    )
    place = models.ForeignKey("core.Place", models.PROTECT, null=True, blank=True, related_name="+")
    support = MoneyField(_("hỗ trợ"), null=True, blank=True)
    counterpart = MoneyField(_("đối ứng"), null=True, blank=True)
    standing = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces"
    )
    site_list = models.ForeignKey(
        "projects.SiteList", models.PROTECT, null=True, blank=True, related_name="sites"
    )
    leaving = models.ForeignKey(
        "projects.SiteList", models.PROTECT, null=True, blank=True, related_name="leaving"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "enterprise"], name="beneficiary_once")
        ]

    def __str__(self) -> str:
        return f"{self.enterprise}"


class ProposalPlace(models.Model):
    """Địa điểm thực hiện; the name is frozen at submission, since places change their names."""

    proposal = models.ForeignKey("projects.Proposal", models.CASCADE, related_name="places")
    place = models.ForeignKey("core.Place", models.PROTECT, related_name="+")
    frozen_name = LineField(max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "place"], name="proposal_place_once")
        ]
        indexes = [models.Index(fields=["place", "-proposal"], name="proposal_by_place")]

    def __str__(self) -> str:
        return self.frozen_name or str(self.place)
