"""Two classifications that must not be mixed up: khuyến công's own sectors, and the VSIC codes."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models import dated_on


class SectorQuerySet(models.QuerySet):
    def valid_on(self, day: datetime.date) -> SectorQuerySet:
        return self.filter(dated_on(day))


class Sector(models.Model):
    """Ngành nghề khuyến công (Nghị định 45/2012/NĐ-CP Điều 5): the list reports group by.

    ``is_excluded`` marks what may not be supported at all (Thông tư 46/2012/TT-BCT Điều 5).
    """

    code = models.SlugField(_("mã"), max_length=30)
    name = LineField(_("tên"), max_length=200)
    is_excluded = models.BooleanField(_("không được hỗ trợ"), default=False)
    legal_ref = LineField(_("căn cứ"), max_length=200, blank=True)
    confidence = LineField(_("mức đối chiếu"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = SectorQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                condition=models.Q(valid_from__isnull=False),
                name="sector_code_from",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(valid_from__isnull=True),
                name="sector_code_undated",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class IndustryCode(models.Model):
    """Mã ngành kinh tế Việt Nam (VSIC): the code means nothing without its version."""

    version = LineField(_("phiên bản"), max_length=20)
    code = LineField(_("mã"), max_length=10)
    name = LineField(_("tên"), max_length=200)

    class Meta:
        ordering = ["version", "code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="industry_code_in_version")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name} ({self.version})"
