"""How the trail of an office and of its people's duties reads."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry


def _day(iso: str | None) -> str:
    return f"{datetime.date.fromisoformat(iso):%d/%m/%Y}" if iso else _("chưa có")


def _holiday(said: dict[str, Any]) -> str:
    what = _("ngày làm bù {day} ({name})") if said["is_working"] else _("ngày nghỉ {day} ({name})")
    text = what.format(day=_day(said["day"]), name=said["name"])
    return text + ("" if said.get("national") else _(", riêng của tỉnh"))


@says("core.holiday.add")
def holiday_added(entry: AuditEntry) -> str:
    return _("{who} thêm {what} vào lịch làm việc").format(
        who=entry.actor_name, what=_holiday(entry.changes)
    )


@says("core.holiday.edit")
def holiday_edited(entry: AuditEntry) -> str:
    return _("{who} sửa {before} trong lịch làm việc thành {after}").format(
        who=entry.actor_name, before=_holiday(entry.changes["was"]), after=_holiday(entry.changes)
    )


@says("core.holiday.remove")
def holiday_removed(entry: AuditEntry) -> str:
    return _("{who} bỏ {what} khỏi lịch làm việc").format(
        who=entry.actor_name, what=_holiday(entry.changes)
    )


@says("core.delegation.give")
def delegated(entry: AuditEntry) -> str:
    said = entry.changes
    return _(
        "{who} ghi ủy quyền theo {order}: {to} thay {giver}, vai trò {role}, "
        "từ {start} đến hết {end}"
    ).format(
        who=entry.actor_name,
        order=said["order"],
        to=said["to"],
        giver=said["on_behalf_of"],
        role=dict(roles.Role.choices).get(said["role"], said["role"]),
        start=_day(said["valid_from"]),
        end=_day(said["valid_to"]),
    )


@says("core.delegation.end")
def delegation_ended(entry: AuditEntry) -> str:
    said = entry.changes
    return _(
        "{who} kết thúc sớm ủy quyền theo {order} của {to} thay {giver}: "
        "hết ngày {after}, trước là {before}"
    ).format(
        who=entry.actor_name,
        order=said["order"],
        to=said["to"],
        giver=said["on_behalf_of"],
        before=_day(said["valid_to"][0]),
        after=_day(said["valid_to"][1]),
    )
