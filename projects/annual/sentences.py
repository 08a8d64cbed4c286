"""How the trail of an annual plan reads."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry


def _who(entry: AuditEntry) -> str:
    if not entry.organisation_name:
        return entry.actor_name
    return f"{entry.actor_name} ({entry.organisation_name})"


def _finish(entry: AuditEntry, text: str) -> str:
    if entry.document_text:
        text += _(", {document} ngày {day}").format(
            document=entry.document_text, day=f"{entry.effective_on:%d/%m/%Y}"
        )
    if entry.reason:
        text += _(". Lý do: {reason}").format(reason=entry.reason)
    return text


@says("projects.annual.create")
def created(entry: AuditEntry) -> str:
    return _("{who} lập danh mục năm").format(who=_who(entry))


@says("projects.annual.edit")
def edited(entry: AuditEntry) -> str:
    changes, parts = entry.changes, []
    if changes.get("added"):
        parts.append(_("thêm {codes}").format(codes=", ".join(changes["added"])))
    if changes.get("removed"):
        parts.append(_("bỏ {codes}").format(codes=", ".join(changes["removed"])))
    if changes.get("moved"):
        parts.append(_("xếp lại thứ tự"))
    if changes.get("reasons"):
        parts.append(_("ghi lý do của {codes}").format(codes=", ".join(changes["reasons"])))
    if changes.get("amounts"):
        parts.append(_("nhập số phê duyệt của {n} đề án").format(n=changes["amounts"]))
    return _("{who} sửa danh mục: {what}").format(who=_who(entry), what="; ".join(parts))


@says("projects.annual.send")
def sent(entry: AuditEntry) -> str:
    text = _("{who} trình danh mục {n} đề án, {amount} triệu đồng").format(
        who=_who(entry),
        n=entry.changes.get("items", 0),
        amount=money.format_trieu(entry.changes.get("amount", 0)),
    )
    return _finish(entry, text)


@says("projects.annual.decide")
def decided(entry: AuditEntry) -> str:
    text = _("{who} ghi quyết định của {body}: phê duyệt {n} đề án, để lại {left}").format(
        who=_who(entry),
        body=entry.changes.get("body", ""),
        n=entry.changes.get("approved", 0),
        left=entry.changes.get("left", 0),
    )
    return _finish(entry, text)


@says("projects.annual.close")
def closed(entry: AuditEntry) -> str:
    return _finish(entry, _("{who} khép lại danh mục").format(who=_who(entry)))


@says("projects.proposal.listed")
def listed(entry: AuditEntry) -> str:
    text = _("{who} trình đề án trong danh mục {plan}").format(
        who=_who(entry), plan=entry.changes.get("plan", "")
    )
    return _finish(entry, text)
