"""The written reasons of the fictional dossiers, for whatever is out of the ordinary in them."""

from __future__ import annotations

from khuyencong.core import clock
from khuyencong.core.models import User
from projects import checks, justifications, loading
from projects.demo import files
from projects.justifications import Written
from projects.models import Justification, Proposal

# What may only turn out at a later act: by then other dossiers may have taken the money.
FORESEEN = frozenset({"room"})


def write(proposal: Proposal, *, by: User) -> None:
    """A reason for each warning of a dossier that has its money, as its unit would write them."""
    texts = files.read("reasons")
    whole = loading.with_parts(Proposal.objects.all()).get(pk=proposal.pk)
    outcome = checks.run(checks.Case.of(whole), clock.today())
    found = [row for row in outcome.checks if row.level == "warning" or row.code in FORESEEN]
    first = Justification.objects.count() + 1
    answers = [
        Written(
            row.code,
            row.subject,
            texts["reasons"][row.code],
            texts["number"].format(n=number),
            clock.today(),
        )
        for number, row in enumerate(found, start=first)
    ]
    justifications.save(whole, answers, by=by)
