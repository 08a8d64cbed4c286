"""How acts of the desk read in the trail: a dossier given to somebody, taken up again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry
from projects.sentences import finish, source_of, who


@says("projects.proposal.assign")
def assigned(entry: AuditEntry) -> str:
    name = entry.changes.get("assignee", "")
    text = (
        _("{who} giao {name} thẩm định nguồn {source}")
        if name
        else _("{who} thôi giao hồ sơ nguồn {source} cho một người")
    )
    return finish(entry, text.format(who=who(entry), name=name, source=source_of(entry)))


@says("projects.proposal.clear")
def cleared(entry: AuditEntry) -> str:
    text = _("{who} thẩm định phân bổ dự toán nguồn {source}")
    return finish(entry, text.format(who=who(entry), source=source_of(entry)))


@says("projects.track.reopen")
def reopened(entry: AuditEntry) -> str:
    text = _("{who} đưa nguồn {source} ra xem xét lại ở {body}, lần {attempt}")
    return finish(
        entry,
        text.format(
            who=who(entry),
            source=source_of(entry),
            body=entry.changes.get("body", ""),
            attempt=entry.changes.get("attempt", 2),
        ),
    )
