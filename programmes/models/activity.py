"""What may be supported (nội dung hoạt động khuyến công, Nghị định 45/2012/NĐ-CP Điều 4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models import CatalogueRow, once_from


class Activity(CatalogueRow):
    """Nội dung hoạt động: a dated catalogue; codes KC1…KC9 are the portal's own and stable."""

    code = LineField(_("mã"), max_length=10)
    name = LineField(_("tên"), max_length=300)
    group = models.PositiveSmallIntegerField(_("nhóm"))
    unit = LineField(_("đơn vị kết quả"), max_length=60, blank=True)

    class Meta:
        ordering = ["position", "code"]
        constraints = once_from("activity_code_from", "activity_code_undated")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
