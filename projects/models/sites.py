"""The list of sites that completes a group proposal after its approval."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, ProseField


class SiteList(models.Model):
    """Danh sách cơ sở của đề án nhóm (TT 36/2013/TT-BCT Điều 10.1a, Mẫu 11).

    The unit lists them in a paper of its own, the department appraises it; several may follow.
    """

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", _("Đồng ý")
        RETURNED = "returned", _("Trả lại")

    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="site_lists")
    seq = models.PositiveSmallIntegerField()
    document = models.ForeignKey("core.LegalDocument", models.PROTECT, related_name="+")
    note = LineField(max_length=300, blank=True)
    submitted_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    reason = ProseField(blank=True)
    decided_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.ForeignKey("core.LegalDocument", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "seq"], name="site_list_seq"),
            models.UniqueConstraint(
                fields=["proposal"], condition=Q(verdict=""), name="site_list_one_open"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at__isnull=True)
                | (~Q(verdict="") & Q(decided_at__isnull=False)),
                name="site_list_verdict_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} ({self.seq})"
