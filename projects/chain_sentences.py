"""How the acts on the chains of review read."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry


def _day(iso: str | None) -> str:
    return f"{datetime.date.fromisoformat(iso):%d/%m/%Y}" if iso else _("chưa có")


@says("projects.chain.add")
def added(entry: AuditEntry) -> str:
    said = entry.changes
    return _(
        "{who} thêm phiên bản «{name}» cho nguồn {source}, có hiệu lực từ {day}, {n} bước, theo "
        "{reference}"
    ).format(
        who=entry.actor_name,
        name=said.get("name", ""),
        source=said.get("source_name", ""),
        day=_day(said.get("valid_from")),
        n=len(said.get("steps", [])),
        reference=said.get("legal_ref", ""),
    )


@says("projects.chain.edit")
def edited(entry: AuditEntry) -> str:
    parts = []
    for name, (before, after) in entry.changes.get("changed", {}).items():
        if name == "steps":
            parts.append(_("các bước, từ {n} thành {m} bước").format(n=len(before), m=len(after)))
        elif name == "valid_from":
            parts.append(
                _("ngày có hiệu lực, từ {before} thành {after}").format(
                    before=_day(before), after=_day(after)
                )
            )
        else:
            labels = {
                "name": _("tên"),
                "legal_ref": _("căn cứ"),
                "confidence": _("mức đối chiếu"),
            }
            parts.append(
                _("{what}, từ «{before}» thành «{after}»").format(
                    what=labels.get(name, name), before=before, after=after
                )
            )
    return _("{who} sửa quy trình: {changes}").format(
        who=entry.actor_name, changes="; ".join(parts)
    )


@says("projects.chain.end")
def ended(entry: AuditEntry) -> str:
    before, after = entry.changes.get("valid_to", [None, None])
    return _("{who} đổi ngày hết hiệu lực của quy trình «{name}» từ {before} thành {after}").format(
        who=entry.actor_name,
        name=entry.changes.get("name", ""),
        before=_day(before),
        after=_day(after),
    )
