"""What a programme can prove: I11, margins agree."""

from __future__ import annotations

from collections.abc import Iterator

from khuyencong.core.invariants import Violation, invariant
from programmes import figures
from programmes import sentences as _sentences  # noqa: F401  registers how its acts read
from programmes.models import ProgrammeVersion


@invariant("I11")
def margins_agree() -> Iterator[Violation]:
    for version in ProgrammeVersion.objects.select_related("programme"):
        for fault in figures.disagreements(figures.of_version(version)):
            yield Violation("I11", str(version), fault.message)
