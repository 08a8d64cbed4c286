"""What people are told about dossiers: a row first, an e-mail after."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Notice(models.Model):
    """Thông báo cho một người, written in the transaction of the verb it tells of.

    The row is the truth; the e-mail is sent later from it, and again if the broker was down.
    """

    class Kind(models.TextChoices):
        ARRIVED = "arrived", gettext_lazy("Hồ sơ chờ bạn")
        OUTCOME = "outcome", gettext_lazy("Hồ sơ của bạn có kết quả")

    user = models.ForeignKey("core.User", models.PROTECT, related_name="notices")
    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=8, choices=Kind)
    status = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["id"], condition=Q(mailed_at=None), name="notice_unmailed"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """What happened, in words; the title is not told twice in a list that links it."""
        code = self.proposal.code
        if self.kind == self.Kind.ARRIVED:
            return _("{code} chờ cơ quan bạn xử lý.").format(code=code)
        from projects.models.proposal import Proposal

        label = Proposal.Status(self.status).label
        return _("{code}: {status}.").format(code=code, status=label)
