"""What tests look at, read fresh from the database; money in triệu đồng."""

from __future__ import annotations

from budgets.models import Cell
from khuyencong.core import audit
from projects.models import CostShare, FundingLine, Proposal, Track
from tests.make import TRIEU


def status(proposal: Proposal) -> str:
    return Proposal.objects.values_list("status", flat=True).get(pk=proposal.pk)


def track(proposal: Proposal, source: str) -> Track:
    """The latest attempt of a source."""
    return (
        Track.objects.select_related("step")
        .filter(proposal=proposal, source__code=source)
        .latest("attempt")
    )


def tracks(proposal: Proposal) -> dict[str, str]:
    return {code: track(proposal, code).status for code in sources(proposal)}


def sources(proposal: Proposal) -> list[str]:
    rows = Track.objects.filter(proposal=proposal).order_by("source__position")
    return list(dict.fromkeys(rows.values_list("source__code", flat=True)))


def line(proposal: Proposal, source: str, year: int = 2026) -> FundingLine:
    return FundingLine.objects.get(proposal=proposal, source__code=source, year=year)


def stages(proposal: Proposal, source: str, year: int = 2026) -> tuple[int | None, ...]:
    """(requested, appraised, approved) of a funding line."""
    row = line(proposal, source, year)
    return tuple(
        None if amount is None else amount // TRIEU
        for amount in (row.requested, row.appraised, row.approved)
    )


def shares(proposal: Proposal, source: str, stage: str) -> list[int | None]:
    """The đồng of each cost line at a stage."""
    rows = CostShare.objects.filter(item__proposal=proposal, source__code=source)
    return list(rows.order_by("item__position").values_list(stage, flat=True))


def cell(proposal: Proposal, source: str, year: int = 2026) -> tuple[int, int, int]:
    """(allotted, committed, disbursed) of a cell of the proposal's programme."""
    row = Cell.objects.get(programme=proposal.programme, source__code=source, year=year)
    return row.allotted // TRIEU, row.committed // TRIEU, row.disbursed // TRIEU


def sentences(proposal: Proposal) -> list[str]:
    return [audit.sentence(entry) for entry in audit.trail(proposal)]
