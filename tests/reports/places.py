"""A province with money, proposals in several states, and figures that are no round numbers."""

from __future__ import annotations

from types import SimpleNamespace

from budgets import actions
from budgets.models import Cell
from projects.firing import fire
from tests import make

ODD = 1_234_567_891  # đồng: any rounding on the way to a page or a paper shows


def allot(place: SimpleNamespace, source: str, year: int, amount: int) -> None:
    cell = Cell.objects.get(programme=place.programme, source__code=source, year=year)
    actions.allocate(
        place.programme,
        {cell: amount},
        paper=make.paper("QĐ-UBND"),
        issuer=place.orgs.committee,
        by=place.people.sct,
    )


def fill(place: SimpleNamespace) -> None:
    """Money allotted, committed, paid, asked for and pledged."""
    allot(place, "provincial", 2026, ODD)
    allot(place, "national", 2026, ODD + 1)
    allot(place, "provincial", 2027, ODD + 2)
    paid = make.approved(place, {"provincial": 200, "national": 300})
    paid = fire(paid, "sign", by=place.people.ketoan, paper=make.paper("HĐ"))
    line = paid.funding_lines.get(source__code="provincial")
    fire(
        paid,
        "disburse",
        by=place.people.ketoan,
        paper=make.paper("UNC"),
        data={"line_id": line.pk, "amount": 123_456_789},
    )
    make.submitted(place, {"provincial": 400}, by=place.people.canbo2)
    make.draft(place, {"provincial": 700})
