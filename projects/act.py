"""One act on a proposal while it runs: who, on what, with which paper, and what came of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from budgets.ledger import Posting
from khuyencong.core import audit, clock
from khuyencong.core.models import LegalDocument, Organisation, User
from khuyencong.core.papers import Paper
from projects.models import Proposal, Review, StatusChange, Track

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

    @property
    def effective_on(self) -> datetime.date:
        """Dates belong to documents: the paper's date where there is one, else today."""
        if self.document and self.document.issued_on:
            return self.document.issued_on
        return clock.today()

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
        subject.save(update_fields=["status"])
        changes = dict(self.changes)
        if track:
            changes |= {"source": track.source.code, "source_name": track.source.name}
        if derived:
            changes["derived"] = True
        name = "track" if track else "proposal"
        entry = audit.record(
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
        StatusChange.objects.create(
            proposal=self.proposal,
            track=track,
            seq=entry.seq,
            verb=self.verb,
            from_status=before,
            to_status=target,
            audit=entry,
            changed_at=entry.recorded_at,
        )

    def note(self, **changes: Any) -> None:
        """An audit row for an act that changes no status."""
        audit.record(
            f"projects.proposal.{self.verb}",
            self.proposal,
            by=self.by,
            reason=self.reason,
            document=self.document,
            changes=self.changes | changes,
            effective_on=self.effective_on,
        )
