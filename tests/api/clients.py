"""Clients of the API: one a key, as another system would be."""

from __future__ import annotations

from rest_framework.test import APIClient

from khuyencong.core.models import ApiToken, User


def client_of(user: User, scope: str = "read") -> APIClient:
    """A client with a key of this user."""
    _token, secret = ApiToken.issue(user=user, name="thử", scope=scope, days=30)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client
