"""Files kept outside the web root, under names of our own."""

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField


def _own_name(instance: "StoredFile", filename: str) -> str:
    # Nothing of the sender's name reaches the disk.
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}"


class StoredFile(models.Model):
    """Tệp lưu trữ: its bytes never change; served only through a view that checks its parent."""

    content = models.FileField(upload_to=_own_name, max_length=120)
    name = LineField(_("tên tệp"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
