"""Keys for other systems."""

from __future__ import annotations

import datetime
import hashlib
import secrets

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from khuyencong.core.fields import LineField

PREFIX = "kc_"


class ApiToken(models.Model):
    """Khóa API: kept as a hash, shown once, scoped, expiring. Acts as its user, never as more."""

    class Scope(models.TextChoices):
        READ = "read", _("Chỉ đọc")
        WRITE = "write", _("Đọc và ghi")

    user = models.ForeignKey("core.User", models.PROTECT, related_name="api_tokens")
    name = LineField(_("tên khóa"), max_length=80)
    scope = models.CharField(_("phạm vi"), max_length=8, choices=Scope)
    hint = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        "core.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("hết hạn"))
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @staticmethod
    def digest_of(secret: str) -> str:
        # The secret has 256 random bits: a plain hash is enough, and is cheap at every request.
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(
        cls, *, user: object, name: str, scope: str, days: int, created_by: object = None
    ) -> tuple[ApiToken, str]:
        """A new key and its secret, which is not kept anywhere."""
        secret = PREFIX + secrets.token_urlsafe(32)
        token = cls(
            user=user,
            name=name,
            scope=scope,
            hint=secret[:8],
            digest=cls.digest_of(secret),
            created_by=created_by,
            expires_at=timezone.now() + datetime.timedelta(days=days),
        )
        token.full_clean()
        token.save()
        return token, secret

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()
