"""What the money can prove: I1 and I2."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from budgets import ledger
from budgets import rules as _rules  # noqa: F401  registers the rules of this app
from budgets import sentences as _sentences  # noqa: F401  registers how its acts read
from budgets.models import AllocationLine, Cell, LedgerEntry
from khuyencong.core.invariants import Violation, invariant


@invariant("I1")
def cells_hold_what_the_ledger_says() -> Iterator[Violation]:
    sums = ledger.recomputed()
    for cell in Cell.objects.select_related("source", "programme").iterator():
        stored = (cell.allotted, cell.committed, cell.disbursed)
        name = f"{cell.programme.code} {cell.source.code} {cell.year}"
        if stored != sums.get(cell.pk, (0, 0, 0)):
            yield Violation("I1", name, f"stored {stored}, ledger {sums.get(cell.pk, (0, 0, 0))}")
        if not cell.allotted >= cell.committed >= cell.disbursed >= 0:
            yield Violation("I1", name, f"committed or disbursed too much: {stored}")
        if not cell.source.is_state:
            yield Violation("I1", name, "a cell of money that is not the state's")


@invariant("I2")
def corrections_reverse() -> Iterator[Violation]:
    rows = LedgerEntry.objects.filter(reverses__isnull=False).exclude(
        cell=F("reverses__cell"), kind=F("reverses__kind"), amount=F("reverses__amount")
    )
    for entry in rows:
        yield Violation("I2", f"entry {entry.pk}", "is not the mirror of what it reverses")
    for line in AllocationLine.objects.exclude(entry__amount=F("amount"), entry__cell=F("cell")):
        yield Violation("I2", f"allocation line {line.pk}", "differs from its ledger entry")


@invariant("I9")
def money_is_positive() -> Iterator[Violation]:
    for entry in LedgerEntry.objects.filter(amount__lte=0):
        yield Violation("I9", f"entry {entry.pk}", "its amount is not positive")
