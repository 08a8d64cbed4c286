"""What must always be true (contract.md §5). Each app registers what it can prove; read-only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.models import Count, F

from khuyencong.core import audit, immutable
from khuyencong.core.models import AppendOnlyModel, AuditEntry, LegalDocument, StoredFile


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


def violations() -> Iterator[Violation]:
    for _code, check in _checks:
        yield from check()


@invariant("I2")
def append_only_tables_refuse_changes() -> Iterator[Violation]:
    """The database itself still guards every table whose rows are only ever added."""
    tables = [
        model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnlyModel)
    ]
    for table in immutable.unguarded(connection, tables):
        yield Violation("I2", table, "its triggers are missing: rows could be changed")


@invariant("I4")
def audit_chain_unbroken() -> Iterator[Violation]:
    entries = AuditEntry.objects.order_by("subject_type", "subject_id", "seq")
    for entry, fault in audit.broken_links(entries.iterator(chunk_size=2000)):
        yield Violation("I4", str(entry), fault)
    for row, fault in audit.broken_anchors():
        yield Violation("I4", f"anchor {row.day}", fault)


@invariant("I7")
def stored_files_are_there() -> Iterator[Violation]:
    for stored in StoredFile.objects.iterator(chunk_size=500):
        storage = stored.content.storage
        if not storage.exists(stored.content.name):
            yield Violation("I7", f"file {stored.pk}", "its bytes are missing")
        elif storage.size(stored.content.name) != stored.size:
            yield Violation("I7", f"file {stored.pk}", "its size is not the recorded one")


@invariant("I10")
def document_numbers_unique() -> Iterator[Violation]:
    twice = (
        LegalDocument.objects.values("issuer_name", "kind", "year", "number")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    for row in twice:
        yield Violation("I10", f"{row['issuer_name']} {row['number']}", f"{row['times']} times")
    wrong = LegalDocument.objects.filter(issued_on__isnull=False).exclude(year=F("issued_on__year"))
    for document in wrong:
        yield Violation("I10", str(document), "its year is not the year of its date")


def heads_match(code: str, rows: Iterator[tuple[str, int, int, str]]) -> Iterator[Violation]:
    """Compare (subject type, id, seq, head) of subjects with the tails of their chains."""
    for kind, pk, seq, head in rows:
        tail = (
            AuditEntry.objects.filter(subject_type=kind, subject_id=pk)
            .order_by("-seq")
            .values_list("seq", "hash")
            .first()
        ) or (0, "")
        if tail != (seq, head):
            yield Violation(code, f"{kind} {pk}", "its head is not the last row of its chain")
