"""A proposal's way through one chain, and what each office said on it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, MoneyField
from projects.dossier_parts import TITLES


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
    # The paper by which a decided source was taken up again, as a new attempt.
    reopened_by = models.ForeignKey(
        "core.LegalDocument", models.PROTECT, null=True, related_name="+"
    )

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


class ReviewQuerySet(models.QuerySet):
    def lying(self) -> ReviewQuerySet:
        """Reviews an office has to answer now: not those that pause, nor any of a dead track."""
        at_work = (Track.Status.IN_STEP, Track.Status.APPROVED)
        return self.filter(verdict="", track__status__in=at_work, paused_at__isnull=True)


class Review(models.Model):
    """Lượt xem xét của một cơ quan ở một bước, một lần trình.

    Opened when the dossier reaches the office (so it is the office's queue, and the proof that the
    office may go on reading); filled when the office has spoken. ``decided_by`` is the person who
    decided, ``recorded_by`` the one who entered an outside body's paper. ``is_outside``: the portal
    cannot see into the office, so it has no due date and is never late. ``delegation``: the grant
    under which who decided stood in for somebody.
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
    is_outside = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    # While another source of the dossier is returned the clock stands still.
    paused_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="assigned_reviews"
    )
    assigned_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    assigned_at = models.DateTimeField(null=True, blank=True)
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
    delegation = models.ForeignKey("core.RoleGrant", models.PROTECT, null=True, related_name="+")
    reply_due_on = models.DateField(_("hạn bổ sung"), null=True, blank=True)
    # Working days the office had used on the step before the dossier came back to it.
    used_days = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

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


class ReviewShare(models.Model):
    """Số tiền một cơ quan đồng ý cho một dòng dự toán, một nguồn.

    The line is named by its place in the round's snapshot: the dossier's own rows are written anew
    when it is returned, what an office said of them is kept.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="shares")
    position = models.PositiveSmallIntegerField()
    source = models.ForeignKey("programmes.FundingSource", models.PROTECT, related_name="+")
    amount = MoneyField()

    class Meta:
        ordering = ["position", "source__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "position", "source"], name="review_share_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.position}: {self.amount}"


class ReturnPoint(models.Model):
    """Mục cần bổ sung of a return: a part of the dossier's form, and what is wanted there."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="return_points")
    position = models.PositiveSmallIntegerField()
    section = models.SlugField(max_length=20)
    text = LineField(max_length=500)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.section}: {self.text}"

    @property
    def title(self) -> str:
        """What the part is called in the form."""
        return str(TITLES.get(self.section, self.section))
