"""Every change of a status, one to one with its audit entry."""

from django.db import models

from khuyencong.core.models.sealed import SealedModel


class StatusChange(SealedModel):
    """Một lần chuyển trạng thái, of the proposal itself (no track) or of one of its tracks."""

    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="status_changes")
    track = models.ForeignKey(
        "projects.Track", models.PROTECT, null=True, related_name="status_changes"
    )
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=24)
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16)
    audit = models.OneToOneField("core.AuditEntry", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["proposal", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "seq"], name="status_change_seq")
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.verb}: {self.from_status} → {self.to_status}"
