"""Views of the list a person keeps, and may share."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user: object) -> "SavedViewQuerySet":
        """One's own, and those shared by people of the same province."""
        shared = Q(is_shared=True, owner__organisation__province_id=user.organisation.province_id)
        if user.organisation.province_id is None:
            shared = Q(is_shared=True, owner__organisation__lineage=user.organisation.lineage)
        return self.filter(Q(owner_id=user.pk) | shared)


class SavedView(models.Model):
    """Bộ lọc đã lưu: filters, columns and order of the list of proposals under a name."""

    owner = models.ForeignKey("core.User", models.CASCADE, related_name="saved_views")
    name = LineField(_("tên"), max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    columns = models.CharField(max_length=300, blank=True)
    is_shared = models.BooleanField(_("chia sẻ với người cùng tỉnh"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="saved_view_name",
                violation_error_message=_("Bạn đã có bộ lọc mang tên này."),
            )
        ]

    def __str__(self) -> str:
        return self.name
