"""One act on a proposal while it runs: who, on what, with which paper, and what came of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from budgets.ledger import Posting
from khuyencong.core import clock
from khuyencong.core.models import LegalDocument, Organisation, RoleGrant, User
from khuyencong.core.papers import Paper
from projects.models import Decision, Proposal, Review, ReviewStep, StatusChange, Track
from projects.writes import Writes

if TYPE_CHECKING:
    from projects.checks import Outcome


@dataclass
class Act:
    """``proposal`` is locked. A track verb also has the track and the open review it answers."""

    verb: str
    by: User
    proposal: Proposal
    reason: str = ""
    paper: Paper = field(default_factory=Paper)
    data: dict[str, Any] = field(default_factory=dict)
    track: Track | None = None
    review: Review | None = None
    recorded: bool = False  # an outside body's paper, entered by the department
    document: LegalDocument | None = None
    postings: list[Posting] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    checked: Outcome | None = None  # what its guards found by the law of its day
    beside: frozenset[int] = frozenset()  # tracks on which the same verb is done at once
    delegation: RoleGrant | None = None  # the grant by which the actor stands in for somebody
    is_remarked: bool = True  # False: known to have no open remark of the body that acts
    decision: Decision | None = None  # where it is one of many under one paper
    writes: Writes = field(default_factory=Writes)

    @property
    def effective_on(self) -> datetime.date:
        """Dates belong to documents: the paper's date where there is one, else today."""
        if self.document and self.document.issued_on:
            return self.document.issued_on
        return clock.today()

    @property
    def agrees(self) -> bool:
        """Whether the act says yes to the dossier at a step before its approval or at it."""
        if self.after_approval:
            return False
        if self.verb == "record_decision":
            return self.data.get("verdict") in {Review.Verdict.PASS, Review.Verdict.APPROVE}
        if self.verb == "conclude":
            return bool(self.review) and self.review.proposed != Review.Verdict.REFUSE
        return self.verb in {"pass", "approve"}

    @property
    def after_approval(self) -> bool:
        """Whether it answers a step that comes after the approving one."""
        return self.track is not None and self.track.status == Track.Status.APPROVED

    @property
    def gives_amounts(self) -> bool:
        """Whether the office says how much: a step that only records a paper does not."""
        return self.agrees and self.review.step.kind != ReviewStep.Kind.RECORD

    @property
    def body(self) -> Organisation:
        """The body that decides: the review's office, or the actor's own."""
        return self.review.organisation if self.review else self.by.organisation

    def move(self, target: str, *, track: Track | None = None, derived: bool = False) -> None:
        """Change a status: the one place that writes it, with its audit row and its record."""
        subject = track or self.proposal
        before = subject.status
        if before == target:
            return
        subject.status = target
        self.writes.change(subject, "status")
        changes = dict(self.changes)
        if track:
            changes |= {"source": track.source.code, "source_name": track.source.name}
        if derived:
            changes["derived"] = True
        name = "track" if track else "proposal"
        entry = self.writes.record(
            f"projects.{name}.{self.verb}",
            self.proposal,
            by=self.by,
            from_state=before,
            to_state=target,
            reason=self.reason,
            document=self.document,
            changes=changes,
            effective_on=self.effective_on,
        )
        self.writes.add(
            StatusChange(
                proposal=self.proposal,
                track=track,
                seq=entry.seq,
                verb=self.verb,
                from_status=before,
                to_status=target,
                audit=entry,
                changed_at=entry.recorded_at,
            )
        )

    def note(self, **changes: Any) -> None:
        """An audit row for an act that changes no status."""
        self.writes.record(
            f"projects.proposal.{self.verb}",
            self.proposal,
            by=self.by,
            reason=self.reason,
            document=self.document,
            changes=self.changes | changes,
            effective_on=self.effective_on,
        )
