"""Craft villages, recognised by a decision of the provincial committee."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core import places, roles, text
from khuyencong.core.fields import LineField
from khuyencong.core.querysets import holding


class CraftVillageQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> CraftVillageQuerySet:
        """As the register of establishments: shared within a province."""
        province_id = user.organisation.province_id
        seeing = (roles.SEE_OWN, roles.SEE_RECEIVED, roles.SEE_PROVINCE)
        if province_id is None or not any(user.may(right) for right in seeing):
            return self.none()
        return self.filter(province_id=province_id)

    def matching(self, query: str) -> CraftVillageQuerySet:
        return holding(self, query)

    def with_counts(self) -> CraftVillageQuerySet:
        """``members``: its establishments, those merged into others not counted twice."""
        counted = models.Count("enterprises", filter=models.Q(enterprises__merged_into=None))
        return self.annotate(members=counted)


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

    objects = CraftVillageQuerySet.as_manager()

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
        ground = places.names(self.place) if self.place else []
        self.search_text = text.fold(" ".join([self.name, self.trade, *ground]))
        super().save(*args, **kwargs)
