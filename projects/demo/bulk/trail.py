"""The trail of a synthetic dossier: the same rows, hashes and links that the verbs would leave."""

from __future__ import annotations

import datetime
from typing import Any

from khuyencong.core import audit
from khuyencong.core.models import AuditEntry, LegalDocument, Organisation, User
from projects.models import Proposal, StatusChange, Track

SUBJECT = audit.subject_type(Proposal)


class Trail:
    """Collects the rows of one dossier; ``moment`` moves on with each act."""

    def __init__(self, proposal: Proposal, moment: datetime.datetime) -> None:
        self.proposal, self.moment = proposal, moment
        self.entries: list[AuditEntry] = []
        self.changes: list[tuple[AuditEntry, StatusChange]] = []

    def act(
        self,
        action: str,
        by: User,
        *,
        organisation: Organisation | None = None,
        after: datetime.timedelta = datetime.timedelta(),
        **said: Any,
    ) -> AuditEntry:
        """One row that changes no status."""
        self.moment += after
        organisation = organisation or by.organisation
        last = self.entries[-1] if self.entries else None
        document: LegalDocument | None = said.get("document")
        entry = AuditEntry(
            subject_type=SUBJECT,
            subject_id=self.proposal.pk,
            seq=len(self.entries) + 1,
            prev_hash=last.hash if last else "",
            action=action,
            actor=by,
            actor_name=by.full_name,
            organisation=organisation,
            organisation_name=organisation.name,
            from_state=said.get("from_state", ""),
            to_state=said.get("to_state", ""),
            reason=said.get("reason", ""),
            document=document,
            document_text=str(document) if document else "",
            changes=said.get("changes", {}),
            effective_on=document.issued_on if document else self.moment.date(),
            recorded_at=self.moment,
        )
        entry.hash = audit.digest(entry)
        self.entries.append(entry)
        return entry

    def move(
        self,
        verb: str,
        by: User,
        before: str,
        target: str,
        *,
        track: Track | None = None,
        **said: Any,
    ) -> None:
        """One row of a transition, and its record."""
        noun = "track" if track else "proposal"
        entry = self.act(f"projects.{noun}.{verb}", by, from_state=before, to_state=target, **said)
        change = StatusChange(
            proposal=self.proposal,
            track=track,
            seq=entry.seq,
            verb=verb,
            from_status=before,
            to_status=target,
            changed_at=entry.recorded_at,
        )
        self.changes.append((entry, change))
