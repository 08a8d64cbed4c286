"""Runs of reports. The row is the truth; the broker is only a bell."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReportRunQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> ReportRunQuerySet:
        """A run belongs to who ordered it: its figures are what that person may see."""
        return self.filter(ordered_by_id=user.pk)


class ReportRun(models.Model):
    """Một lần lập báo cáo: queued, running under a lease, done with one file, or failed."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Đang chờ")
        RUNNING = "running", _("Đang lập")
        DONE = "done", _("Xong")
        FAILED = "failed", _("Không lập được")
        CANCELLED = "cancelled", _("Đã hủy")

    ENDED = (State.DONE, State.FAILED, State.CANCELLED)

    report = models.CharField(max_length=40)
    format = models.CharField(max_length=4, default="pdf")
    params = models.JSONField(default=dict)
    snapshot_at = models.DateTimeField(help_text="figures are those posted up to this instant")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=120, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    file = models.OneToOneField("core.StoredFile", models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    totals = models.JSONField(default=dict)
    check_code = models.CharField(max_length=20, unique=True)
    ordered_by = models.ForeignKey("core.User", models.PROTECT, related_name="report_runs")
    ordered_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(file__isnull=False) & ~Q(sha256="")),
                name="run_done_has_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False),
                name="run_running_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="run_progress_percent"
            ),
        ]
        indexes = [
            models.Index(fields=["ordered_by", "-id"]),
            models.Index(
                fields=["state", "lease_until"],
                condition=Q(state__in=["queued", "running"]),
                name="run_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} #{self.pk}"
