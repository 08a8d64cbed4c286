"""Craft villages, recognised by a decision of the provincial committee."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core import text
from khuyencong.core.fields import LineField


class CraftVillage(models.Model):
    """Làng nghề, làng nghề truyền thống: counted through its establishments."""

    province = models.ForeignKey("core.Place", models.PROTECT, related_name="+")
    name = LineField(_("tên làng nghề"), max_length=200)
    place = models.ForeignKey("core.Place", models.PROTECT, null=True, blank=True, related_name="+")
    trade = LineField(_("nghề"), max_length=200, blank=True)
    recognised_by = models.ForeignKey(
        "core.LegalDocument",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("quyết định công nhận"),
    )
    search_text = models.TextField(editable=False, default="")
    is_illustration = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["province", "name"],
                name="craft_village_once",
                violation_error_message=_("Làng nghề này đã có trong sổ."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.search_text = text.fold(f"{self.name} {self.trade}")
        super().save(*args, **kwargs)
