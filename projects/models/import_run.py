"""Imports from workbooks: read, shown row by row, then all or nothing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.models.job import Job


class ImportRun(Job):
    """Một lần nhập từ Excel. Two jobs on one row: read the workbook, then write what was shown.

    ``rows`` is what the preview shows and the second job writes: the workbook is read once, and
    what a person agreed to is what is written (I8: all of it or nothing).
    """

    class Kind(models.TextChoices):
        ENTERPRISES = "enterprises", _("Cơ sở công nghiệp nông thôn")
        PROPOSALS = "proposals", _("Đề án")
        PLAN = "plan", _("Danh mục đề án (Mẫu 2)")
        ANNUAL = "annual", _("Danh mục năm")

    class State(models.TextChoices):
        QUEUED = "queued", _("Chờ đọc")
        RUNNING = "running", _("Đang đọc")
        READY = "ready", _("Chờ xác nhận")
        CONFIRMED = "confirmed", _("Chờ ghi")
        WRITING = "writing", _("Đang ghi")
        DONE = "done", _("Đã nhập")
        FAILED = "failed", _("Không nhập được")
        CANCELLED = "cancelled", _("Đã hủy")

    UNFINISHED = (State.QUEUED, State.RUNNING, State.READY, State.CONFIRMED, State.WRITING)
    AT_WORK = (State.QUEUED, State.RUNNING, State.CONFIRMED, State.WRITING)

    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    province = models.ForeignKey("core.Place", models.PROTECT, related_name="+")
    programme = models.ForeignKey(
        "programmes.Programme", models.PROTECT, null=True, related_name="+"
    )
    file = models.OneToOneField("core.StoredFile", models.PROTECT, related_name="+")
    params = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(default=0)
    fault_count = models.PositiveIntegerField(default=0)
    written_count = models.PositiveIntegerField(default=0)
    ordered_by = models.ForeignKey("core.User", models.PROTECT, related_name="import_runs")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["running", "writing"]) | Q(lease_until__isnull=False),
                name="import_running_has_lease",
            ),
            models.UniqueConstraint(
                fields=["ordered_by", "order_key"],
                condition=~Q(order_key=""),
                name="import_ordered_once",
            ),
        ]
        indexes = [
            models.Index(fields=["ordered_by", "-id"]),
            models.Index(
                fields=["state", "lease_until"],
                condition=Q(state__in=["queued", "running", "confirmed", "writing"]),
                name="import_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class ImportRow(models.Model):
    """Một dòng của bảng tính: as it was typed, what it will write, and what is wrong with it."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    sheet = models.PositiveSmallIntegerField(default=0, help_text="which of the kind's sheets")
    sheet_row = models.PositiveIntegerField(help_text="the number the workbook shows")
    cells = models.JSONField(default=dict, help_text="column code -> text as typed")
    values = models.JSONField(default=dict, help_text="column code -> value to be written")
    faults = models.JSONField(default=list, help_text="[[column code, message], …]")
    notes = models.JSONField(default=dict, help_text="column code -> what to know, or what was")
    action = models.CharField(max_length=10, blank=True, help_text="create, change, same")
    written_id = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["sheet", "sheet_row"]
        constraints = [
            models.UniqueConstraint(fields=["run", "sheet", "sheet_row"], name="import_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.sheet_row}"
