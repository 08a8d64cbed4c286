"""Accounts, the offices only the illustration has, and who acts for which office."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password

from khuyencong.core import clock
from khuyencong.core.models import Organisation, Place, RoleGrant, User


class Clash(Exception):
    """An account of this name exists and is a real person's."""


def office(at: str, province: Place) -> Organisation:
    """An office by its kind, as it stands today, or by its own code."""
    if at in Organisation.Kind.values:
        found = Organisation.objects.acting(at, province.pk, clock.today())
    else:
        found = Organisation.objects.filter(code=at).first()
    if found is None:
        raise LookupError(f"no office {at} for {province}")
    return found


def add_offices(entries: list[dict[str, Any]], province: Place) -> None:
    for entry in entries:
        fields = {key: value for key, value in entry.items() if key != "code"}
        Organisation.objects.get_or_create(
            code=entry["code"], defaults={**fields, "province": province}
        )


def add_accounts(entries: list[dict[str, Any]], province: Place, password: str, order: str) -> None:
    """Make the accounts that are missing; those that are there keep what became of them."""
    known = {
        user.username: user
        for user in User.objects.filter(username__in=[entry["username"] for entry in entries])
    }
    # One slow hash for all: the password is no secret.
    hashed = "" if len(known) == len(entries) else make_password(password)
    for entry in entries:
        user = known.get(entry["username"])
        if user and not user.is_demo:
            raise Clash(entry["username"])
        if user:
            continue
        user = User(
            username=entry["username"],
            full_name=entry["full_name"],
            title=entry["title"],
            organisation=office(entry["at"], province),
            is_demo=True,
            password=hashed,
        )
        user.full_clean()
        user.save()
        RoleGrant.objects.create(user=user, role=entry["role"], order=order)


class Cast:
    """Finds who acts: by name, or by office and permission."""

    def __init__(self, province: Place) -> None:
        users = User.objects.filter(is_demo=True, is_active=True)
        self._users = list(users.select_related("organisation__province").order_by("pk"))
        self._province = province

    def named(self, username: str) -> User:
        return next(user for user in self._users if user.username == username)

    def at(self, organisation_id: int, permission: str) -> User:
        return next(
            user
            for user in self._users
            if user.organisation_id == organisation_id and user.may(permission)
        )

    def of_department(self, permission: str) -> User:
        """Who does this at the department that keeps the province's programme."""
        return self.at(office("industry_department", self._province).pk, permission)
