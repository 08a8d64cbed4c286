"""Which papers a dossier needs, as dated data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models import CatalogueRow, once_from


class DocumentRequirement(CatalogueRow):
    """Tài liệu phải có trong hồ sơ (TT 36/2013/TT-BCT Điều 5, 14, 21), by activity and kind."""

    class Stage(models.TextChoices):
        SUBMISSION = "submission", _("khi trình")
        ACCEPTANCE = "acceptance", _("khi nghiệm thu")

    code = models.SlugField(_("mã"), max_length=40)
    name = LineField(_("tên tài liệu"), max_length=200)
    activity_code = LineField(
        _("nội dung (để trống: mọi nội dung)"),
        max_length=10,
        blank=True,
        help_text=_("mã hoặc phần đầu của mã, ví dụ KC3 hoặc KC3d"),
    )
    kinds = LineField(
        _("loại đề án"), max_length=60, blank=True, help_text="codes parted by blanks; empty = all"
    )
    with_counterpart = models.BooleanField(_("chỉ khi có vốn đối ứng"), default=False)
    is_required = models.BooleanField(_("bắt buộc khi trình"), default=True)
    stage = models.CharField(_("cần"), max_length=10, choices=Stage, default=Stage.SUBMISSION)
    hint = LineField(_("gợi ý"), max_length=300, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = once_from("requirement_code_from", "requirement_undated")

    def __str__(self) -> str:
        return self.name
