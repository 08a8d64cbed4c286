"""What may be supported (nội dung hoạt động khuyến công, Nghị định 45/2012/NĐ-CP Điều 4)."""

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models import dated_on


class ActivityQuerySet(models.QuerySet):
    def valid_on(self, day: datetime.date) -> "ActivityQuerySet":
        return self.filter(dated_on(day))


class Activity(models.Model):
    """Nội dung hoạt động: a dated catalogue; codes KC1…KC9 are the portal's own and stable."""

    code = LineField(_("mã"), max_length=10)
    name = LineField(_("tên"), max_length=300)
    group = models.PositiveSmallIntegerField(_("nhóm"))
    unit = LineField(_("đơn vị kết quả"), max_length=60, blank=True)
    legal_ref = LineField(_("căn cứ"), max_length=200, blank=True)
    confidence = LineField(_("mức đối chiếu"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                condition=models.Q(valid_from__isnull=False),
                name="activity_code_from",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(valid_from__isnull=True),
                name="activity_code_undated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
