"""Two classifications that must not be mixed up: khuyến công's own sectors, and the VSIC codes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models import CatalogueRow, once_from


class Sector(CatalogueRow):
    """Ngành nghề khuyến công (Nghị định 45/2012/NĐ-CP Điều 5): the list reports group by.

    ``is_excluded`` marks what may not be supported at all (Thông tư 46/2012/TT-BCT Điều 5).
    """

    code = models.SlugField(_("mã"), max_length=30)
    name = LineField(_("tên"), max_length=200)
    is_excluded = models.BooleanField(_("không được hỗ trợ"), default=False)

    class Meta:
        ordering = ["position", "code"]
        constraints = once_from("sector_code_from", "sector_code_undated")

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
