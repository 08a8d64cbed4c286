"""Long work as a row: the row is the truth, the broker is only a bell."""

from __future__ import annotations

from django.db import models


class JobQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> JobQuerySet:
        """A job belongs to who ordered it: what it shows is what that person may see."""
        return self.filter(ordered_by_id=user.pk)


class Job(models.Model):
    """Việc chạy nền: queued, running under a lease that one attempt holds, then ended."""

    progress = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True, help_text="when the broker was last told")
    error = models.TextField(blank=True)
    ordered_at = models.DateTimeField(auto_now_add=True)
    order_key = models.CharField(
        max_length=64, blank=True, help_text="the same page sent twice orders once"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        abstract = True
