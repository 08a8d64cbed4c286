"""What the register can prove: each trail ends where its record says (I4)."""

from __future__ import annotations

from collections.abc import Iterator

from khuyencong.core.invariants import Violation, heads_match, invariant
from projects import register as _register  # noqa: F401  registers how its acts read
from projects.models import Enterprise

SUBJECT = "projects.enterprise"


@invariant("I4")
def heads_of_the_register_are_tails() -> Iterator[Violation]:
    rows = Enterprise.objects.values_list("pk", "audit_seq", "audit_head").iterator()
    yield from heads_match("I4", ((SUBJECT, pk, seq, head) for pk, seq, head in rows))
