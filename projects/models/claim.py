"""Which target of the programme a proposal means to serve."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class TargetClaim(models.Model):
    """Đề án đăng ký góp bao nhiêu vào một chỉ tiêu. It counts only once accepted (nghiệm thu)."""

    proposal = models.ForeignKey("projects.Proposal", models.CASCADE, related_name="claims")
    target = models.ForeignKey("programmes.Target", models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("số lượng"), validators=[MinValueValidator(1)])

    class Meta:
        ordering = ["target__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "target"], name="target_claim_once")
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.quantity}"
