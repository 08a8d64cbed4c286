"""How the trail of an establishment reads: who did what, never a person's data."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry
from projects.models import Enterprise, EnterpriseIdentifier


def _who(entry: AuditEntry) -> str:
    if not entry.organisation_name:
        return entry.actor_name
    return f"{entry.actor_name} ({entry.organisation_name})"


def _fields(entry: AuditEntry) -> str:
    names = []
    for name in entry.changes.get("fields", []):
        try:
            names.append(str(Enterprise._meta.get_field(name).verbose_name))
        except LookupError:
            names.append(name)
    return ", ".join(names)


def _kind(entry: AuditEntry) -> str:
    code = entry.changes.get("kind", "")
    return dict(EnterpriseIdentifier.Kind.choices).get(code, code)


def _with_reason(entry: AuditEntry, text: str) -> str:
    return f"{text}. {_('Lý do:')} {entry.reason}" if entry.reason else text


@says("projects.enterprise.create")
def created(entry: AuditEntry) -> str:
    return _("{who} thêm cơ sở vào sổ").format(who=_who(entry))


@says("projects.enterprise.change")
def changed(entry: AuditEntry) -> str:
    return _("{who} sửa: {fields}").format(who=_who(entry), fields=_fields(entry))


@says("projects.enterprise.add_identifier")
def identifier_added(entry: AuditEntry) -> str:
    return _("{who} thêm mã: {kind}").format(who=_who(entry), kind=_kind(entry))


@says("projects.enterprise.end_identifier")
def identifier_ended(entry: AuditEntry) -> str:
    return _("{who} kết thúc mã: {kind}").format(who=_who(entry), kind=_kind(entry))


@says("projects.enterprise.verify_identifier")
def identifier_verified(entry: AuditEntry) -> str:
    return _("{who} đã đối chiếu giấy tờ của mã: {kind}").format(who=_who(entry), kind=_kind(entry))


@says("projects.enterprise.reveal")
def revealed(entry: AuditEntry) -> str:
    return _("{who} xem đủ số: {kind}").format(who=_who(entry), kind=_kind(entry))


@says("projects.enterprise.merge")
def merged(entry: AuditEntry) -> str:
    text = _("{who} gộp {gone} vào cơ sở này").format(
        who=_who(entry), gone=entry.changes.get("gone", "")
    )
    if fields := _fields(entry):
        text += _(", lấy từ đó: {fields}").format(fields=fields)
    return _with_reason(entry, text)


@says("projects.enterprise.merged_away")
def merged_away(entry: AuditEntry) -> str:
    text = _("{who} gộp cơ sở này vào {kept}").format(
        who=_who(entry), kept=entry.changes.get("kept", "")
    )
    return _with_reason(entry, text)
