"""The trail: one hash chain a subject, anchored daily so that a cut tail shows too."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.models.base import AppendOnlyModel


class AuditedModel(models.Model):
    """A subject of the trail. Its head stands on the row every verb has locked anyway."""

    audit_seq = models.PositiveIntegerField(default=0, editable=False)
    audit_head = models.CharField(max_length=64, default="", blank=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def called(cls, code: str) -> models.QuerySet:
        """The record people call by this code."""
        return cls._default_manager.filter(code=code)

    @classmethod
    def codes_of(cls, ids: Iterable[int]) -> dict[int, str]:
        """What people call these records, by id."""
        return dict(cls._default_manager.filter(pk__in=ids).values_list("pk", "code"))

    @classmethod
    def trail_visible_to(cls, user: object) -> models.QuerySet:
        """Records whose trail a person may read."""
        return cls._default_manager.visible_to(user)


class AuditEntry(AppendOnlyModel):
    """Một dòng nhật ký: who, as which organisation, when, from, to, why, by what document.

    ``changes`` holds amounts and codes only, never personal data.
    """

    subject_type = models.CharField(max_length=60)
    subject_id = models.PositiveBigIntegerField()
    seq = models.PositiveIntegerField()
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    action = models.CharField(max_length=80)
    actor = models.ForeignKey(
        "core.User", models.PROTECT, null=True, related_name="+", verbose_name=_("người thực hiện")
    )
    actor_name = models.CharField(max_length=120)
    organisation = models.ForeignKey(
        "core.Organisation", models.PROTECT, null=True, related_name="+"
    )
    organisation_name = models.CharField(max_length=200)
    from_state = models.CharField(max_length=24, blank=True)
    to_state = models.CharField(max_length=24, blank=True)
    reason = models.TextField(blank=True)
    document = models.ForeignKey("core.LegalDocument", models.PROTECT, null=True, related_name="+")
    document_text = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=dict)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "seq"], name="audit_entry_seq"
            )
        ]
        indexes = [models.Index(fields=["-recorded_at"])]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} #{self.seq}: {self.action}"


class AuditAnchor(AppendOnlyModel):
    """Dấu mốc hằng ngày over the heads of all chains, itself chained."""

    day = models.DateField(unique=True)
    entries = models.PositiveBigIntegerField()
    heads_hash = models.CharField(max_length=64)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    last_entry_id = models.PositiveBigIntegerField(default=0)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}"
