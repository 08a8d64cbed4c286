"""What the reports can prove: I6 and I7."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.utils import timezone

from khuyencong.core.invariants import Violation, invariant
from khuyencong.core.models import StoredFile
from reports import shelf
from reports.models import ReportRun


@invariant("I6")
def no_run_is_past_its_lease() -> Iterator[Violation]:
    late = ReportRun.objects.filter(state="running", lease_until__lt=timezone.now())
    for run in late.iterator():
        yield Violation("I6", str(run), f"has run past its lease, which ended {run.lease_until}")


@invariant("I6")
def a_done_run_has_its_file() -> Iterator[Violation]:
    """One file with the very bytes that were promised."""
    for run in ReportRun.objects.filter(state="done").select_related("file").iterator():
        if run.file is None or run.file.sha256 != run.sha256:
            yield Violation("I6", str(run), "is done, and its file has another sha256")
            continue
        try:
            with run.file.content.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
        except FileNotFoundError:
            continue  # I7 names it
        if digest != run.sha256:
            yield Violation("I6", str(run), "its file's bytes are not those of its sha256")


@invariant("I7")
def report_files_and_runs_match() -> Iterator[Violation]:
    prefix = f"{shelf.FOLDER}/"
    rows = StoredFile.objects.filter(content__startswith=prefix)
    for stored in rows.exclude(pk__in=ReportRun.objects.filter(state="done").values("file")):
        yield Violation("I7", f"file {stored.pk}", "belongs to no report")
    unknown = shelf.lying() - set(rows.values_list("content", flat=True))
    running = set(
        map(
            shelf.place,
            ReportRun.objects.filter(state__in=ReportRun.UNFINISHED).values_list("pk", flat=True),
        )
    )
    for name in sorted(unknown - running):
        yield Violation("I7", name, "lies on the shelf and belongs to no report")
