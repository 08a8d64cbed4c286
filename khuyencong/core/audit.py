"""Write the trail, read it as sentences, and prove that nobody rewrote it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import clock
from khuyencong.core.models import AuditAnchor, AuditedModel, AuditEntry, LegalDocument
from khuyencong.core.querysets import set_each

HASHED = (
    "subject_type",
    "subject_id",
    "seq",
    "prev_hash",
    "action",
    "actor_id",
    "actor_name",
    "organisation_id",
    "organisation_name",
    "from_state",
    "to_state",
    "reason",
    "document_id",
    "document_text",
    "changes",
)
Sentence = Callable[[AuditEntry], str]
_sentences: dict[str, Sentence] = {}


def subject_type(subject: AuditedModel) -> str:
    return subject._meta.label_lower


def said_by(entry: AuditEntry) -> dict[str, Any]:
    """Everything the row says, as plain data."""
    said = {name: getattr(entry, name) for name in HASHED}
    said["effective_on"] = entry.effective_on.isoformat()
    said["recorded_at"] = entry.recorded_at.astimezone(datetime.UTC).isoformat()
    return said


def digest(entry: AuditEntry) -> str:
    """sha256 over everything the row says, in one canonical spelling."""
    said = said_by(entry)
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def record(
    action: str,
    subject: AuditedModel,
    *,
    by: Any,
    organisation: Any = None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    document: LegalDocument | None = None,
    changes: dict[str, Any] | None = None,
    effective_on: datetime.date | None = None,
) -> AuditEntry:
    """Add one row to the subject's chain. The caller holds the lock on the subject's row."""
    entry = _next(
        action,
        subject,
        by=by,
        organisation=organisation,
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        document=document,
        changes=changes,
        effective_on=effective_on,
    )
    entry.save(force_insert=True)
    subject.audit_seq, subject.audit_head = entry.seq, entry.hash
    type(subject)._base_manager.filter(pk=subject.pk).update(
        audit_seq=entry.seq, audit_head=entry.hash
    )
    return entry


def record_many(
    acts: Iterable[tuple[str, AuditedModel, dict[str, Any] | None]], *, by: Any
) -> list[AuditEntry]:
    """The same for acts on many subjects of one model, (action, subject, changes) in their order.

    A few queries for some hundreds; the subjects' rows are locked by the caller, or its own.
    """
    entries, subjects = [], {}
    for action, subject, changes in acts:
        entry = _next(action, subject, by=by, changes=changes)
        subject.audit_seq, subject.audit_head = entry.seq, entry.hash
        entries.append(entry)
        subjects[subject.pk] = subject
    AuditEntry.objects.bulk_create(entries)
    set_each(list(subjects.values()), ["audit_seq", "audit_head"])
    return entries


def prepare(action: str, subject: AuditedModel, **said: Any) -> AuditEntry:
    """The next row, not yet written: the caller writes it, and the subject's head with it."""
    entry = _next(action, subject, **said)
    subject.audit_seq, subject.audit_head = entry.seq, entry.hash
    return entry


def _next(
    action: str,
    subject: AuditedModel,
    *,
    by: Any,
    organisation: Any = None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    document: LegalDocument | None = None,
    changes: dict[str, Any] | None = None,
    effective_on: datetime.date | None = None,
) -> AuditEntry:
    """The next row of the subject's chain, not yet written."""
    organisation = organisation or (by.organisation if by else None)
    entry = AuditEntry(
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        seq=subject.audit_seq + 1,
        prev_hash=subject.audit_head,
        action=action,
        actor=by,
        actor_name=by.full_name if by else _("Hệ thống"),
        organisation=organisation,
        organisation_name=organisation.name if organisation else "",
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        document=document,
        document_text=str(document) if document else "",
        changes=changes or {},
        effective_on=effective_on or clock.today(),
        recorded_at=clock.now(),
    )
    entry.hash = digest(entry)
    return entry


def trail(subject: AuditedModel) -> Any:
    """The subject's rows, oldest first."""
    return AuditEntry.objects.filter(
        subject_type=subject_type(subject), subject_id=subject.pk
    ).order_by("seq")


def says(*actions: str) -> Callable[[Sentence], Sentence]:
    """Register how these actions read in Vietnamese."""

    def register(function: Sentence) -> Sentence:
        for action in actions:
            _sentences[action] = function
        return function

    return register


def sentence(entry: AuditEntry) -> str:
    """The row as a sentence a clerk would write."""
    speak = _sentences.get(entry.action)
    return speak(entry) if speak else f"{entry.actor_name}: {entry.action}"


def broken_links(entries: Iterable[AuditEntry]) -> Iterator[tuple[AuditEntry, str]]:
    """Rows at fault in chains given in (subject, seq) order: changed, missing or out of place."""
    last: AuditEntry | None = None
    for entry in entries:
        same = last is not None and (last.subject_type, last.subject_id) == (
            entry.subject_type,
            entry.subject_id,
        )
        wanted = (last.seq + 1, last.hash) if same and last else (1, "")
        if (entry.seq, entry.prev_hash) != wanted:
            yield entry, "does not follow the row before it"
        if digest(entry) != entry.hash:
            yield entry, "was changed after it was written"
        last = entry


def _anchor_digest(anchor: AuditAnchor) -> str:
    said = (anchor.day, anchor.entries, anchor.last_entry_id, anchor.heads_hash, anchor.prev_hash)
    text = "|".join(map(str, said))
    return hashlib.sha256(text.encode()).hexdigest()


def heads_hash(up_to_id: int) -> tuple[int, str]:
    """How many rows there are up to an id, and one hash over their hashes in id order."""
    total, running = 0, hashlib.sha256()
    rows = AuditEntry.objects.filter(pk__lte=up_to_id).order_by("pk")
    for value in rows.values_list("hash", flat=True).iterator(chunk_size=5000):
        total += 1
        running.update(value.encode())
    return total, running.hexdigest()


def anchor(day: datetime.date | None = None) -> AuditAnchor | None:
    """Fix the state of all chains for a day; the second call of a day changes nothing."""
    day = day or clock.today()
    with transaction.atomic():
        if AuditAnchor.objects.filter(day=day).exists():
            return None
        before = AuditAnchor.objects.order_by("-day").first()
        # A transaction still under way may hold a lower id: leave out the last minutes.
        settled = AuditEntry.objects.filter(
            recorded_at__lt=clock.now() - datetime.timedelta(minutes=15)
        )
        newest = settled.order_by("-pk").values_list("pk", flat=True).first() or 0
        entries, heads = heads_hash(newest)
        made = AuditAnchor(
            day=day,
            entries=entries,
            heads_hash=heads,
            last_entry_id=newest,
            prev_hash=before.hash if before else "",
            recorded_at=clock.now(),
        )
        made.hash = _anchor_digest(made)
        made.save()
        return made


def broken_anchors() -> Iterator[tuple[AuditAnchor, str]]:
    """Anchors whose own chain is broken, or under which rows were cut or changed since.

    The rows are read once for all anchors: each one's hash is a prefix of the next one's.
    """
    previous, total, running, upto = "", 0, hashlib.sha256(), 0
    for row in AuditAnchor.objects.order_by("day"):
        if row.prev_hash != previous or _anchor_digest(row) != row.hash:
            yield row, "the chain of daily anchors is broken"
        fresh = AuditEntry.objects.filter(pk__gt=upto, pk__lte=row.last_entry_id).order_by("pk")
        for value in fresh.values_list("hash", flat=True).iterator(chunk_size=5000):
            total += 1
            running.update(value.encode())
        upto = max(upto, row.last_entry_id)
        if (total, running.hexdigest()) != (row.entries, row.heads_hash):
            yield row, "audit rows before this anchor were cut or changed"
        previous = row.hash
