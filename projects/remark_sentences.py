"""How remarks and findings read in the trail of a dossier; their words stay where they are."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry


def _who(entry: AuditEntry) -> str:
    if not entry.organisation_name:
        return entry.actor_name
    return f"{entry.actor_name} ({entry.organisation_name})"


def _where(entry: AuditEntry) -> str:
    return entry.changes.get("at") or _("cả hồ sơ")


@says("projects.remark.write")
def written(entry: AuditEntry) -> str:
    return _("{who} ghi ý kiến về «{place}»").format(who=_who(entry), place=_where(entry))


@says("projects.remark.reply")
def replied(entry: AuditEntry) -> str:
    return _("{who} trả lời ý kiến về «{place}»").format(who=_who(entry), place=_where(entry))


@says("projects.remark.resolve")
def resolved(entry: AuditEntry) -> str:
    return _("{who} khép lại ý kiến về «{place}»").format(who=_who(entry), place=_where(entry))


@says("projects.remark.internal")
def noted(entry: AuditEntry) -> str:
    return _("{who} ghi chú nội bộ").format(who=_who(entry))


@says("projects.finding.save")
def found(entry: AuditEntry) -> str:
    return _("{who} ghi kết quả tiêu chí: {met} đạt, {unmet} chưa, {skipped} không xét").format(
        who=_who(entry),
        met=entry.changes.get("met", 0),
        unmet=entry.changes.get("unmet", 0),
        skipped=entry.changes.get("skipped", 0),
    )
