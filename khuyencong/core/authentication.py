"""Keys of other systems: a token acts as its user, narrowed by its scope."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions, permissions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from khuyencong.core.models import ApiToken, User


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <key>``."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        try:
            secret = parts[1].decode("ascii") if len(parts) == 2 else ""
        except UnicodeDecodeError:
            secret = ""
        # In no order: a digest is unique, and ``first`` would sort.
        found = ApiToken.objects.select_related("user__organisation__province").filter(
            digest=ApiToken.digest_of(secret)
        )
        token = next(iter(found), None)
        if token is None or not token.is_valid or not token.user.is_active:
            raise exceptions.AuthenticationFailed(
                _("Khóa API không đúng, đã hết hạn hoặc đã thu hồi. Xin quản trị viên khóa mới.")
            )
        today = timezone.localdate()
        if token.last_used_on != today:
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return f'{self.keyword} realm="khuyencong"'


def may_write(request: Request) -> str | None:
    """Why this key may not change anything; None when it may."""
    token = request.auth
    if isinstance(token, ApiToken) and token.scope != ApiToken.Scope.WRITE:
        return _("Khóa API này chỉ được đọc. Xin khóa có phạm vi «write».")
    return None


class ScopePermission(permissions.BasePermission):
    """Somebody known; and a key that may only read, only reads."""

    message: str | None = None

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if request.method not in permissions.SAFE_METHODS:
            self.message = may_write(request)
        return self.message is None
