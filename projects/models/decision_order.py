"""A decision sent by a program: the same request sent again makes no second decision."""

from django.db import models


class DecisionOrder(models.Model):
    """Một lần gửi quyết định qua API với khóa Idempotency-Key; both key and body as sha256."""

    ordered_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    body = models.CharField(max_length=64)
    decision = models.ForeignKey("projects.Decision", models.PROTECT, null=True, related_name="+")
    ordered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ordered_by", "key"], name="decision_ordered_once")
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]}"
