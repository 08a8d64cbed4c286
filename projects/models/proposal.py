"""The proposal (đề án): one record for its whole life."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core import roles, text
from khuyencong.core.fields import LineField, ProseField
from khuyencong.core.models import AuditedModel
from khuyencong.core.models.sealed import SealedModel
from khuyencong.core.querysets import holding


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> ProposalQuerySet:
        """Rows a person may see; what is not here answers 404 (model.md §4)."""
        if not user.is_authenticated:
            return self.none()
        organisation = user.organisation
        seen = Q(pk__in=[])
        if user.may(roles.SEE_OWN):
            seen |= Q(implementing_unit__lineage=organisation.lineage)
        if organisation.province_id is not None and (
            user.may(roles.SEE_PROVINCE)
            or (user.may(roles.SEE_RECEIVED) and organisation.is_industry_department)
        ):
            seen |= Q(province_id=organisation.province_id)
        elif user.may(roles.SEE_RECEIVED):
            seen |= Q(pk__in=self._received_by(organisation.lineage))
        return self.filter(seen)

    def _received_by(self, lineage: str) -> models.QuerySet:
        """Ids of dossiers that reached an office, but for those taken back before it looked."""
        from projects.models.track import Review

        reached = Review.objects.filter(organisation__lineage=lineage).exclude(
            verdict=Review.Verdict.CANCELLED, opened_at__isnull=True
        )
        return reached.values("track__proposal_id")

    def before_panel_of(self, user: object) -> ProposalQuerySet:
        """Dossiers a panel the person sits on considers now: a member reads what it votes on."""
        return self.filter(
            panel_items__panel__state="open", panel_items__panel__members__user=user.pk
        ).distinct()

    def matching(self, query: str) -> ProposalQuerySet:
        """Search blind to accents; every word must be found."""
        return holding(self, query)

    def awaiting(self, user: object) -> ProposalQuerySet:
        """Dossiers that lie with the person's office now."""
        from projects.models.track import Review

        here = Review.objects.lying().filter(organisation__lineage=user.organisation.lineage)
        return self.filter(pk__in=here.values("track__proposal_id"))


class Proposal(AuditedModel):
    """Đề án khuyến công, made by an implementing unit for 0..n beneficiaries.

    ``status`` is written by ``projects.workflow`` alone; until approval it is derived from the
    tracks (stored for filters, proven by I3). ``version`` moves with every write, so that two
    editors never overwrite each other in silence.
    """

    class Kind(models.TextChoices):
        SINGLE = "single", _("Một cơ sở thụ hưởng")
        SEVERAL = "several", _("Nhiều cơ sở thụ hưởng")
        GROUP = "group", _("Đề án nhóm")
        PILOT = "pilot", _("Đề án điểm")
        TASK = "task", _("Nhiệm vụ (không có cơ sở thụ hưởng)")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Nháp")
        SUBMITTED = "submitted", _("Đã trình")
        IN_REVIEW = "in_review", _("Đang thẩm định")
        RETURNED = "returned", _("Trả lại bổ sung")
        APPROVED = "approved", _("Đã phê duyệt")
        PARTLY_APPROVED = "partly_approved", _("Phê duyệt một phần nguồn vốn")
        REFUSED = "refused", _("Từ chối")
        WITHDRAWN = "withdrawn", _("Đã rút")
        CONTRACTED = "contracted", _("Đã ký hợp đồng")
        IN_PROGRESS = "in_progress", _("Đang thực hiện")
        ACCEPTED = "accepted", _("Đã nghiệm thu")
        LIQUIDATED = "liquidated", _("Đã thanh lý")
        SETTLED = "settled", _("Đã quyết toán")
        SUSPENDED = "suspended", _("Tạm dừng")
        STOPPED = "stopped", _("Ngừng thực hiện")

    EDITABLE = (Status.DRAFT, Status.RETURNED)
    UNDECIDED = (Status.SUBMITTED, Status.IN_REVIEW, Status.RETURNED)
    DERIVED = (
        Status.DRAFT,
        Status.SUBMITTED,
        Status.IN_REVIEW,
        Status.RETURNED,
        Status.APPROVED,
        Status.PARTLY_APPROVED,
        Status.REFUSED,
        Status.WITHDRAWN,
    )

    code = models.CharField(_("mã đề án"), max_length=24, unique=True)
    programme = models.ForeignKey(
        "programmes.Programme",
        models.PROTECT,
        related_name="proposals",
        verbose_name=_("chương trình"),
    )
    province = models.ForeignKey("core.Place", models.PROTECT, related_name="+")
    plan_year = models.PositiveSmallIntegerField(_("năm kế hoạch"))
    implementing_unit = models.ForeignKey(
        "core.Organisation",
        models.PROTECT,
        related_name="proposals",
        verbose_name=_("đơn vị thực hiện"),
    )
    partner = LineField(_("đơn vị phối hợp"), max_length=200, blank=True)
    kind = models.CharField(_("loại đề án"), max_length=10, choices=Kind, default=Kind.SINGLE)
    is_recoverable = models.BooleanField(_("có thu hồi kinh phí"), default=False)
    title = LineField(_("tên đề án"), max_length=300)
    necessity = ProseField(_("sự cần thiết và căn cứ"), blank=True)
    goals = ProseField(_("mục tiêu"), blank=True)
    content = ProseField(_("quy mô, nội dung và tiến độ"), blank=True)
    expected_output = ProseField(_("kết quả dự kiến"), blank=True)
    organisation_plan = ProseField(_("tổ chức thực hiện"), blank=True)
    effect = ProseField(_("hiệu quả"), blank=True)
    starts_on = models.DateField(_("bắt đầu"), null=True, blank=True)
    ends_on = models.DateField(_("kết thúc"), null=True, blank=True)
    objectives = models.ManyToManyField(
        "programmes.Objective",
        blank=True,
        related_name="proposals",
        verbose_name=_("mục tiêu phục vụ"),
    )
    survey_place = models.ForeignKey(
        "core.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("xã, phường có nhu cầu"),
    )
    survey_asker = LineField(_("người, cơ quan đề nghị"), max_length=200, blank=True)
    survey_number = LineField(_("số văn bản khảo sát nhu cầu"), max_length=60, blank=True)
    survey_on = models.DateField(_("ngày văn bản khảo sát"), null=True, blank=True)
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="registered_again"
    )
    status = models.CharField(_("trạng thái"), max_length=16, choices=Status, default=Status.DRAFT)
    suspended_from = models.CharField(max_length=16, blank=True, editable=False)
    round = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    # The page on which it was begun: sent twice, it makes one draft.
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    submitted_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    search_text = models.TextField(editable=False, default="")
    title_key = models.CharField(max_length=1000, editable=False, default="")
    created_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    edited_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["province", "-id"]),
            models.Index(fields=["implementing_unit", "-id"]),
            models.Index(fields=["plan_year", "status", "-id"]),
            models.Index(fields=["status", "-id"]),
            models.Index(fields=["programme", "plan_year", "-id"]),
            models.Index(fields=["plan_year", "-id"], name="proposal_year_id"),
            models.Index(fields=["kind", "-id"], name="proposal_kind_id"),
            models.Index(fields=["province", "title_key", "id"], name="proposal_title"),
            models.Index(
                fields=["implementing_unit", "title_key", "id"], name="proposal_own_title"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_keys()
        super().save(*args, **kwargs)

    def fill_keys(self) -> None:
        """What it is ordered by; who writes rows in bulk calls this."""
        self.title_key = text.sort_key(self.title)[:1000]

    @property
    def is_editable(self) -> bool:
        return self.status in self.EDITABLE


class ProposalActivity(models.Model):
    """Một nội dung hoạt động của đề án, với số kết quả dự kiến."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="activities")
    activity = models.ForeignKey("programmes.Activity", models.PROTECT, related_name="+")
    units = models.PositiveIntegerField(_("số lượng kết quả"), default=1)
    is_technology_line = models.BooleanField(_("dây chuyền công nghệ"), default=False)
    multiplier = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal("1.00"))
    multiplier_reason = LineField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "activity"], name="proposal_activity_once")
        ]
        indexes = [models.Index(fields=["activity", "-proposal"], name="proposal_by_activity")]

    def __str__(self) -> str:
        return f"{self.activity}"


class Snapshot(SealedModel):
    """Bản trình lần n, frozen as evidence; it is shown and compared, never summed."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="snapshots")
    round = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ["round"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "round"], name="snapshot_once_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} ({self.round})"
