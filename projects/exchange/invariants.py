"""What the imports can prove: I6 no job past its lease, I8 all of an import or nothing."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from khuyencong.core.invariants import Violation, invariant
from projects.models import Enterprise, ImportRow, ImportRun, Proposal

State = ImportRun.State


@invariant("I6")
def no_import_is_past_its_lease() -> Iterator[Violation]:
    late = ImportRun.objects.filter(
        state__in=(State.RUNNING, State.WRITING), lease_until__lt=timezone.now()
    )
    for run in late.iterator():
        yield Violation("I6", str(run), f"has run past its lease, which ended {run.lease_until}")


@invariant("I8")
def an_import_is_all_there_or_not_at_all() -> Iterator[Violation]:
    """Done: every row that was to be written names its record. Else: no row names one."""
    asked = Q(rows__action__in=("create", "change"))
    named = Q(rows__written_id__isnull=False)
    runs = ImportRun.objects.annotate(
        wanted=Count("rows", filter=asked),
        told=Count("rows", filter=named),
        both=Count("rows", filter=asked & named),
    )
    for run in runs.iterator():
        if run.state != State.DONE:
            if run.told or run.written_count:
                yield Violation("I8", str(run), f"is {run.state}, and {run.told} rows are written")
        elif not run.wanted == run.told == run.both == run.written_count:
            yield Violation(
                "I8",
                str(run),
                f"is done with {run.told} of {run.wanted} rows; it counts {run.written_count}",
            )
        elif run.fault_count:
            yield Violation("I8", str(run), "was written with faults")


@invariant("I8")
def what_was_imported_is_there() -> Iterator[Violation]:
    rows = ImportRow.objects.filter(written_id__isnull=False)
    kinds = {
        ImportRun.Kind.ENTERPRISES: Enterprise,
        ImportRun.Kind.PROPOSALS: Proposal,
        ImportRun.Kind.PLAN: Proposal,
    }
    for kind, model in kinds.items():
        there = model.objects.filter(pk=OuterRef("written_id"))
        for row in rows.filter(run__kind=kind).exclude(Exists(there)):
            yield Violation("I8", f"import row {row}", f"its record {row.written_id} is gone")
