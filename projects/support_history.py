"""What the state gave an establishment, or was asked to: its dossiers, as far as a reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch, Q

from khuyencong.core.models import User
from projects import amounts
from projects.models import Beneficiary, Enterprise, FundingLine, Proposal, ProposalActivity

SHOWN: Final = 100


@dataclass(frozen=True)
class Support:
    """One dossier for an establishment, in đồng: of the whole dossier, but for its ``part``."""

    proposal: Proposal
    part: int | None
    latest: int
    promise: amounts.Promise
    standing: str

    @property
    def activities(self) -> list[str]:
        return [row.activity.code for row in self.proposal.activities.all()]

    @property
    def sources(self) -> list[object]:
        """The state's sources that pay for it, each once."""
        lines = self.proposal.funding_lines.all()
        return list({line.source_id: line.source for line in lines}.values())


@dataclass(frozen=True)
class History:
    """The dossiers a reader may see, newest first, and how many there are beside them."""

    rows: list[Support]
    hidden: int
    is_cut: bool


def of(enterprise: Enterprise, user: User) -> History:
    """In a fixed number of queries; of what the reader may not see only the count is told."""
    parts = Beneficiary.objects.filter(
        Q(enterprise=enterprise) | Q(enterprise__merged_into=enterprise)
    )
    every = parts.values("proposal").distinct().count()
    visible = Proposal.objects.visible_to(user)
    lines = FundingLine.objects.filter(source__is_state=True).select_related("source")
    seen = (
        parts.filter(proposal__in=visible.values("pk"))
        .select_related("proposal")
        .prefetch_related(
            Prefetch(
                "proposal__activities",
                ProposalActivity.objects.select_related("activity").order_by("pk"),
            ),
            Prefetch("proposal__funding_lines", lines),
        )
        .order_by("-proposal__plan_year", "-proposal")
    )
    found = list(seen[: SHOWN + 1])
    shown = found[:SHOWN]
    ids = [row.proposal_id for row in shown]
    money, promises = amounts.totals_of(ids), amounts.promised_to(ids)
    rows = [
        Support(
            proposal=row.proposal,
            part=row.support,
            latest=money.get(row.proposal_id, (0, 0))[0],
            promise=promises[row.proposal_id],
            standing=row.get_standing_display() if row.standing in GONE else "",
        )
        for row in shown
    ]
    is_cut = len(found) > SHOWN
    hidden = 0 if is_cut else every - len(rows)
    return History(rows, hidden, is_cut)


GONE: Final = (Beneficiary.Status.WITHDRAWN, Beneficiary.Status.REPLACED)
