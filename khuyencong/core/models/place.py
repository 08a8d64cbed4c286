"""Places (đơn vị hành chính). Code and name are both ambiguous across 01/07/2025: use the id."""

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core import text
from khuyencong.core.fields import LineField
from khuyencong.core.models.base import dated_on


class PlaceQuerySet(models.QuerySet):
    def valid_on(self, day: datetime.date) -> "PlaceQuerySet":
        return self.filter(dated_on(day))


class Place(models.Model):
    """Đơn vị hành chính: a province, a former district or a commune, valid between two days."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Tỉnh, thành phố")
        DISTRICT = "district", _("Huyện, thị xã, thành phố thuộc tỉnh (trước 01/07/2025)")
        COMMUNE = "commune", _("Xã, phường, thị trấn")

    code = LineField(_("mã"), max_length=10, blank=True)
    name = LineField(_("tên"), max_length=120)
    kind = LineField(_("loại"), max_length=40, blank=True)
    level = models.CharField(_("cấp"), max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    abbreviation = LineField(_("viết tắt"), max_length=8, blank=True)
    name_folded = models.CharField(max_length=120, editable=False, db_index=True)
    valid_from = models.DateField(_("có từ ngày"), null=True, blank=True)
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)

    objects = PlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "level", "valid_from"],
                condition=models.Q(valid_from__isnull=False) & ~models.Q(code=""),
                name="place_code_from",
            ),
            models.UniqueConstraint(
                fields=["code", "level"],
                condition=models.Q(valid_from__isnull=True) & ~models.Q(code=""),
                name="place_code_undated",
            ),
            models.UniqueConstraint(
                fields=["abbreviation"],
                condition=models.Q(level="province") & ~models.Q(abbreviation=""),
                name="place_province_abbreviation",
            ),
        ]
        indexes = [models.Index(fields=["parent", "level", "name_folded"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.name_folded = text.fold(self.name)
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """«xã Bản Bo», «phường Tân Phong»; the bare name where the kind is not known."""
        return f"{self.kind} {self.name}".strip()


class PlaceChange(models.Model):
    """Biến đổi hành chính: which old unit went into which new one, and by what document."""

    class Kind(models.TextChoices):
        MERGED = "merged", _("Nhập")
        RENAMED = "renamed", _("Đổi tên")
        KEPT = "kept", _("Giữ nguyên")
        SPLIT = "split", _("Chia")

    old = models.ForeignKey(Place, models.PROTECT, related_name="changes_to")
    new = models.ForeignKey(Place, models.PROTECT, related_name="changes_from")
    kind = models.CharField(max_length=10, choices=Kind)
    effective_on = models.DateField()
    document = LineField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old", "new", "effective_on"], name="place_change_once")
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
