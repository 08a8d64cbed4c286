"""What was typed at the desk and must not be lost, and what the desk would say itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from projects import findings
from projects.dossier_parts import LAST, section_of
from projects.findings import Answer, Asked
from projects.models import Proposal, Remark

POINT_MAX: Final = 500
_BESIDE: Final = ("remark-text", "note-text")

# --- what was typed -------------------------------------------------------------------------------


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Names and texts of what a person wrote, to be given back where the form is gone."""
    named = {
        "reason": _("Lý do, ý kiến"),
        "remark-text": _("Ý kiến"),
        "note-text": _("Ghi chú nội bộ"),
    }
    found = []
    for name, said in request.POST.items():
        label = named.get(name)
        if name.startswith(("reply-", "point-")):
            label = _("Ý kiến")
        elif name.startswith("criterion-") and name.endswith("-remark"):
            label = _("Nhận xét")
        if label and isinstance(said, str) and said.strip():
            found.append((label, said))
    return found


def words_of(sent: Any) -> dict[str, str]:
    """Remarks that were typed and not written, by the name of their box."""
    if sent is None:
        return {}
    return {
        name: said
        for name, said in sent.items()
        if name in _BESIDE or name.startswith("reply-")
        if said
    }


def words_at_hand(request: HttpRequest, proposal: Proposal) -> dict[str, Any]:
    """What stood in the boxes of the decision: just sent, or kept while a remark was written."""
    if request.method == "POST":
        return words(request.POST)
    return request.session.pop(f"desk-{proposal.pk}", None) or {}


def words(sent: Any) -> dict[str, Any]:
    """The boxes of the decision as they were sent."""
    skipped = ("csrfmiddlewaretoken", "act", "expected_version", "remark-field", *_BESIDE)
    found: dict[str, Any] = {
        name: said
        for name, said in sent.items()
        if name not in skipped and not name.startswith(("criterion-", "reply-", "need-"))
    }
    # What was left empty may still be suggested; a box that is not ticked is not sent.
    found = {name: said for name, said in found.items() if said}
    for name in [name for name in found if name.startswith("point-")]:
        box = name.replace("point-", "need-", 1)
        found[box] = box in sent
    return found


def answers_of(sent: Any, asked: Iterable[Asked]) -> dict[int, Answer]:
    """The answers that were sent, of the criteria that were asked."""
    found = {}
    for row in asked:
        name = f"criterion-{row.criterion.pk}"
        if name in sent or f"{name}-remark" in sent:
            remark = sent.get(f"{name}-remark", "")
            found[row.criterion.pk] = Answer(sent.get(name, ""), remark)
    return found


# --- what the desk suggests -----------------------------------------------------------------------


def points_of(asked: Iterable[Remark]) -> dict[str, str]:
    """What to supplement, by part of the dossier, from the remarks that are open."""
    found: dict[str, list[str]] = {}
    for row in asked:
        part = section_of(row.field) if row.field else LAST
        if part != LAST:
            found.setdefault(part, []).append(f"{row.label}: {' '.join(row.text.split())}")
    return {part: _short("; ".join(said), POINT_MAX) for part, said in found.items()}


def reason_of(asked: Iterable[Asked], open_remarks: Iterable[Remark]) -> str:
    """Reasons of a return: each criterion that is not met, each remark that is open."""
    said = [
        _line(row.criterion.name, row.finding.remark)
        for row in findings.unmet(asked)
        if row.finding
    ]
    said += [_line(row.at, row.text) for row in open_remarks]
    return _numbered(said)


def _line(what: str, said: str) -> str:
    return f"{what}: {said}" if said else f"{what}: {_('chưa đạt')}"


def _numbered(said: list[str]) -> str:
    return "\n".join(f"{n}. {text}" for n, text in enumerate(said, start=1))


def _short(said: str, size: int) -> str:
    return said if len(said) <= size else f"{said[: size - 1]}…"


def reason_now(
    asked: Iterable[Asked],
    answers: Mapping[int, Answer],
    open_remarks: Iterable[Remark],
    written: Remark | None,
) -> str:
    """The reason of a return that was left empty: what was answered and asked in the same POST."""
    names = {row.criterion.pk: row.criterion.name for row in asked}
    said = [
        _line(names[pk], given.remark.strip())
        for pk, given in answers.items()
        if given.verdict == findings.Verdict.UNMET
    ]
    said += [_line(row.at, row.text) for row in open_remarks]
    if written is not None:
        said.append(_line(written.label or _("Cả hồ sơ"), written.text))
    return _numbered(said)
