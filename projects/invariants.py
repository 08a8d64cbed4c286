"""What the proposals can prove: I1 commitments, I3, I7; duties and figures stand beside."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q, Sum

from budgets.models import LedgerEntry
from khuyencong.core.invariants import Violation, invariant
from khuyencong.core.models import AuditEntry
from projects import amount_invariants as _amounts  # noqa: F401  registers I9 and I12
from projects import desk_sentences as _desk_sentences  # noqa: F401  registers how its acts read
from projects import duty_invariants as _duties  # noqa: F401  registers I5
from projects import register as _register  # noqa: F401  registers how its acts read
from projects import register_rules as _register_rules  # noqa: F401  and who may keep it
from projects import rules as _rules  # noqa: F401  registers the rules of this app
from projects import sentences as _sentences  # noqa: F401  registers how its acts read
from projects import tracks
from projects.exchange import invariants as _imports  # noqa: F401  registers what imports prove
from projects.models import (
    Attachment,
    Commitment,
    FundingLine,
    Proposal,
    StatusChange,
    Track,
)

SUBJECT = "projects.proposal"


@invariant("I3")
def status_is_the_last_change() -> Iterator[Violation]:
    """Each change starts where its subject's last one ended; the status is the last one's end."""
    at: dict[tuple[int, int | None], str] = {}
    changes = StatusChange.objects.select_related("audit").order_by("proposal_id", "seq")
    for change in changes.iterator(chunk_size=2000):
        key = (change.proposal_id, change.track_id)
        start = at.get(key, Track.Status.WAITING if change.track_id else Proposal.Status.DRAFT)
        if change.from_status != start:
            yield Violation("I3", str(change), f"starts at {change.from_status}, not at {start}")
        if _told(change) != _told_by_the_trail(change):
            yield Violation("I3", str(change), "its audit row tells another story")
        at[key] = change.to_status
    for pk, status in Proposal.objects.values_list("pk", "status").iterator():
        if status != at.get((pk, None), Proposal.Status.DRAFT):
            yield Violation("I3", f"proposal {pk}", f"is {status}, its trail says otherwise")
    for pk, proposal_id, status in Track.objects.values_list("pk", "proposal_id", "status"):
        if status != at.get((proposal_id, pk), Track.Status.WAITING):
            yield Violation("I3", f"track {pk}", f"is {status}, its trail says otherwise")
    lonely = AuditEntry.objects.filter(subject_type=SUBJECT).exclude(to_state="")
    told = StatusChange.objects.values("audit_id")
    for entry in lonely.exclude(pk__in=told):
        yield Violation("I3", str(entry), "an audit row of a transition without its record")


def _told(change: StatusChange) -> tuple[object, ...]:
    noun = "track" if change.track_id else "proposal"
    return (
        *(SUBJECT, change.proposal_id, change.seq, f"projects.{noun}.{change.verb}"),
        *(change.from_status, change.to_status, change.changed_at),
    )


def _told_by_the_trail(change: StatusChange) -> tuple[object, ...]:
    row = change.audit
    return (
        *(row.subject_type, row.subject_id, row.seq, row.action),
        *(row.from_state, row.to_state, row.recorded_at),
    )


@invariant("I3")
def status_is_derived() -> Iterator[Violation]:
    rows = Proposal.objects.filter(status__in=Proposal.DERIVED).prefetch_related(
        "tracks__step", "tracks__reviews"
    )
    for proposal in rows.iterator(chunk_size=500):
        wanted = tracks.derived_status(proposal.tracks.all())
        if proposal.status != wanted:
            yield Violation("I3", str(proposal), f"is {proposal.status}, its tracks make {wanted}")


@invariant("I1")
def commitments_are_the_ledger() -> Iterator[Violation]:
    """Every commit and release of the ledger belongs to one funding line, in its own cell."""
    kinds = [LedgerEntry.Kind.COMMIT, LedgerEntry.Kind.RELEASE]
    owned = Commitment.objects.values("entry_id")
    for entry in LedgerEntry.objects.filter(kind__in=kinds).exclude(pk__in=owned):
        yield Violation("I1", f"entry {entry.pk}", "no funding line holds it")
    for row in Commitment.objects.exclude(entry__cell=F("line__cell")):
        yield Violation("I1", f"commitment {row.pk}", "lies in another cell than its line")
    held = FundingLine.objects.annotate(
        commit=Sum("commitments__entry__amount", filter=Q(commitments__entry__kind="commit")),
    ).filter(commit__gt=F("approved"))
    for line in held:
        released = (
            line.commitments.filter(entry__kind="release").aggregate(s=Sum("entry__amount"))["s"]
            or 0
        )
        if line.commit - released > line.approved:
            yield Violation("I1", f"funding line {line.pk}", "more committed than approved")


@invariant("I7")
def attachments_have_files() -> Iterator[Violation]:
    for row in Attachment.objects.filter(file__isnull=True):
        yield Violation("I7", f"attachment {row.pk}", "has no file")
