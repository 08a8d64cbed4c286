"""The trail of a dossier as sentences, newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from khuyencong.core import audit
from khuyencong.core.models import AuditEntry, User
from projects import remarks
from projects.models import Proposal, Review

SHOWN = 30
AT_ONCE = 100


@dataclass(frozen=True)
class Row:
    """One act. ``derived`` merely followed from another row; ``scan`` is the paper's file."""

    entry: AuditEntry
    sentence: str
    derived: bool
    scan: int | None = None


@dataclass(frozen=True)
class Page:
    """Some rows; ``older`` is what to ask for the next ones before, None at the beginning."""

    rows: list[Row]
    older: int | None
    is_newest: bool


def page(
    proposal: Proposal, user: User, before: str = "", size: int = SHOWN, *, scans: bool = False
) -> Page:
    """The newest rows a person may read, or those before a row; nonsense asks for the newest."""
    # SQLite holds no larger whole number, and no trail is that long.
    seq = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    entries = remarks.of_trail(audit.trail(proposal), user)
    if seq is not None:
        entries = entries.filter(seq__lt=seq)
    found = list(entries.select_related("document").order_by("-seq")[: size + 1])
    shown = found[:size]
    files = _scans(proposal, shown) if scans else {}
    rows = [
        Row(
            entry,
            audit.sentence(entry),
            bool(entry.changes.get("derived")),
            files.get(entry.document_id),
        )
        for entry in shown
    ]
    older = shown[-1].seq if len(found) > size else None
    return Page(rows, older, is_newest=seq is None)


def _scans(proposal: Proposal, entries: list[AuditEntry]) -> dict[int | None, int]:
    """Document → scan, of the papers that the dossier's reviews rest on."""
    named = {entry.document_id for entry in entries} - {None}
    reviews = Review.objects.filter(track__proposal=proposal, document__in=named)
    files = reviews.filter(document__file__isnull=False)
    return dict(files.order_by().values_list("document_id", "document__file_id").distinct())
