"""How the trail of a panel reads. Who voted how is in the row's changes, never in the sentence."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry
from projects.models import PanelItem, PanelMember


def _who(entry: AuditEntry) -> str:
    return f"{entry.actor_name} ({entry.organisation_name})"


def _paper(entry: AuditEntry) -> str:
    return f"{entry.document_text} ({entry.effective_on:%d/%m/%Y})"


def _seat(entry: AuditEntry) -> str:
    """The member by name and role."""
    seat = entry.changes.get("seat", "")
    role = dict(PanelMember.Seat.choices).get(seat, seat)
    return _("{name} ({seat})").format(name=_named(entry.changes), seat=role)


def _named(row: dict[str, Any]) -> str:
    """Rows of before names were kept have the number of the seat alone."""
    return row.get("name") or _("thành viên số {n}").format(n=row.get("member", ""))


@says("projects.panel.convene")
def convened(entry: AuditEntry) -> str:
    return _("{who} lập hội đồng theo {paper}: {n} thành viên, đề án {codes}").format(
        who=_who(entry),
        paper=_paper(entry),
        n=entry.changes.get("members", ""),
        codes=", ".join(entry.changes.get("proposals", [])),
    )


@says("projects.panel.replace")
def replaced(entry: AuditEntry) -> str:
    text = _("{who} thay {seat}. Lý do: {reason}").format(
        who=_who(entry), seat=_seat(entry), reason=entry.reason
    )
    if new := entry.changes.get("by_name"):
        text += _(". Người thay: {name}").format(name=new)
    if votes := entry.changes.get("votes_dropped"):
        text += _(". {n} phiếu của người được thay không còn tính").format(n=votes)
    return text


@says("projects.panel.declare")
def declared(entry: AuditEntry) -> str:
    return _("{who} ghi {seat} có xung đột lợi ích ở {code}. Lý do: {reason}").format(
        who=_who(entry),
        seat=_seat(entry),
        code=entry.changes.get("proposal", ""),
        reason=entry.reason,
    )


@says("projects.panel.bar")
def barred(entry: AuditEntry) -> str:
    """By the rule, not by a person's word."""
    found = "; ".join(
        _("{name}: {code}").format(name=_named(row), code=row["proposal"])
        for row in entry.changes.get("barred", [])
    )
    lifted = "; ".join(
        _("{name}: {code}").format(name=_named(row), code=row["proposal"])
        for row in entry.changes.get("lifted", [])
    )
    parts = []
    if found:
        parts.append(_("Cổng chặn phiếu do xung đột lợi ích ({pairs})").format(pairs=found))
    if lifted:
        parts.append(_("Không còn xung đột lợi ích ({pairs})").format(pairs=lifted))
    return ". ".join(parts)


@says("projects.panel.vote")
def voted(entry: AuditEntry) -> str:
    codes = ", ".join(row["proposal"] for row in entry.changes.get("votes", []))
    if entry.changes.get("recorded"):
        return _("{who} nhập phiếu của {seat} cho {codes}").format(
            who=_who(entry), seat=_seat(entry), codes=codes
        )
    return _("{who} bỏ phiếu cho {codes}").format(who=_who(entry), codes=codes)


def _verdict(code: str) -> str:
    return str(dict(PanelItem.Verdict.choices).get(code, _("không có kết luận")))


@says("projects.panel.close")
def closed(entry: AuditEntry) -> str:
    found = "; ".join(
        f"{row['proposal']}: {_verdict(row['verdict'])}" for row in entry.changes.get("items", [])
    )
    return _("{who} ghi kết luận của hội đồng theo {paper}. {items}").format(
        who=_who(entry), paper=_paper(entry), items=found
    )


@says("projects.proposal.panel_convened")
def dossier_put_to_panel(entry: AuditEntry) -> str:
    return _("{who} đưa đề án ra hội đồng {panel}").format(
        who=_who(entry), panel=entry.changes.get("panel", "")
    )


@says("projects.proposal.panel_concluded")
def dossier_judged(entry: AuditEntry) -> str:
    return _("Hội đồng {panel} kết luận: {verdict}").format(
        panel=entry.changes.get("panel", ""), verdict=_verdict(entry.changes.get("verdict", ""))
    )
