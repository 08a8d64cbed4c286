"""What people do, in one call: ask for money, approve, record a paper, pay."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from khuyencong.core import invariants
from khuyencong.core.models import User
from khuyencong.core.papers import Paper
from projects import drafts
from projects.drafts import CostRow, Draft
from projects.firing import fire
from projects.models import Proposal
from tests import look, make
from tests.make import TRIEU

SIGNS = {
    "sign": "HĐ-SCT",
    "accept": "BB-SCT",
    "liquidate": "BB-TL",
    "settle": "BC-QT",
    "disburse": "UNC",
}


def ask(proposal: Proposal, by: User, money: dict[str, int], year: int = 2026) -> Proposal:
    """Save the dossier's money anew: these triệu đồng by source, as much again by the firm."""
    rows = [
        CostRow(
            name=f"Thiết bị {code}",
            unit="bộ",
            unit_price=2 * amount * TRIEU,
            quantity=Decimal(1),
            shares={code: amount * TRIEU, "counterpart": amount * TRIEU},
        )
        for code, amount in money.items()
    ]
    funding = {(code, year): amount * TRIEU for code, amount in money.items()}
    funding["counterpart", year] = sum(money.values()) * TRIEU
    fresh = Proposal.objects.get(pk=proposal.pk)
    saved = drafts.save(
        fresh, Draft(cost_rows=rows, funding=funding), by=by, expected_version=fresh.version
    )
    assert not list(invariants.violations())
    return saved


def approve(
    place: SimpleNamespace, proposal: Proposal, amounts: dict[int, int] | None = None, **data: Any
) -> Proposal:
    """The committee approves, these đồng by year or what was appraised.

    What is no amount at all is passed on, for tests of that.
    """
    if amounts is not None:
        data["amounts"] = {
            look.line(proposal, "provincial", year).pk: amount for year, amount in amounts.items()
        }
    return fire(proposal, "approve", by=place.people.ubnd, paper=make.paper(), data=data)


def silence(user: User) -> None:
    """The account is closed: a body without one has its papers recorded."""
    user.is_active = False
    user.save()


def record(
    place: SimpleNamespace,
    proposal: Proposal,
    verdict: str | None,
    *,
    by: User | None = None,
    file: bool = True,
    number: str | None = None,
    reason: str = "",
    **data: Any,
) -> Proposal:
    """The department enters the paper of an outside body."""
    paper = make.paper("QĐ-UBND", file=make.scan(place.people.sct) if file else None)
    if number is not None:
        paper = Paper(number, paper.issued_on, file=paper.file)
    return fire(
        proposal,
        "record_decision",
        by=by or place.people.sct,
        paper=paper,
        reason=reason,
        data={"verdict": verdict, **data},
    )


def act(
    place: SimpleNamespace,
    proposal: Proposal,
    verb: str,
    *,
    by: User | None = None,
    paper: Paper | None = None,
    **data: Any,
) -> Proposal:
    """A verb after approval, by the accountant, with a paper where one is wanted."""
    return fire(
        proposal,
        verb,
        by=by or place.people.ketoan,
        paper=paper or (make.paper(SIGNS[verb]) if verb in SIGNS else None),
        data=data,
    )


def pay(
    place: SimpleNamespace,
    proposal: Proposal,
    trieu: int,
    kind: str = "advance",
    source: str = "provincial",
) -> Proposal:
    line = look.line(proposal, source)
    return act(place, proposal, "disburse", line_id=line.pk, amount=trieu * TRIEU, kind=kind)
