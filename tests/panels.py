"""A panel to work with: sct_head in the chair, sct the secretary, one member without account."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from khuyencong.core import clock
from khuyencong.core.models import User
from khuyencong.core.papers import Paper
from projects.models import Panel, PanelItem, PanelMember, Proposal
from projects.panels import closing, convening, voting
from projects.panels.closing import Conclusion
from projects.panels.convening import Seat
from projects.panels.voting import Vote
from tests import make

AGREE, SUPPLEMENT, DISAGREE = (verdict.value for verdict in PanelItem.Verdict)


def seats(place: SimpleNamespace, *more: Seat) -> list[Seat]:
    """Chair and secretary of the department, one of the finance office, one by name alone."""
    people = place.people
    return [
        Seat(people.sct_head.full_name, "chair", user=people.sct_head),
        Seat(people.sct.full_name, "secretary", user=people.sct),
        Seat(people.stc.full_name, user=people.stc, organisation=people.stc.organisation),
        Seat("Nguyễn Thị Ngoài", title="Hội Nông dân"),
        *more,
    ]


def convene(place: SimpleNamespace, *proposals: Proposal, **kw: Any) -> Panel:
    kw.setdefault("seats", seats(place))
    kw.setdefault("by", place.people.sct)
    kw.setdefault("paper", make.paper("QĐ-SCT"))
    kw.setdefault("meets_on", clock.today())
    return convening.convene(
        name="Hội đồng thẩm định thử",
        venue="Phòng họp 1",
        proposals=[row.pk for row in proposals or (make.submitted(place),)],
        **kw,
    )


def member(panel: Panel, who: User | str) -> PanelMember:
    if isinstance(who, str):
        return panel.members.get(full_name=who)
    return panel.members.get(user=who)


def vote(panel: Panel, who: User | str, verdict: str, *, by: User | None = None, **kw: Any) -> None:
    """On every dossier of the panel; for who has no account the secretary enters it."""
    ballot = {item.pk: Vote(verdict, **kw) for item in panel.items.all()}
    seat = member(panel, who)
    if seat.user is None:
        secretary = panel.members.get(seat="secretary").user
        voting.cast(panel, ballot, by=by or secretary, member_id=seat.pk)
    else:
        voting.cast(panel, ballot, by=by or seat.user)


def all_vote(panel: Panel, *verdicts: str) -> None:
    """Members in their order, each by the next verdict."""
    for seat, verdict in zip(panel.members.all(), verdicts, strict=False):
        if verdict:
            vote(panel, seat.user or seat.full_name, verdict)


def close(
    panel: Panel,
    *,
    by: User | None = None,
    paper: Paper | None = None,
    verdict: str = "",
    note: str = "",
) -> Panel:
    said = {item.pk: Conclusion(verdict, note) for item in panel.items.all()}
    by = by or panel.members.get(seat="chair").user
    return closing.close(
        panel, paper=make.paper("BB-SCT") if paper is None else paper, conclusions=said, by=by
    )


def addresses(place: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """The arguments of each route of the panels, for the permission table."""
    panel = convene(place)
    code = {"code": panel.code}
    outsider = code | {"pk": member(panel, "Nguyễn Thị Ngoài").pk}
    own = ("panel_detail", "panel_ballot", "panel_conflict", "panel_close")
    others = ("panel_ballot_for", "panel_conflict_for", "panel_member")
    return dict.fromkeys(own, code) | dict.fromkeys(others, outsider)
