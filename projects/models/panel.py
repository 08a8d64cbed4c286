"""The panel (hội đồng) that advises an office on dossiers. It votes; it gives no points."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core import roles
from khuyencong.core.fields import LineField, ProseField
from khuyencong.core.models import AuditedModel


class PanelQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> PanelQuerySet:
        """The office that convened it, its members, and who audits the province."""
        if not user.is_authenticated:
            return self.none()
        seen = Q(members__user=user.pk)
        if any(user.may(right) for right in (roles.REVIEW, roles.CONCLUDE, roles.SEE_PROVINCE)):
            seen |= Q(organisation__lineage=user.organisation.lineage)
        if user.may(roles.SEE_AUDIT):
            seen |= Q(province_id=user.organisation.province_id)
        return self.filter(pk__in=self.model.objects.filter(seen).values("pk"))


class Panel(AuditedModel):
    """Hội đồng thẩm định cấp cơ sở (TT 36/2013/TT-BCT Điều 8), set up by a decision."""

    class Status(models.TextChoices):
        OPEN = "open", _("Đang họp")
        CLOSED = "closed", _("Đã kết luận")

    code = models.CharField(_("mã"), max_length=24, unique=True)
    name = LineField(_("tên hội đồng"), max_length=200)
    province = models.ForeignKey("core.Place", models.PROTECT, related_name="+")
    organisation = models.ForeignKey("core.Organisation", models.PROTECT, related_name="panels")
    decision = models.ForeignKey("core.LegalDocument", models.PROTECT, related_name="+")
    meets_on = models.DateField(_("ngày họp"))
    venue = LineField(_("nơi họp"), max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    minutes = models.ForeignKey("core.LegalDocument", models.PROTECT, null=True, related_name="+")
    closed_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = PanelQuerySet.as_manager()

    class Meta:
        ordering = ["-meets_on", "-pk"]

    def __str__(self) -> str:
        return self.name


class PanelMember(models.Model):
    """Thành viên, by the decision. ``enterprise``: the establishment this person owns or runs."""

    class Seat(models.TextChoices):
        CHAIR = "chair", _("Chủ tịch")
        SECRETARY = "secretary", _("Thư ký")
        MEMBER = "member", _("Ủy viên")

    panel = models.ForeignKey(Panel, models.CASCADE, related_name="members")
    user = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="panel_seats"
    )
    full_name = LineField(_("họ và tên"), max_length=120)
    title = LineField(_("chức vụ, đơn vị"), max_length=200, blank=True)
    organisation = models.ForeignKey(
        "core.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    enterprise = models.ForeignKey(
        "projects.Enterprise", models.PROTECT, null=True, blank=True, related_name="+"
    )
    seat = models.CharField(_("vai trò"), max_length=10, choices=Seat, default=Seat.MEMBER)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "user"], condition=Q(user__isnull=False), name="panel_seat_once"
            )
        ]

    def __str__(self) -> str:
        return self.full_name


class PanelItem(models.Model):
    """Một đề án đưa ra hội đồng, with what the votes came to when the panel closed."""

    class Verdict(models.TextChoices):
        AGREE = "agree", _("Đồng ý")
        SUPPLEMENT = "supplement", _("Bổ sung, hoàn thiện")
        DISAGREE = "disagree", _("Không đồng ý")

    panel = models.ForeignKey(Panel, models.CASCADE, related_name="items")
    proposal = models.ForeignKey("projects.Proposal", models.PROTECT, related_name="panel_items")
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField(_("kết luận"), max_length=10, choices=Verdict, blank=True)
    note = ProseField(_("ý kiến của hội đồng"), blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "proposal"], name="panel_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.panel_id}: {self.proposal_id}"


class PanelConflict(models.Model):
    """Xung đột lợi ích: the member has no vote on this dossier. ``is_automatic``: by the rule."""

    item = models.ForeignKey(PanelItem, models.CASCADE, related_name="conflicts")
    member = models.ForeignKey(PanelMember, models.CASCADE, related_name="conflicts")
    reason = LineField(_("lý do"), max_length=300)
    is_automatic = models.BooleanField(default=False)
    declared_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "member"], name="panel_conflict_once")
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.member_id}"


class PanelVote(models.Model):
    """Phiếu của một thành viên cho một đề án; the secretary enters it for who has no account."""

    item = models.ForeignKey(PanelItem, models.CASCADE, related_name="votes")
    member = models.ForeignKey(PanelMember, models.CASCADE, related_name="votes")
    verdict = models.CharField(_("ý kiến"), max_length=10, choices=PanelItem.Verdict)
    remark = ProseField(_("nhận xét"), blank=True)
    recorded_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "member"], name="panel_vote_once")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.member_id}"
