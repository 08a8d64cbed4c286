"""A proposal in each status, brought there by the verbs themselves."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from projects import drafts
from projects.firing import fire
from projects.models import Proposal
from tests import make
from tests.acts import SIGNS
from tests.make import TRIEU

Status = Proposal.Status


def in_review(place: SimpleNamespace) -> Proposal:
    proposal = fire(make.submitted(place), "pass", by=place.people.sct)
    return fire(proposal, "conclude", by=place.people.sct_head)


def returned(place: SimpleNamespace) -> Proposal:
    return fire(make.submitted(place), "return", by=place.people.sct, reason="Thiếu báo giá")


def approved(place: SimpleNamespace) -> Proposal:
    make.allot(place, "provincial", 2026, 500)
    return make.approved(place)


def partly_approved(place: SimpleNamespace) -> Proposal:
    """The province said yes to 200, the ministry no to 100."""
    make.allot(place, "provincial", 2026, 500)
    proposal = make.ready_to_approve(place, {"provincial": 200, "national": 100})
    proposal = fire(proposal, "approve", by=place.people.ubnd, paper=make.paper())
    return fire(
        proposal, "refuse", by=place.people.bct, reason="Hết vốn", paper=make.paper("QĐ-BCT")
    )


def refused(place: SimpleNamespace) -> Proposal:
    return fire(in_review(place), "refuse", by=place.people.stc, reason="Sai đối tượng")


def withdrawn(place: SimpleNamespace) -> Proposal:
    return fire(make.submitted(place), "withdraw", by=place.people.canbo, reason="Đổi kế hoạch")


def executed(place: SimpleNamespace, *verbs: str) -> Proposal:
    """Approved, and then as far as these verbs bring it."""
    proposal = approved(place)
    for verb in verbs:
        by = place.people.canbo if verb == "start" else place.people.ketoan
        paper = make.paper(SIGNS[verb]) if verb in SIGNS else None
        proposal = fire(proposal, verb, by=by, paper=paper)
    return proposal


def suspended(place: SimpleNamespace) -> Proposal:
    proposal = executed(place, "sign", "start")
    return fire(proposal, "suspend", by=place.people.sct_head, reason="Lũ quét")


def stopped(place: SimpleNamespace) -> Proposal:
    return fire(
        executed(place, "sign"),
        "stop",
        by=place.people.sct_head,
        reason="Cơ sở giải thể",
        paper=make.paper("QĐ-SCT"),
    )


def two_years(place: SimpleNamespace) -> Proposal:
    """Asks 200 in 2026 and 200 in 2027, and waits for the committee."""
    people = place.people
    proposal = make.draft(place, {"provincial": 400})
    drafts.save(
        proposal,
        drafts.Draft(
            funding={
                ("provincial", 2026): 200 * TRIEU,
                ("provincial", 2027): 200 * TRIEU,
                ("counterpart", 2026): 400 * TRIEU,
            }
        ),
        by=people.canbo,
        expected_version=proposal.version,
    )
    fire(proposal, "submit", by=people.canbo)
    fire(proposal, "pass", by=people.sct)
    fire(proposal, "conclude", by=people.sct_head)
    return fire(proposal, "pass", by=people.stc)


def group(place: SimpleNamespace) -> Proposal:
    """A group proposal for two sites, approved with 400 and money in its cell, nobody named."""
    make.allot(place, "provincial", 2026, 1000)
    proposal = make.draft(place, {"provincial": 400}, kind="group")
    drafts.save(
        proposal,
        drafts.Draft(activities=[(place.activity, 2)], beneficiaries=[]),
        by=place.people.canbo,
        expected_version=proposal.version,
    )
    people = place.people
    fire(proposal, "submit", by=people.canbo)
    fire(proposal, "pass", by=people.sct)
    fire(proposal, "conclude", by=people.sct_head)
    fire(proposal, "pass", by=people.stc)
    return fire(proposal, "approve", by=people.ubnd, paper=make.paper())


def site(place: SimpleNamespace, trieu: int = 150, **fields: Any) -> dict[str, Any]:
    """A row of a list of sites: an establishment of its own, on the ground of the place."""
    return {
        "enterprise": make.enterprise(place).pk,
        "place": place.commune.pk,
        "support": trieu * TRIEU,
        "counterpart": trieu * TRIEU,
        **fields,
    }


def listed(place: SimpleNamespace, *rows: dict[str, Any], **data: Any) -> Proposal:
    """The group proposal with a list of one site, or of these rows, that waits for its answer."""
    given = {"sites": list(rows or [site(place)]), **data}
    return fire(
        group(place), "list_sites", by=place.people.canbo, paper=make.paper("TTKC"), data=given
    )


SCENES: dict[str, Callable[[SimpleNamespace], Proposal]] = {
    Status.DRAFT: make.draft,
    Status.SUBMITTED: make.submitted,
    Status.IN_REVIEW: in_review,
    Status.RETURNED: returned,
    Status.APPROVED: approved,
    Status.PARTLY_APPROVED: partly_approved,
    Status.REFUSED: refused,
    Status.WITHDRAWN: withdrawn,
    Status.CONTRACTED: lambda place: executed(place, "sign"),
    Status.IN_PROGRESS: lambda place: executed(place, "sign", "start"),
    Status.ACCEPTED: lambda place: executed(place, "sign", "start", "accept"),
    Status.LIQUIDATED: lambda place: executed(place, "sign", "start", "accept", "liquidate"),
    Status.SETTLED: lambda place: executed(place, "sign", "start", "accept", "liquidate", "settle"),
    Status.SUSPENDED: suspended,
    Status.STOPPED: stopped,
}
