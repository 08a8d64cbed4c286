"""The annual plan: the dossiers of one year and source that go up and are decided together."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core import roles
from khuyencong.core.fields import LineField, MoneyField
from khuyencong.core.models import AuditedModel, Organisation
from projects.models.chain import ReviewStep


class AnnualPlanQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> AnnualPlanQuerySet:
        """The department and who follows the province; once it was sent also other offices.

        Those are the ones its dossiers have reached, and the one that will decide it.
        """
        if not user.is_authenticated:
            return self.none()
        home = user.organisation
        sent = Q(sent_at__isnull=False)
        seen = Q(pk__in=[])
        if user.may(roles.SEE_PROVINCE) or (
            user.may(roles.SEE_RECEIVED) and home.is_industry_department
        ):
            seen |= Q(province_id=home.province_id, province__isnull=False)
        if user.may(roles.SEE_RECEIVED):
            received = Q(items__track__reviews__organisation__lineage=home.lineage)
            reached = self.model.objects.filter(sent & (received | _decided_by(home)))
            seen |= Q(pk__in=reached.values("pk"))
        return self.filter(seen)


def _decided_by(office: Organisation) -> Q:
    """The lists whose dossiers this office approves in the end, under whatever name it acts."""
    kinds = Organisation.objects.filter(lineage=office.lineage).values("kind")
    steps = ReviewStep.objects.filter(
        kind=ReviewStep.Kind.APPROVE, organisation_kind__in=kinds
    ).values("chain")
    found = Q(items__track__chain__in=steps)
    # A national office approves for every province.
    return found & Q(province_id=office.province_id) if office.province_id else found


class AnnualPlan(AuditedModel):
    """Danh mục đề án trình duyệt của một năm, một nguồn (Mẫu 2; TT 36/2013/TT-BCT Điều 10.2)."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Đang lập")
        SENT = "sent", _("Đã trình")
        DECIDED = "decided", _("Đã có quyết định")

    code = models.CharField(_("mã"), max_length=32, unique=True)
    title = LineField(_("tên danh mục"), max_length=200)
    programme = models.ForeignKey("programmes.Programme", models.PROTECT, related_name="+")
    province = models.ForeignKey("core.Place", models.PROTECT, related_name="+")
    organisation = models.ForeignKey("core.Organisation", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("năm"))
    source = models.ForeignKey("programmes.FundingSource", models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    submission = models.ForeignKey(
        "core.LegalDocument", models.PROTECT, null=True, related_name="+"
    )
    sent_by = models.ForeignKey("core.User", models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(
        "projects.Decision", models.PROTECT, null=True, related_name="plans"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = AnnualPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "source__position", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def source_words(self) -> str:
        """The source as it stands inside a sentence: «ngân sách tỉnh»."""
        name = self.source.name
        return name if name[1:2].isupper() else name[:1].lower() + name[1:]


class PlanItem(models.Model):
    """Một đề án trong danh mục. ``reason``: why it stands there, as a person confirmed."""

    plan = models.ForeignKey(AnnualPlan, models.CASCADE, related_name="items")
    track = models.ForeignKey("projects.Track", models.PROTECT, related_name="plan_items")
    position = models.PositiveIntegerField()
    reason = LineField(_("lý do xếp"), max_length=300, blank=True)
    # False once the plan is decided or the dossier was taken out: one live list a track.
    is_live = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "track"], name="plan_item_once"),
            models.UniqueConstraint(
                fields=["track"],
                condition=Q(is_live=True),
                name="plan_item_one_list",
                violation_error_message=_("Đề án đã nằm trong một danh mục khác."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.track_id}"


class PlanAmount(models.Model):
    """Số tiền phê duyệt nhập trước cho một đề án, một năm: what the decision's form begins with."""

    item = models.ForeignKey(PlanItem, models.CASCADE, related_name="amounts")
    year = models.PositiveSmallIntegerField()
    amount = MoneyField()

    class Meta:
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["item", "year"], name="plan_amount_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.year}: {self.amount}"
