"""What was checked at an act, as it was shown then; and the written reason beside a warning."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, ProseField
from khuyencong.core.models.sealed import SealedModel


class CheckRecord(SealedModel):
    """Kết quả kiểm tra lúc trình, thẩm định hay phê duyệt: frozen evidence, never summed."""

    class Act(models.TextChoices):
        SUBMISSION = "submission", _("Trình")
        APPRAISAL = "appraisal", _("Thẩm định")
        APPROVAL = "approval", _("Phê duyệt")

    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="check_records")
    track = models.ForeignKey("projects.Track", models.PROTECT, null=True, related_name="+")
    act = models.CharField(max_length=12, choices=Act)
    round = models.PositiveSmallIntegerField()
    checked_on = models.DateField(help_text="the day whose law was applied")
    results = models.JSONField()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.act} ({self.round})"


class CheckedNorm(SealedModel):
    """Định mức đã áp dụng: what is approved keeps the row it was approved under."""

    record = models.ForeignKey(CheckRecord, models.PROTECT, related_name="norms")
    norm = models.ForeignKey("programmes.SupportNorm", models.PROTECT, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "norm"], name="checked_norm_once")]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.norm_id}"


class Justification(models.Model):
    """Giải trình cho một cảnh báo: the reason in writing and the paper it rests on."""

    proposal = models.ForeignKey("projects.Proposal", models.CASCADE, related_name="justifications")
    check_code = models.SlugField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)
    reason = ProseField(_("lý do"))
    document_number = LineField(_("số văn bản"), max_length=60, blank=True)
    document_date = models.DateField(_("ngày văn bản"), null=True, blank=True)
    written_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "check_code", "subject"], name="justification_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.check_code}"
