"""What the proposals can prove: I1 commitments, I3, I5, I7, I9, I12."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum

from budgets.models import LedgerEntry
from khuyencong.core.invariants import Violation, heads_match, invariant
from khuyencong.core.models import AuditEntry
from projects import register_invariants as _register  # noqa: F401  what the register proves
from projects import rules as _rules  # noqa: F401  registers the rules of this app
from projects import sentences as _sentences  # noqa: F401  registers how its acts read
from projects import tracks
from projects.exchange import invariants as _imports  # noqa: F401  registers what imports prove
from projects.models import (
    Attachment,
    Commitment,
    CostShare,
    DecisionLine,
    FundingLine,
    Proposal,
    Review,
    ReviewStep,
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
        said = (change.audit.from_state, change.audit.to_state, change.audit.seq)
        if said != (change.from_status, change.to_status, change.seq):
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


@invariant("I3")
def status_is_derived() -> Iterator[Violation]:
    rows = Proposal.objects.filter(status__in=Proposal.DERIVED).prefetch_related(
        "tracks__step", "tracks__reviews"
    )
    for proposal in rows.iterator(chunk_size=500):
        wanted = tracks.derived_status(proposal.tracks.all())
        if proposal.status != wanted:
            yield Violation("I3", str(proposal), f"is {proposal.status}, its tracks make {wanted}")


@invariant("I4")
def heads_are_tails() -> Iterator[Violation]:
    rows = Proposal.objects.values_list("pk", "audit_seq", "audit_head").iterator()
    yield from heads_match("I4", ((SUBJECT, pk, seq, head) for pk, seq, head in rows))


@invariant("I5")
def one_decision_a_round() -> Iterator[Violation]:
    twice = (
        DecisionLine.objects.filter(is_effective=True)
        .values("track", "round")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    for row in twice:
        yield Violation("I5", f"track {row['track']} round {row['round']}", "decided twice")


@invariant("I5")
def duties_are_apart() -> Iterator[Violation]:
    """The person and body that decided, never the one that recorded."""
    spoken = Review.objects.exclude(verdict__in=["", *Review.VOID]).select_related(
        "track__proposal", "step"
    )
    for review in spoken.iterator():
        proposal = review.track.proposal
        persons = {review.decided_by_id, review.proposed_by_id} - {None}
        if persons & {proposal.submitted_by_id}:
            yield Violation("I5", str(proposal), "was reviewed by who submitted it")
        if review.organisation_id == proposal.implementing_unit_id:
            yield Violation("I5", str(proposal), "was reviewed by its own unit")
        if review.decided_by_id and review.decided_by_id == review.proposed_by_id:
            yield Violation("I5", str(proposal), "one person gave both signatures")
    approved = spoken.filter(step__kind=ReviewStep.Kind.APPROVE)
    for review in approved.prefetch_related("track__reviews__step"):
        for other in review.track.reviews.all():
            if other.step.kind != ReviewStep.Kind.APPRAISE or other.verdict in ("", *Review.VOID):
                continue
            same_person = review.decided_by_id and review.decided_by_id in {
                other.decided_by_id,
                other.proposed_by_id,
            }
            if same_person or other.organisation_id == review.organisation_id:
                yield Violation(
                    "I5", str(review.track.proposal), "was approved by who appraised it"
                )


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


@invariant("I9")
def stages_fall() -> Iterator[Violation]:
    """What is appraised or approved is never more than what was asked."""
    for model in (FundingLine, CostShare):
        name = model._meta.model_name
        for row in model.objects.filter(
            Q(appraised__gt=F("requested")) | Q(approved__gt=F("requested"))
        ):
            yield Violation("I9", f"{name} {row.pk}", "more given than asked")


@invariant("I12")
def shares_are_lines() -> Iterator[Violation]:
    """Σ cost shares = Σ funding lines per source at every stage, once submitted."""
    for stage in ("requested", "appraised", "approved"):
        lines = _sums(FundingLine.objects.values_list("proposal_id", "source_id"), stage)
        shares = _sums(CostShare.objects.values_list("item__proposal_id", "source_id"), stage)
        drafts = (
            set(Proposal.objects.filter(status__in=Proposal.EDITABLE).values_list("pk", flat=True))
            if stage == "requested"
            else set()
        )
        for key in sorted(lines.keys() | shares.keys()):
            if key[0] in drafts or lines.get(key, 0) == shares.get(key, 0):
                continue
            yield Violation(
                "I12",
                f"proposal {key[0]} source {key[1]}",
                f"{stage}: lines {lines.get(key, 0)}, shares {shares.get(key, 0)}",
            )


def _sums(rows: object, stage: str) -> dict[tuple[int, int], int]:
    return {
        (proposal, source): total or 0
        for proposal, source, total in rows.order_by().annotate(total=Sum(stage))
    }
