"""Organisations (cơ quan, đơn vị): offices change name and merge, so each name has its dates."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models.audit import AuditedModel
from khuyencong.core.models.base import dated_on


class OrganisationQuerySet(models.QuerySet):
    def valid_on(self, day: datetime.date) -> OrganisationQuerySet:
        return self.filter(dated_on(day))

    def acting(self, kind: str, province_id: int | None, day: datetime.date) -> Organisation | None:
        """The office of ``kind`` that acts for a province on a day; national ones act for all."""
        rows = self.valid_on(day).filter(kind=kind)
        rows = rows.filter(models.Q(province_id=province_id) | models.Q(province__isnull=True))
        return rows.order_by(
            models.F("province_id").asc(nulls_last=True),
            models.F("valid_from").desc(nulls_last=True),
        ).first()


class Organisation(AuditedModel):
    """Cơ quan hoặc đơn vị under one of its names. ``province`` empty means national.

    ``lineage`` is the same for all names of one office and for what was merged into it: rights and
    duties go by it, while papers and dossiers keep the name of their day.
    """

    class Kind(models.TextChoices):
        IMPLEMENTING_UNIT = "implementing_unit", _("Đơn vị thực hiện")
        INDUSTRY_DEPARTMENT = "industry_department", _("Sở Công Thương")
        FINANCE_DEPARTMENT = "finance_department", _("Sở Tài chính")
        PROVINCIAL_COMMITTEE = "provincial_committee", _("UBND tỉnh")
        NATIONAL_AGENCY = "national_agency", _("Cục quản lý khuyến công")
        MINISTRY = "ministry", _("Bộ Công Thương")
        COMMUNE = "commune", _("UBND xã, phường")
        OTHER = "other", _("Cơ quan khác")

    code = LineField(_("mã"), max_length=40, unique=True)
    name = LineField(_("tên"), max_length=200)
    short_name = LineField(_("tên ngắn"), max_length=80)
    sign = LineField(
        _("ký hiệu văn bản"), max_length=20, blank=True, help_text=_("ví dụ SCT trong 12/BC-SCT")
    )
    kind = models.CharField(_("loại"), max_length=24, choices=Kind)
    province = models.ForeignKey(
        "core.Place", models.PROTECT, null=True, blank=True, related_name="+"
    )
    place = models.ForeignKey("core.Place", models.PROTECT, null=True, blank=True, related_name="+")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors"
    )
    lineage = models.CharField(max_length=40, editable=False, default="", db_index=True)
    legal_ref = LineField(_("căn cứ"), max_length=300, blank=True)
    valid_from = models.DateField(_("có từ ngày"), null=True, blank=True)
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "province"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.lineage:
            self.lineage = self.successor.lineage if self.successor else self.code
        super().save(*args, **kwargs)

    @classmethod
    def trail_visible_to(cls, user: object) -> models.QuerySet:
        """National offices and those of the person's province."""
        home = user.organisation.province_id
        return cls.objects.filter(models.Q(province=None) | models.Q(province_id=home))

    def is_same_office(self, other: Organisation) -> bool:
        """Whether both are one office, under whatever names."""
        return self.lineage == other.lineage

    @property
    def is_industry_department(self) -> bool:
        return self.kind == self.Kind.INDUSTRY_DEPARTMENT
