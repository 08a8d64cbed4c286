"""Load the user of a session with what every page needs of them, in one query."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from django.http.request import split_domain_port

from khuyencong.core.models import User

LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


def _may_enter(user: User, request: HttpRequest | None) -> bool:
    """Everybody knows the password of a demonstration account: it opens a local portal only."""
    if not user.is_demo or settings.DEBUG or request is None:
        return True
    return split_domain_port(request.get_host())[0] in LOCAL


class AccountBackend(BaseBackend):
    """User name and password; a deactivated account neither enters nor stays."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_kwargs: Any,
    ) -> User | None:
        if username is None or password is None or "\x00" in username:
            return None
        user = User.objects.filter(username=username).first()
        if user is None:
            # The same work as for a known name, so that timing tells nobody which names exist.
            User().set_password(password)
            return None
        if not user.check_password(password) or not user.is_active:
            return None
        return user if _may_enter(user, request) else None

    def get_user(self, user_id: int) -> User | None:
        return (
            User.objects.select_related("organisation__province")
            .filter(pk=user_id, is_active=True)
            .first()
        )
