"""Papers of the fictional dossiers: what must be there at the submission, and some more."""

from __future__ import annotations

from typing import Any

from khuyencong.core import clock
from khuyencong.core.models import StoredFile, User
from projects import loading, papers_of_dossier
from projects.demo.papers import Papers
from projects.models import Attachment, Proposal


def add(proposal: Proposal, spec: dict[str, Any], *, by: User, papers: Papers) -> None:
    """Each demanded paper of a dossier that has its money, and those its description names."""
    if "money" not in spec:
        return  # a draft just begun: its checklist shows what is missing
    named = set(spec.get("attachments", ()))
    whole = loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)
    for row in papers_of_dossier.needed(whole):
        if row.is_required or row.code in named:
            stored = papers.attachment(f"{row.code}.pdf")
            sent = {"uploaded_by": by, "uploaded_at": clock.now()}
            StoredFile.objects.filter(pk=stored.pk).update(**sent)
            Attachment.objects.create(
                proposal=proposal, file=stored, title=f"{row.name} {papers.mark}", requirement=row
            )
