"""The chains of review, as dated data: who appraises and who approves which money."""

from __future__ import annotations

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models import AuditedModel, Organisation, dated_on


class ReviewChainQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> ReviewChainQuerySet:
        """National chains and those of the person's province."""
        if not user.is_authenticated:
            return self.none()
        home = user.organisation.province_id
        return self.filter(Q(province__isnull=True) | Q(province_id=home))

    def in_force(self, source_id: int, province_id: int, day: datetime.date) -> ReviewChain | None:
        """A province's own chain goes before the national one."""
        return (
            self.filter(dated_on(day), source_id=source_id)
            .filter(Q(province_id=province_id) | Q(province__isnull=True))
            .order_by(F("province_id").asc(nulls_last=True), F("valid_from").desc(nulls_last=True))
            .first()
        )


class ReviewChain(AuditedModel):
    """Quy trình thẩm định, phê duyệt của một nguồn ngân sách. Running tracks keep their version.

    Versions of one chain share their code and follow each other by date.
    """

    code = models.SlugField(max_length=40)
    name = LineField(_("tên"), max_length=200)
    source = models.ForeignKey("programmes.FundingSource", models.PROTECT, related_name="+")
    province = models.ForeignKey(
        "core.Place", models.PROTECT, null=True, blank=True, related_name="+"
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    legal_ref = LineField(_("căn cứ"), max_length=300, blank=True)
    confidence = LineField(_("mức đối chiếu"), max_length=60, blank=True)

    objects = ReviewChainQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                condition=Q(valid_from__isnull=False),
                name="chain_code_from",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_from__isnull=True), name="chain_code_undated"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReviewStep(models.Model):
    """Một bước: which office (by kind) appraises or approves, in how many working days.

    A step after the approving one looks at the detailed allotment (TTLT 26/2014/TTLT-BTC-BCT Điều
    8.1b): money is paid only when it is done.
    """

    class Kind(models.TextChoices):
        APPRAISE = "appraise", _("Thẩm định")
        FINANCE = "finance", _("Thẩm định tài chính")
        APPROVE = "approve", _("Phê duyệt")
        RECORD = "record", _("Ghi nhận văn bản")

    # Those whose offices say what should be given, and so do not approve the same dossier.
    APPRAISING = (Kind.APPRAISE, Kind.FINANCE)

    chain = models.ForeignKey(ReviewChain, models.PROTECT, related_name="steps")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    name = LineField(_("tên bước"), max_length=120, blank=True)
    organisation_kind = models.CharField(max_length=24, choices=Organisation.Kind)
    working_days = models.PositiveSmallIntegerField(null=True, blank=True)
    may_return = models.BooleanField(default=True)
    two_signatures = models.BooleanField(
        default=False, help_text=_("Chuyên viên đề xuất, lãnh đạo kết luận")
    )
    acts_in_portal = models.BooleanField(
        default=True, help_text=_("Không chọn: Sở ghi nhận văn bản của cơ quan này")
    )

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["chain", "order"], name="review_step_order")]

    def __str__(self) -> str:
        return f"{self.order}. {self.label}: {self.get_organisation_kind_display()}"

    @property
    def label(self) -> str:
        """What the step is called: its own name, else its kind."""
        return self.name or str(self.get_kind_display())

    @property
    def is_appraising(self) -> bool:
        return self.kind in self.APPRAISING
