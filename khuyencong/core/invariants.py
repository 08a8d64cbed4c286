"""What must always be true (contract.md §5). Each app registers what it can prove; read-only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.models import Count, F

from khuyencong.core import audit, immutable
from khuyencong.core.models import (
    AppendOnlyModel,
    AuditedModel,
    AuditEntry,
    LegalDocument,
    SealedModel,
    StoredFile,
    seal_of,
)


@dataclass(frozen=True)
class Violation:
    """One row at fault."""

    invariant: str
    record: str
    message: str


Check = Callable[[], Iterator[Violation]]
_checks: list[tuple[str, Check]] = []


def invariant(code: str) -> Callable[[Check], Check]:
    def register(function: Check) -> Check:
        _checks.append((code, function))
        return function

    return register


def codes() -> list[str]:
    return sorted({code for code, _ in _checks}, key=lambda code: int(code[1:]))


def violations(*only: str) -> Iterator[Violation]:
    """Rows at fault, under every invariant or under these alone."""
    for code, check in _checks:
        if not only or code in only:
            yield from check()


@invariant("I2")
def append_only_tables_refuse_changes() -> Iterator[Violation]:
    """The database itself still guards every table whose rows are only ever added."""
    tables = [
        model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnlyModel)
    ]
    for table in immutable.unguarded(connection, tables):
        yield Violation("I2", table, "its triggers are missing: rows could be changed")


@invariant("I2")
def sealed_rows_are_as_written() -> Iterator[Violation]:
    """Evidence outside the chains: each row still says what its seal was made over."""
    for model in apps.get_models():
        if not issubclass(model, SealedModel):
            continue
        for row in model.objects.order_by("pk").iterator(chunk_size=2000):
            if row.seal != seal_of(row):
                name = f"{model._meta.model_name} {row.pk}"
                yield Violation("I2", name, "was changed after it was written")


@invariant("I4")
def chains_are_whole() -> Iterator[Violation]:
    """Each chain is unbroken, is about a record that exists, and ends in that record's head.

    Two queries a kind of record, however many records there are.
    """
    kinds = {
        model._meta.label_lower: model
        for model in apps.get_models()
        if issubclass(model, AuditedModel)
    }
    rows = AuditEntry.objects.order_by("subject_id", "seq")
    for kind, model in kinds.items():
        tails: dict[int, tuple[int, str]] = {}
        entries = _remembering(rows.filter(subject_type=kind).iterator(chunk_size=2000), tails)
        for entry, fault in audit.broken_links(entries):
            yield Violation("I4", str(entry), fault)
        heads = model._base_manager.values_list("pk", "audit_seq", "audit_head")
        for pk, seq, head in heads.iterator(chunk_size=2000):
            if tails.pop(pk, (0, "")) != (seq, head):
                yield Violation("I4", f"{kind} {pk}", "its head is not the last row of its chain")
        for pk in sorted(tails):
            yield Violation("I4", f"{kind} {pk}", "has audit rows, but is not there itself")
    for entry in rows.exclude(subject_type__in=kinds):
        yield Violation("I4", str(entry), "is about a kind of record that does not exist")
    for row, fault in audit.broken_anchors():
        yield Violation("I4", f"anchor {row.day}", fault)


def _remembering(
    entries: Iterator[AuditEntry], tails: dict[int, tuple[int, str]]
) -> Iterator[AuditEntry]:
    """The same rows; the last one of each subject is kept in ``tails``."""
    for entry in entries:
        tails[entry.subject_id] = (entry.seq, entry.hash)
        yield entry


@invariant("I7")
def stored_files_are_there() -> Iterator[Violation]:
    """The very bytes that were stored, of every file."""
    for stored in StoredFile.objects.iterator(chunk_size=500):
        try:
            with stored.content.storage.open(stored.content.name, "rb") as content:
                size = content.size
                found = hashlib.file_digest(content, "sha256").hexdigest()
        except FileNotFoundError:
            yield Violation("I7", f"file {stored.pk}", "its bytes are missing")
            continue
        if size != stored.size:
            yield Violation("I7", f"file {stored.pk}", "its size is not the recorded one")
        elif found != stored.sha256:
            yield Violation("I7", f"file {stored.pk}", "its bytes are not those that were stored")


@invariant("I10")
def document_numbers_unique() -> Iterator[Violation]:
    twice = (
        LegalDocument.objects.values("issuer_name", "kind", "year", "number_key")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    for row in twice:
        yield Violation("I10", f"{row['issuer_name']} {row['number_key']}", f"{row['times']} times")
    wrong = LegalDocument.objects.filter(issued_on__isnull=False).exclude(year=F("issued_on__year"))
    for document in wrong:
        yield Violation("I10", str(document), "its year is not the year of its date")
