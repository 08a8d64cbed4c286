"""Files of a dossier."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField


class Attachment(models.Model):
    """Tài liệu đính kèm của đề án; served only to who sees the proposal."""

    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="attachments")
    file = models.OneToOneField("core.StoredFile", models.PROTECT, related_name="+")
    title = LineField(_("tên tài liệu"), max_length=200)
    document = models.ForeignKey(
        "core.LegalDocument", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title
