"""What makes a place come first when money is given, between two days."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField
from khuyencong.core.models.place import Place
from khuyencong.core.models.rule import Confidence, Rule


class PlaceTrait(Rule):
    """Đặc điểm ưu tiên của địa bàn (Nghị định 45/2012/NĐ-CP Điều 6), in the order of the law."""

    PREFIX = "DB"

    class Kind(models.TextChoices):
        HIGHLAND_BORDER = (
            "highland_border",
            _("Vùng cao, hải đảo, biên giới đất liền, vùng đồng bào dân tộc thiểu số"),
        )
        POOR_DISTRICT = "poor_district", _("Huyện nghèo")
        NEW_RURAL = "new_rural", _("Xã trong kế hoạch xây dựng nông thôn mới của năm")
        HARDSHIP = "hardship", _("Địa bàn kinh tế - xã hội khó khăn, đặc biệt khó khăn")

    place = models.ForeignKey(Place, models.PROTECT, related_name="traits")
    kind = models.CharField(_("đặc điểm"), max_length=20, choices=Kind)
    valid_from = models.DateField(_("từ ngày"), null=True, blank=True)
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    legal_ref = LineField(_("căn cứ"), max_length=300, blank=True)
    confidence = models.CharField(
        _("mức đối chiếu"), max_length=10, choices=Confidence, default=Confidence.MEMORY
    )

    class Meta:
        ordering = ["place__name_folded", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "kind", "valid_from"],
                condition=Q(valid_from__isnull=False),
                name="place_trait_from",
                violation_error_message=_("Đặc điểm này của địa bàn từ ngày đó đã có."),
            ),
            models.UniqueConstraint(
                fields=["place", "kind"],
                condition=Q(valid_from__isnull=True),
                name="place_trait_undated",
                violation_error_message=_("Đặc điểm này của địa bàn đã có."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.get_kind_display()}"

    @classmethod
    def trail_visible_to(cls, user: object) -> models.QuerySet:
        """Places are the same for everybody."""
        return cls.objects.all()
