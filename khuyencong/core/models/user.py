"""Accounts and the roles granted to them between two days."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from khuyencong.core import roles as role_table
from khuyencong.core.fields import LineField
from khuyencong.core.models.base import dated_on
from khuyencong.core.models.rule import Rule


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.full_clean()
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """Tài khoản. Belongs to one organisation; is never deleted, only deactivated."""

    class MailMode(models.TextChoices):
        EACH = "each", _("Từng thư khi có việc")
        DIGEST = "digest", _("Một thư tổng hợp mỗi ngày")

    username = LineField(_("tên đăng nhập"), max_length=60, unique=True)
    full_name = LineField(_("họ và tên"), max_length=120)
    title = LineField(_("chức vụ"), max_length=120, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    organisation = models.ForeignKey(
        "core.Organisation", models.PROTECT, related_name="users", verbose_name=_("đơn vị")
    )
    is_active = models.BooleanField(_("đang hoạt động"), default=True)
    is_demo = models.BooleanField(default=False, editable=False)
    mail_mode = models.CharField(
        _("thư báo"), max_length=8, choices=MailMode, default=MailMode.EACH
    )
    mail_only_deadlines = models.BooleanField(
        _("chỉ nhận thư về hạn của chính mình"), default=False
    )
    digest_on = models.DateField(null=True, editable=False, help_text="day of the last digest")
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    objects = UserManager()

    def __str__(self) -> str:
        return self.full_name or self.username

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise TypeError("a user is deactivated, never deleted: the trail names them")

    @cached_property
    def _held(self) -> tuple[tuple[str, int | None], ...]:
        """Roles in force today, each with the giver it came from by delegation."""
        rows = self.role_grants.filter(in_force(timezone.localdate())).order_by("pk")
        return tuple(rows.values_list("role", "on_behalf_of"))

    @cached_property
    def roles(self) -> frozenset[str]:
        """Role codes in force today."""
        return frozenset(role for role, _giver in self._held)

    def stands_in_for(self, permissions: Iterable[str]) -> int | None:
        """Key of the person in whose place alone one of these permissions is held today."""
        wanted = frozenset(permissions)
        givers = [
            giver
            for role, giver in self._held
            if role_table.PERMISSIONS.get(role, frozenset()) & wanted
        ]
        return givers[0] if givers and None not in givers else None

    @cached_property
    def permissions(self) -> frozenset[str]:
        """What the roles together allow; a token may narrow it (authentication.py)."""
        return role_table.permissions_of(self.roles)

    def may(self, permission: str) -> bool:
        return permission in self.permissions


class RoleGrant(Rule):
    """Vai trò được giao từ ngày đến ngày, theo văn bản.

    Delegation while absent is the same row, with ``on_behalf_of``: what is done by it is stamped.
    """

    PREFIX = "VT"

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants")
    role = models.CharField(_("vai trò"), max_length=20, choices=role_table.Role)
    valid_from = models.DateField(_("từ ngày"), null=True, blank=True)
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    order = LineField(_("văn bản giao"), max_length=120, blank=True)
    on_behalf_of = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="delegations"
    )
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="role_grant_dates",
                violation_error_message=_("Ngày kết thúc phải từ ngày bắt đầu trở đi."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    @classmethod
    def trail_visible_to(cls, user: object) -> models.QuerySet:
        """Grants of one's own office; an administrator's province."""
        home = user.organisation
        if user.may(role_table.ADMINISTER):
            return cls.objects.filter(user__organisation__province_id=home.province_id)
        return cls.objects.filter(user__organisation__lineage=home.lineage)


def in_force(day: datetime.date) -> models.Q:
    """Grants that hold on a day: one's own, or from a giver who could do it himself that day.

    What was passed on ends with the giver's account and with the role it rests on.
    """
    own = RoleGrant.objects.filter(
        dated_on(day),
        user=models.OuterRef("on_behalf_of"),
        role=models.OuterRef("role"),
        on_behalf_of=None,
    )
    passed_on = models.Q(models.Exists(own), on_behalf_of__is_active=True)
    return dated_on(day) & (models.Q(on_behalf_of=None) | passed_on)
