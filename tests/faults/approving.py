"""What the members of a racing team do: make dossiers that wait for approval, and approve them."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from django.db.models import Count

from budgets import ledger
from budgets.models import Cell
from khuyencong.core import clock, invariants
from khuyencong.core.models import User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Refused
from projects.firing import fire
from projects.models import (
    CostItem,
    CostShare,
    DecisionLine,
    FundingLine,
    Proposal,
    Review,
    ReviewChain,
    Track,
)
from tests import make


def prepare(rounds: int, size: int, seed: int) -> list[list[dict[str, Any]]]:
    """For each round a fresh cell, given money for only some of its ``size`` dossiers.

    The dossiers stand at their last step with no more rows than the verb looks at.
    """
    place = make.world()
    place.programme.end_year = place.programme.start_year + rounds - 1
    place.programme.save()
    source = place.sources["provincial"]
    chance = random.Random(seed)
    years = [*place.programme.years]
    Cell.objects.bulk_create(
        (Cell(programme=place.programme, year=year, source=source) for year in years),
        ignore_conflicts=True,
    )
    cells = list(Cell.objects.filter(programme=place.programme, source=source).order_by("year"))
    wanted = [[chance.randint(50, 250) * make.TRIEU for _ in range(size)] for _ in cells]
    ledger.post(
        ledger.Posting(cell, "allot", _enough_for_some(amounts, chance), "QĐ 1")
        for cell, amounts in zip(cells, wanted, strict=True)
    )
    flat = [(cell, amount) for cell, row in zip(cells, wanted, strict=True) for amount in row]
    made = iter(_dossiers(place, flat))
    return [
        [
            {"pk": next(made), "cell": cell.pk, "amount": amount, "number": number}
            for number, amount in enumerate(row, start=1 + index * size)
        ]
        for index, (cell, row) in enumerate(zip(cells, wanted, strict=True))
    ]


def _enough_for_some(amounts: list[int], chance: random.Random) -> int:
    """At least for the dearest, never for all."""
    return chance.randint(max(amounts), sum(amounts) - 1)


def _dossiers(place: Any, wanted: list[tuple[Cell, int]]) -> list[int]:
    source = place.sources["provincial"]
    chain = ReviewChain.objects.get(source=source)
    last = chain.steps.get(kind="approve")
    proposals = Proposal.objects.bulk_create(
        Proposal(
            code=f"TT-{cell.year}-{number:05d}",
            programme=place.programme,
            province=place.home,
            plan_year=cell.year,
            implementing_unit=place.orgs.centre,
            title="Máy sao chè",
            status=Proposal.Status.IN_REVIEW,
            round=1,
            submitted_by=place.people.canbo,
            submitted_at=clock.now(),
            created_by=place.people.canbo,
        )
        for number, (cell, _amount) in enumerate(wanted)
    )
    pairs = [(row, *rest) for row, rest in zip(proposals, wanted, strict=True)]
    FundingLine.objects.bulk_create(
        FundingLine(
            proposal=row,
            source=source,
            year=cell.year,
            cell=cell,
            requested=amount,
            appraised=amount,
        )
        for row, cell, amount in pairs
    )
    items = CostItem.objects.bulk_create(
        CostItem(proposal=row, position=0, name="Thiết bị", unit_price=amount, amount=amount)
        for row, _cell, amount in pairs
    )
    CostShare.objects.bulk_create(
        CostShare(item=item, source=source, requested=item.amount, appraised=item.amount)
        for item in items
    )
    tracks = Track.objects.bulk_create(
        Track(proposal=row, source=source, chain=chain, step=last, status="in_step", round=1)
        for row in proposals
    )
    Review.objects.bulk_create(
        Review(
            track=track,
            step=last,
            round=1,
            organisation=place.orgs.committee,
            received_at=clock.now(),
        )
        for track in tracks
    )
    return [row.pk for row in proposals]


@cache
def approver() -> User:
    """Each member's own, as a session holds it."""
    return User.objects.select_related("organisation").get(username="ubnd")


def approve(pk: int, number: int, **_rest: Any) -> dict[str, str]:
    """The whole verb, as the page fires it: it reads the dossier anew and needs but its key."""
    proposal = Proposal(pk=pk)
    paper = Paper(number=f"{number}/QĐ-UBND", issued_on=clock.today())
    try:
        done = fire(proposal, "approve", by=approver(), paper=paper)
    except Refused as refused:
        return {"did": type(refused).__name__, "said": str(refused)}
    except Exception as error:
        return {"did": type(error).__name__, "said": str(error)}
    return {"did": done.status, "said": ""}


def violations(codes: list[str]) -> list[str]:
    return [str(row) for row in invariants.violations() if row.invariant in codes]


def cells() -> list[dict[str, int]]:
    """Each cell's stored sums beside what its ledger rows commit."""
    sums = ledger.recomputed()
    return [
        {
            "cell": cell.pk,
            "year": cell.year,
            "allotted": cell.allotted,
            "committed": cell.committed,
            "ledger": sums.get(cell.pk, (0, 0, 0))[1],
        }
        for cell in Cell.objects.all()
    ]


def ledger_file() -> str:
    return ledger.__file__


def decisions() -> dict[str, int]:
    """Each decision's number and how many dossiers it decides."""
    rows = DecisionLine.objects.values_list("decision__document__number")
    return dict(rows.annotate(times=Count("pk")).order_by())
