"""The folded words by which a proposal is found, stored on its row (performance.md: the same SQL

and the same rows on both databases).
"""

from __future__ import annotations

from khuyencong.core import text
from projects.models import Proposal


def words_of(proposal: Proposal) -> list[str]:
    """Codes, names of people's firms, and places by their old and new names."""
    names = [proposal.code, proposal.title, proposal.implementing_unit.name]
    names += proposal.beneficiaries.values_list("enterprise__name", flat=True)
    for row in proposal.places.select_related("place__parent"):
        names.append(row.place.name)
        names += [change.new.name for change in row.place.changes_to.select_related("new")]
    return names


def refresh(proposal: Proposal) -> None:
    """Write what the proposal is found by; whoever changes one of the words calls this."""
    proposal.search_text = text.fold(" ".join(words_of(proposal)))
    Proposal.objects.filter(pk=proposal.pk).update(search_text=proposal.search_text)
