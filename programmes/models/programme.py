"""The five-year programme and the versions of its figures."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField, MoneyField, ProseField
from khuyencong.core.models import AuditedModel


class ProgrammeQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> ProgrammeQuerySet:
        """Programmes of one's province; national bodies follow those of every province."""
        province_id = user.organisation.province_id
        return self if province_id is None else self.filter(province_id=province_id)


class Programme(AuditedModel):
    """Chương trình khuyến công giai đoạn: the stable identity everything else points to."""

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    name = LineField(_("tên"), max_length=200)
    province = models.ForeignKey("core.Place", models.PROTECT, related_name="programmes")
    start_year = models.PositiveSmallIntegerField(
        _("năm đầu"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    end_year = models.PositiveSmallIntegerField(
        _("năm cuối"), validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    is_illustration = models.BooleanField(_("minh họa"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["-start_year", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_year__gte=F("start_year")),
                name="programme_years",
                violation_error_message=_("Năm cuối phải từ năm đầu trở đi."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def years(self) -> range:
        return range(self.start_year, self.end_year + 1)

    @property
    def version(self) -> ProgrammeVersion:
        """The version in force (the latest one put in force)."""
        return self.versions.select_related("decision").latest("number")


class ProgrammeVersion(models.Model):
    """Phiên bản theo một quyết định. In force only while Σ years = Σ sources = total."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(default=1)
    decision = models.ForeignKey("core.LegalDocument", models.PROTECT, related_name="+")
    total_amount = MoneyField(_("tổng kinh phí"))
    in_force_from = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="programme_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.programme.code} v{self.number}"


class YearPhase(models.Model):
    """Phân kỳ kinh phí theo năm."""

    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="year_phases")
    year = models.PositiveSmallIntegerField()
    amount = MoneyField()

    class Meta:
        ordering = ["year"]
        constraints = [models.UniqueConstraint(fields=["version", "year"], name="year_phase_once")]

    def __str__(self) -> str:
        return f"{self.year}"


class SourceShare(models.Model):
    """Cơ cấu nguồn. The share in percent is computed, never stored."""

    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="source_shares")
    source = models.ForeignKey("programmes.FundingSource", models.PROTECT, related_name="+")
    amount = MoneyField()

    class Meta:
        ordering = ["source__position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "source"], name="source_share_once")
        ]

    def __str__(self) -> str:
        return f"{self.source}"


class PlannedCell(models.Model):
    """Kế hoạch một năm của một nguồn, only where a decision gives it; else «chưa phân bổ»."""

    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="planned_cells")
    year = models.PositiveSmallIntegerField()
    source = models.ForeignKey("programmes.FundingSource", models.PROTECT, related_name="+")
    amount = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "year", "source"], name="planned_cell_once")
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.source_id}"


class Target(models.Model):
    """Chỉ tiêu của chương trình: its identity; how much is wanted stands with each version."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="targets")
    code = models.SlugField(_("mã"), max_length=30)
    name = LineField(_("tên"), max_length=200)
    unit = LineField(_("đơn vị"), max_length=30)
    position = models.PositiveSmallIntegerField(default=0)
    activities = models.ManyToManyField("programmes.Activity", related_name="targets", blank=True)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="target_code_in_programme")
        ]

    def __str__(self) -> str:
        return self.name


class TargetQuantity(models.Model):
    """Số lượng của chỉ tiêu theo một phiên bản chương trình."""

    version = models.ForeignKey(ProgrammeVersion, models.PROTECT, related_name="target_quantities")
    target = models.ForeignKey(Target, models.PROTECT, related_name="quantities")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "target"], name="target_quantity_once")
        ]

    def __str__(self) -> str:
        return f"{self.target}: {self.quantity}"


class Objective(models.Model):
    """Mục tiêu không có con số, kept as a sentence of the decision."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="objectives")
    position = models.PositiveSmallIntegerField(default=0)
    text = ProseField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "position"], name="objective_position")
        ]

    def __str__(self) -> str:
        return self.text
