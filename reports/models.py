"""Runs of reports. The row is the truth; the broker is only a bell."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.models.job import Job


class ReportRun(Job):
    """Một lần lập báo cáo: queued, running under a lease, done with one file, or failed.

    ``figures`` are what the first attempt read at ``snapshot_at``, frozen as evidence and never
    summed: every later attempt makes the same file of them.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Đang chờ")
        RUNNING = "running", _("Đang lập")
        DONE = "done", _("Xong")
        FAILED = "failed", _("Không lập được")
        CANCELLED = "cancelled", _("Đã hủy")

    UNFINISHED = (State.QUEUED, State.RUNNING)

    report = models.CharField(max_length=40)
    format = models.CharField(max_length=4, default="pdf")
    params = models.JSONField(default=dict)
    about = models.CharField(max_length=400, blank=True, help_text="the parameters in words")
    snapshot_at = models.DateTimeField(help_text="when the figures were read")
    figures = models.JSONField(null=True)
    check_code = models.CharField(
        max_length=20, blank=True, db_index=True, help_text="the same for the same figures"
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    page = models.PositiveIntegerField(default=0, help_text="the page being laid out")
    file = models.OneToOneField("core.StoredFile", models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    ordered_by = models.ForeignKey("core.User", models.PROTECT, related_name="report_runs")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(file__isnull=False) & ~Q(sha256="")),
                name="run_done_has_file",
            ),
            models.CheckConstraint(
                condition=Q(state="done") | Q(file__isnull=True), name="run_only_done_has_file"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False),
                name="run_running_has_lease",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="run_progress_percent"),
            models.UniqueConstraint(
                fields=["ordered_by", "order_key"],
                condition=~Q(order_key=""),
                name="run_ordered_once",
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

    @property
    def is_unfinished(self) -> bool:
        return self.state in self.UNFINISHED
