"""How the acts on an office read."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry, Organisation


def _day(iso: str | None) -> str:
    return f"{datetime.date.fromisoformat(iso):%d/%m/%Y}" if iso else _("chưa có")


def _after(last: str | None) -> str:
    """The first day of what follows."""
    if not last:
        return _("chưa có")
    return f"{datetime.date.fromisoformat(last) + datetime.timedelta(days=1):%d/%m/%Y}"


def _by_law(entry: AuditEntry, text: str) -> str:
    reference = entry.changes.get("legal_ref")
    return (
        _("{text}, theo {reference}").format(text=text, reference=reference) if reference else text
    )


def _shown(name: str, value: Any) -> str:
    return _day(value) if name.startswith("valid_") else f"«{value}»"


@says("core.organisation.correct")
def corrected(entry: AuditEntry) -> str:
    parts = [
        _("{what} từ {before} thành {after}").format(
            what=Organisation._meta.get_field(name).verbose_name,
            before=_shown(name, before),
            after=_shown(name, after),
        )
        for name, (before, after) in entry.changes.get("changed", {}).items()
    ]
    return _("{who} sửa cơ quan: {changes}").format(who=entry.actor_name, changes="; ".join(parts))


@says("core.organisation.rename")
def renamed(entry: AuditEntry) -> str:
    return _("{who} ghi {name} đổi tên thành {heir} từ ngày {day}").format(
        who=entry.actor_name,
        name=entry.changes.get("name", ""),
        heir=entry.changes.get("heir", ""),
        day=_after(entry.changes.get("valid_to", [None, None])[1]),
    )


@says("core.organisation.begin")
def begun(entry: AuditEntry) -> str:
    text = _("{who} thêm tên mới {name} của {before}, từ ngày {day}").format(
        who=entry.actor_name,
        name=entry.changes.get("name", ""),
        before=entry.changes.get("before", ""),
        day=_day(entry.changes.get("valid_from")),
    )
    return _by_law(entry, text)


@says("core.organisation.merge")
def merged(entry: AuditEntry) -> str:
    text = _("{who} ghi {name} sáp nhập vào {heir} từ ngày {day}").format(
        who=entry.actor_name,
        name=entry.changes.get("name", ""),
        heir=entry.changes.get("heir", ""),
        day=_after(entry.changes.get("valid_to", [None, None])[1]),
    )
    return _by_law(entry, text)


@says("core.organisation.absorb")
def absorbed(entry: AuditEntry) -> str:
    text = _("{who} ghi cơ quan này nhận {name} từ ngày {day}").format(
        who=entry.actor_name,
        name=entry.changes.get("name", ""),
        day=_day(entry.changes.get("from")),
    )
    return _by_law(entry, text)


@says("core.organisation.end")
def ended(entry: AuditEntry) -> str:
    before, after = entry.changes.get("valid_to", [None, None])
    return _("{who} đổi ngày cuối của {name} từ {before} thành {after}").format(
        who=entry.actor_name,
        name=entry.changes.get("name", ""),
        before=_day(before),
        after=_day(after),
    )


@says("core.organisation.join")
def joined(entry: AuditEntry) -> str:
    return _("{name} nhập vào {into}; {into} tiếp tục công việc").format(
        name=entry.changes.get("name", ""), into=entry.changes.get("into", "")
    )


@says("core.organisation.move")
def moved(entry: AuditEntry) -> str:
    return _("{n} tài khoản của {before} chuyển sang {into}").format(
        n=entry.changes.get("count", 0),
        before=entry.changes.get("from", ""),
        into=entry.changes.get("into", ""),
    )
