"""What a programme can prove: I4, its chain's head; I11, margins agree."""

from __future__ import annotations

from collections.abc import Iterator

from khuyencong.core.invariants import Violation, heads_match, invariant
from programmes import figures
from programmes import sentences as _sentences  # noqa: F401  registers how its acts read
from programmes.models import Deadline, Programme, ProgrammeVersion, SupportNorm

SUBJECT = "programmes.programme"


@invariant("I4")
def heads_are_tails() -> Iterator[Violation]:
    rows = Programme.objects.values_list("pk", "audit_seq", "audit_head").iterator()
    yield from heads_match("I4", ((SUBJECT, pk, seq, head) for pk, seq, head in rows))


@invariant("I4")
def heads_of_catalogues_are_tails() -> Iterator[Violation]:
    for model in (SupportNorm, Deadline):
        kind = model._meta.label_lower
        rows = model.objects.values_list("pk", "audit_seq", "audit_head").iterator()
        yield from heads_match("I4", ((kind, pk, seq, head) for pk, seq, head in rows))


@invariant("I11")
def margins_agree() -> Iterator[Violation]:
    for version in ProgrammeVersion.objects.select_related("programme"):
        for fault in figures.disagreements(figures.of_version(version)):
            yield Violation("I11", str(version), fault.message)
