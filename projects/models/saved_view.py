"""Views of the list a person keeps, and may share."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField


class SavedView(models.Model):
    """Bộ lọc đã lưu: filters, columns and order of the list of proposals under a name."""

    owner = models.ForeignKey("core.User", models.CASCADE, related_name="saved_views")
    name = LineField(_("tên"), max_length=80)
    query = models.CharField(max_length=2000, blank=True)
    columns = models.CharField(max_length=300, blank=True)
    is_shared = models.BooleanField(_("chia sẻ với người cùng tỉnh"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

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
