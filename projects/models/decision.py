"""Decisions: one paper, one line a track it decides, and the commitments that follow."""

from django.db import models
from django.db.models import Q

from khuyencong.core.fields import MoneyField


class Decision(models.Model):
    """Quyết định (phê duyệt hoặc từ chối): one document of one body, over one or many đề án."""

    document = models.OneToOneField("core.LegalDocument", models.PROTECT, related_name="decision")
    organisation = models.ForeignKey("core.Organisation", models.PROTECT, related_name="decisions")
    recorded_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.document}"


class DecisionLine(models.Model):
    """Một đề án trong quyết định. At most one is effective a track and round (I5)."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="lines")
    track = models.ForeignKey("projects.Track", models.PROTECT, related_name="decision_lines")
    round = models.PositiveSmallIntegerField()
    is_approval = models.BooleanField()
    amount = MoneyField()
    is_effective = models.BooleanField(default=True)
    allots = models.BooleanField(default=False, help_text="the decision gave its money as well")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["track", "round"],
                condition=Q(is_effective=True),
                name="decision_effective_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision}: {self.track_id}"


class Commitment(models.Model):
    """Cam kết chi của một dòng vốn: which ledger entry holds its money."""

    line = models.ForeignKey("projects.FundingLine", models.PROTECT, related_name="commitments")
    entry = models.OneToOneField("budgets.LedgerEntry", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.line_id}"
