"""Load the user of a session with what every page needs of them, in one query."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from khuyencong.core.models import User


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
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return (
            User.objects.select_related("organisation__province")
            .filter(pk=user_id, is_active=True)
            .first()
        )
