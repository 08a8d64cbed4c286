"""Ủy quyền: who is away lets a colleague of the same office act for them, between two days.

A role is passed on only by who holds it in their own right, so that there is no chain, and never
to an administrator: who hands out roles does not decide on money. What is done under a delegation
is stamped with it (``standing_in``), and the duties stay apart as for everybody else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, permissions, text
from khuyencong.core import roles as role_table
from khuyencong.core.models import RoleGrant, User, dated_on, in_force
from khuyencong.core.permissions import rule
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from khuyencong.core.roles import Role

GIVE: Final = "core.delegation.give"
_ACTING: Final = frozenset(
    {role_table.REVIEW, role_table.CONCLUDE, role_table.APPROVE, role_table.EXECUTE}
)
# Roles that judge or carry out; those that keep the portal or only look are not passed on.
PASSED_ON: Final = tuple(
    role for role, rights in role_table.PERMISSIONS.items() if rights & _ACTING
)
# Who keeps the portal, audits it, or is no person acts for nobody.
_APART: Final = (Role.ADMINISTRATOR, Role.AUDITOR, Role.SERVICE)
_listeners: list[Callable[[list[RoleGrant], User], object]] = []
_A_DAY: Final = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """A delegation as it is asked for; an order is the paper that says so (số, ngày)."""

    giver: User
    receiver: User
    roles: tuple[str, ...]
    valid_from: datetime.date | None
    valid_to: datetime.date | None
    order: str


@rule(GIVE)
def may_give(by: User, giver: User) -> str | None:
    """Who is away, or the administrator of the province, enters a delegation or ends it."""
    home = by.organisation.province_id
    if by.pk == giver.pk or (
        by.may(role_table.ADMINISTER) and giver.organisation.province_id == home
    ):
        return None
    return _("Chỉ chính người ủy quyền hoặc quản trị của cổng được ghi ủy quyền.")


def standing_in(user: User, wanted: Iterable[str]) -> RoleGrant | None:
    """The delegation under which alone the person has one of these permissions today."""
    wanted = frozenset(wanted)
    grants = user.role_grants.filter(in_force(clock.today())).select_related("on_behalf_of")
    found = [
        grant
        for grant in grants.order_by("pk")
        if role_table.PERMISSIONS.get(grant.role, frozenset()) & wanted
    ]
    if any(grant.on_behalf_of_id is None for grant in found):
        return None
    return found[0] if found else None


def visible_to(user: User) -> QuerySet[RoleGrant]:
    """Delegations of one's own office; an administrator's province."""
    rows = RoleGrant.trail_visible_to(user).filter(on_behalf_of__isnull=False)
    return rows.select_related("user__organisation", "on_behalf_of__organisation", "granted_by")


def colleagues(user: User) -> QuerySet[User]:
    """Active people of the office under all its names; an administrator's whole province."""
    rows = User.objects.filter(is_active=True).select_related("organisation")
    home = user.organisation
    if user.may(role_table.ADMINISTER):
        return rows.filter(organisation__province_id=home.province_id)
    return rows.filter(organisation__lineage=home.lineage)


def receivers(user: User) -> QuerySet[User]:
    """Colleagues who may act for another: persons who judge, carry out or prepare dossiers."""
    today = RoleGrant.objects.filter(dated_on(clock.today()))
    barred = today.filter(role__in=_APART).values("user")
    return colleagues(user).exclude(pk=user.pk).exclude(pk__in=barred)


def own_roles(user: User) -> frozenset[str]:
    """Roles that the person has in their own right today and may pass on."""
    held = user.role_grants.filter(
        dated_on(clock.today()), on_behalf_of=None, role__in=PASSED_ON
    ).values_list("role", flat=True)
    return frozenset(held)


def delegate(wish: Wish, *, by: User) -> list[RoleGrant]:
    """Write one grant a role, all of them or none; the same wish sent twice is written once."""
    with transaction.atomic():
        people = {wish.giver.pk, wish.receiver.pk}
        # Rows that name a person are written meanwhile: their keys do not change here.
        list(User.objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True))
        if reason := permissions.refusal(by, GIVE, wish.giver):
            raise NotAllowed(reason)
        if known := _written(wish):
            return known
        if found := list(dict.fromkeys(faults_of(wish, by))):
            raise Refused(found)
        made = [_grant(wish, role, by) for role in sorted(set(wish.roles))]
        for listener in _listeners:
            listener(made, by)
        return made


def when_given(
    listener: Callable[[list[RoleGrant], User], object],
) -> Callable[[list[RoleGrant], User], object]:
    """Register who must hear of new delegations, in their transaction."""
    _listeners.append(listener)
    return listener


def _written(wish: Wish) -> list[RoleGrant]:
    """The grants of this very wish, where they are there already."""
    rows = RoleGrant.objects.filter(
        user=wish.receiver,
        on_behalf_of=wish.giver,
        valid_from=wish.valid_from,
        valid_to=wish.valid_to,
        order=wish.order,
        role__in=wish.roles,
    )
    found = {row.role: row for row in rows}
    return list(found.values()) if found and set(found) == set(wish.roles) else []


def _grant(wish: Wish, role: str, by: User) -> RoleGrant:
    made = RoleGrant.objects.create(
        user=wish.receiver,
        role=role,
        valid_from=wish.valid_from,
        valid_to=wish.valid_to,
        order=wish.order,
        on_behalf_of=wish.giver,
        granted_by=by,
    )
    audit.record(
        "core.delegation.give",
        made,
        by=by,
        changes=_said(made)
        | {"valid_from": wish.valid_from.isoformat(), "valid_to": wish.valid_to.isoformat()},
    )
    return made


def faults_of(wish: Wish, by: User) -> Iterator[Fault]:
    """All that speaks against a delegation, each beside its box."""
    yield from _faults_of_people(wish, by)
    yield from _faults_of_dates(wish)
    if not wish.order.strip():
        yield Fault(
            _("Nhập số và ngày của văn bản ủy quyền, ví dụ 12/GUQ-SCT ngày 02/03/2026."), "order"
        )
    elif len(wish.order) > 120 or text.is_broken(wish.order):
        yield Fault(_("Số văn bản dài tối đa 120 ký tự, không có ký tự hỏng."), "order")
    if not wish.roles:
        yield Fault(_("Chọn ít nhất một vai trò để ủy quyền."), "roles")
    if wish.valid_from and wish.valid_to and wish.valid_from <= wish.valid_to:
        for role in wish.roles:
            yield from _faults_of_role(wish, role)


def _faults_of_people(wish: Wish, by: User) -> Iterator[Fault]:
    giver, receiver = wish.giver, wish.receiver
    if giver.pk == receiver.pk:
        yield Fault(_("Không ủy quyền cho chính mình. Chọn người khác."), "receiver")
        return
    if by.pk == receiver.pk:
        yield Fault(_("Quản trị không ghi ủy quyền cho chính mình. Chọn người khác."), "receiver")
    if giver.organisation.lineage != receiver.organisation.lineage:
        yield Fault(
            _("{receiver} thuộc cơ quan khác. Chỉ ủy quyền trong cùng cơ quan.").format(
                receiver=receiver
            ),
            "receiver",
        )
    administers = receiver.role_grants.filter(role=Role.ADMINISTRATOR)
    if administers.filter(Q(valid_to=None) | Q(valid_to__gte=clock.today())).exists():
        yield Fault(
            _("{receiver} là quản trị của cổng, không nhận ủy quyền xét duyệt.").format(
                receiver=receiver
            ),
            "receiver",
        )
    apart = receiver.role_grants.filter(dated_on(clock.today()), role__in=_APART)
    if apart.exclude(role=Role.ADMINISTRATOR).exists():
        yield Fault(
            _("{receiver} là tài khoản kiểm toán hoặc hệ thống, không nhận ủy quyền.").format(
                receiver=receiver
            ),
            "receiver",
        )
    for person, field in ((giver, "giver"), (receiver, "receiver")):
        if not person.is_active:
            yield Fault(_("Tài khoản của {person} đã khóa.").format(person=person), field)


def _faults_of_dates(wish: Wish) -> Iterator[Fault]:
    if wish.valid_from is None:
        yield Fault(_("Nhập ngày bắt đầu ủy quyền."), "valid_from")
    elif wish.valid_from < clock.today():
        yield Fault(
            _("Ủy quyền bắt đầu từ hôm nay trở đi: việc đã làm trước đó không đổi được."),
            "valid_from",
        )
    if wish.valid_to is None:
        yield Fault(_("Nhập ngày kết thúc ủy quyền."), "valid_to")
    elif wish.valid_from and wish.valid_to < wish.valid_from:
        yield Fault(_("Ngày kết thúc phải từ ngày bắt đầu trở đi."), "valid_to")


def _faults_of_role(wish: Wish, role: str) -> Iterator[Fault]:
    label = dict(Role.choices).get(role, role)
    if role not in PASSED_ON:
        yield Fault(
            _("Vai trò “{role}” không ủy quyền được.").format(role=label),
            "roles",
        )
        return
    if not _holds(wish.giver, role, wish):
        yield Fault(
            _(
                "{giver} không tự mình giữ vai trò “{role}” trong cả thời gian này. Quyền nhận "
                "qua ủy quyền không ủy quyền tiếp được."
            ).format(giver=wish.giver, role=label),
            "roles",
        )
    if _holds(wish.receiver, role, wish):
        yield Fault(
            _("{receiver} đã có vai trò “{role}”, không cần ủy quyền.").format(
                receiver=wish.receiver, role=label
            ),
            "roles",
        )
    same = RoleGrant.objects.filter(
        user=wish.receiver,
        on_behalf_of=wish.giver,
        role=role,
        valid_from__lte=wish.valid_to,
        valid_to__gte=wish.valid_from,
    ).first()
    if same:
        yield Fault(
            _("Vai trò “{role}” đã ủy quyền cho {receiver} đến hết {day} theo {order}.").format(
                role=label,
                receiver=wish.receiver,
                day=f"{same.valid_to:%d/%m/%Y}",
                order=same.order,
            ),
            "roles",
        )


def _holds(person: User, role: str, wish: Wish) -> bool:
    """In their own right, through the whole time of the delegation."""
    held = person.role_grants.filter(role=role, on_behalf_of=None)
    begun = Q(valid_from=None) | Q(valid_from__lte=wish.valid_from)
    lasts = Q(valid_to=None) | Q(valid_to__gte=wish.valid_to)
    return held.filter(begun & lasts).exists()


def end(grant: RoleGrant, last: datetime.date, *, by: User) -> datetime.date:
    """Make a delegation end on an earlier day, yesterday ending it at once; gives its last day.

    One that has not begun by then never does: it is left no day on which it would hold.
    """
    with transaction.atomic():
        grant = RoleGrant.objects.select_for_update(of=("self",), no_key=True).get(pk=grant.pk)
        if reason := permissions.refusal(by, GIVE, grant.on_behalf_of):
            raise NotAllowed(reason)
        before = grant.valid_to
        if last == before:
            return before
        yesterday = clock.today() - _A_DAY
        if before < clock.today():
            raise Refused(Fault(_("Ủy quyền đã kết thúc, không đổi được nữa."), "last"))
        if not yesterday <= last < before:
            raise Refused(
                Fault(
                    _("Chọn ngày cuối từ {first} đến {last}.").format(
                        first=f"{yesterday:%d/%m/%Y}", last=f"{before - _A_DAY:%d/%m/%Y}"
                    ),
                    "last",
                )
            )
        if last < grant.valid_from:
            grant.valid_from = last = yesterday
        grant.valid_to = last
        grant.save(update_fields=["valid_from", "valid_to"])
        changes = {"valid_to": [before.isoformat(), last.isoformat()]}
        audit.record("core.delegation.end", grant, by=by, changes=_said(grant) | changes)
        return last


def _said(grant: RoleGrant) -> dict[str, str]:
    return {
        "role": grant.role,
        "to": grant.user.full_name,
        "on_behalf_of": grant.on_behalf_of.full_name,
        "order": grant.order,
    }
