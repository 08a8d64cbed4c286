"""Files of a dossier."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField


class Attachment(models.Model):
    """Tài liệu đính kèm của đề án; served only to who sees the proposal.

    Once a round was submitted with it, it is set aside (``removed_at``), never deleted.
    """

    class Scan(models.TextChoices):
        OFF = "off", _("Không quét")
        PENDING = "pending", _("Chưa quét")
        CLEAN = "clean", _("Sạch")
        INFECTED = "infected", _("Có mã độc")

    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="attachments")
    file = models.OneToOneField("core.StoredFile", models.PROTECT, related_name="+")
    title = LineField(_("tên tài liệu"), max_length=200)
    requirement = models.ForeignKey(
        "projects.DocumentRequirement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name=_("mục hồ sơ"),
    )
    scan = models.CharField(max_length=10, choices=Scan, default=Scan.OFF)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    document = models.ForeignKey(
        "core.LegalDocument", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(scan="pending"), name="attachment_to_scan"
            )
        ]

    def __str__(self) -> str:
        return self.title
