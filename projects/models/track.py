"""A proposal's way through one chain, and what each office said on it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import MoneyField


class Track(models.Model):
    """Luồng thẩm định: proposal × state source × attempt, with a status of its own.

    ``waiting`` is a track that has not begun or is paused while another one is returned.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Chờ")
        IN_STEP = "in_step", _("Đang thẩm định")
        RETURNED = "returned", _("Trả lại bổ sung")
        APPROVED = "approved", _("Đã phê duyệt")
        REFUSED = "refused", _("Từ chối")
        WITHDRAWN = "withdrawn", _("Đã rút")

    DECIDED = (Status.APPROVED, Status.REFUSED, Status.WITHDRAWN)

    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="tracks")
    source = models.ForeignKey("programmes.FundingSource", models.PROTECT, related_name="+")
    attempt = models.PositiveSmallIntegerField(default=1)
    chain = models.ForeignKey("projects.ReviewChain", models.PROTECT, related_name="+")
    step = models.ForeignKey("projects.ReviewStep", models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    round = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["source__position", "attempt"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "source", "attempt"], name="track_attempt")
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}/{self.source_id}#{self.attempt}"

    @property
    def is_decided(self) -> bool:
        return self.status in self.DECIDED


class Review(models.Model):
    """Lượt xem xét của một cơ quan ở một bước, một lần trình.

    Opened when the dossier reaches the office (so it is the office's queue, and the proof that the
    office may go on reading); filled when the office has spoken. ``decided_by`` is the person who
    decided, ``recorded_by`` the one who entered an outside body's paper.
    """

    class Verdict(models.TextChoices):
        PASS = "pass", _("Đồng ý, chuyển tiếp")
        RETURN = "return", _("Trả lại bổ sung")
        REFUSE = "refuse", _("Từ chối")
        APPROVE = "approve", _("Phê duyệt")
        TAKEN_BACK = "taken_back", _("Đã lấy lại ý kiến")
        CANCELLED = "cancelled", _("Đã khép lại")

    VOID = (Verdict.TAKEN_BACK, Verdict.CANCELLED)

    track = models.ForeignKey(Track, models.PROTECT, related_name="reviews")
    step = models.ForeignKey("projects.ReviewStep", models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey("core.Organisation", models.PROTECT, related_name="reviews")
    received_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    # What the specialist proposed, waiting for the head's conclusion.
    proposed = models.CharField(max_length=10, choices=Verdict, blank=True)
    proposed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    reason = models.TextField(blank=True)
    document = models.ForeignKey("core.LegalDocument", models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    recorded_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["received_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "round", "step"],
                condition=~Q(verdict__in=["taken_back", "cancelled"]),
                name="review_once_a_round",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at__isnull=True)
                | (~Q(verdict="") & Q(decided_at__isnull=False)),
                name="review_verdict_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "due_on"], condition=Q(verdict=""), name="review_queue"
            ),
            models.Index(fields=["organisation", "track"]),
        ]

    def __str__(self) -> str:
        return f"{self.step} ({self.round})"

    @property
    def is_open(self) -> bool:
        return not self.verdict


class ReviewAmount(models.Model):
    """Số tiền một cơ quan thẩm định hoặc phê duyệt cho một dòng vốn."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="amounts")
    line = models.ForeignKey("projects.FundingLine", models.PROTECT, related_name="+")
    amount = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "line"], name="review_amount_once")
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.amount}"
