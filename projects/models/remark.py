"""What reviewers write beside a dossier, pinned to the place and the version they read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core import roles
from khuyencong.core.fields import LineField, ProseField


class RemarkQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> RemarkQuerySet:
        """Of dossiers the person sees. An internal note stays in the office that wrote it;

        auditors read all of them, the implementing unit none.
        """
        own = Q(is_internal=False) | Q(organisation__lineage=user.organisation.lineage)
        return self if user.may(roles.SEE_AUDIT) else self.filter(own)

    def open(self) -> RemarkQuerySet:
        return self.filter(resolved_at__isnull=True, parent__isnull=True)


class Remark(models.Model):
    """Ý kiến (or internal note) on a field or cost line of round ``round``; replies have a parent.

    ``field`` names the place as the dossier's form does (``title``, ``cost_items-3``,
    ``funding_lines``, empty for the whole); ``label`` is what stood there then, for later rounds
    may have moved or dropped it. An open remark is resolved before its office passes on.
    """

    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="remarks")
    review = models.ForeignKey("projects.Review", models.PROTECT, null=True, related_name="remarks")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="replies")
    round = models.PositiveSmallIntegerField()
    field = models.CharField(max_length=60, blank=True)
    label = LineField(max_length=300, blank=True)
    text = ProseField(_("ý kiến"))
    is_internal = models.BooleanField(_("ghi chú nội bộ"), default=False)
    organisation = models.ForeignKey("core.Organisation", models.PROTECT, related_name="+")
    written_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    resolved_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    resolution = ProseField(_("cách giải quyết"), blank=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="remark_resolved_by_somebody",
            )
        ]
        indexes = [
            models.Index(fields=["proposal", "-id"]),
            models.Index(
                fields=["proposal"],
                condition=Q(resolved_at=None, parent=None),
                name="remark_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} ({self.round}) {self.field}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None
