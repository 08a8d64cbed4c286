"""What lies on the desk of the illustration: a dossier in hand, a panel that met, a draft list."""

from __future__ import annotations

from typing import Any

from khuyencong.core import clock
from programmes.models import FundingSource, Programme
from projects import findings, remarks, tracks
from projects.annual import candidates, plans, priority
from projects.demo import files
from projects.demo.papers import Papers
from projects.demo.people import Cast
from projects.findings import Answer
from projects.firing import fire
from projects.models import Criterion, Finding, PanelItem, Proposal
from projects.panels import closing, convening, voting
from projects.panels.closing import Conclusion
from projects.panels.convening import Seat
from projects.panels.voting import Vote


def add(programme: Programme, cast: Cast, papers: Papers) -> None:
    """On top of the told stories; a dossier that has moved on by then is left alone."""
    told = files.read("desk")
    proposal = (
        Proposal.objects.filter(programme=programme, title__startswith=told["dossier"])
        .exclude(submitted_at=None)
        .first()
    )
    if proposal is not None:
        _in_hand(proposal, told, cast)
        _panel(proposal, told, cast, papers)
    _plan(programme, told, cast)


def _in_hand(proposal: Proposal, told: dict[str, Any], cast: Cast) -> None:
    by = cast.named(told["by"])
    fire(proposal, "assign", by=cast.named(told["head"]), data={"assignee": by.pk})
    review = tracks.open_review(tracks.of(proposal)[0])
    asked = Criterion.objects.valid_on(clock.today())[: told["met"]]
    met = Finding.Verdict.MET
    findings.save(review, {row.pk: Answer(met) for row in asked}, by)
    remarks.write(proposal, by=by, text=told["note"], is_internal=True)


def _panel(proposal: Proposal, told: dict[str, Any], cast: Cast, papers: Papers) -> None:
    by, head, spec = cast.named(told["by"]), cast.named(told["head"]), told["panel"]
    finance = cast.named(spec["finance"])
    outside = spec["outside"]
    panel = convening.convene(
        name=spec["name"],
        venue=spec["venue"],
        meets_on=clock.today(),
        seats=[
            Seat(head.full_name, "chair", user=head),
            Seat(by.full_name, "secretary", user=by),
            Seat(finance.full_name, user=finance, organisation=finance.organisation),
            Seat(outside["full_name"], title=outside["title"]),
        ],
        proposals=[proposal.pk],
        paper=papers.paper("panel", by.organisation, clock.today(), code=proposal.code),
        by=by,
    )
    agree = PanelItem.Verdict.AGREE
    ballot = {item.pk: Vote(agree) for item in panel.items.all()}
    for seat in panel.members.select_related("user"):
        if seat.user:
            voting.cast(panel, ballot, by=seat.user)
        else:
            voting.cast(panel, ballot, by=by, member_id=seat.pk)
    closing.close(
        panel,
        paper=papers.paper("minutes", by.organisation, clock.today(), code=proposal.code),
        conclusions={item.pk: Conclusion("", spec["note"]) for item in panel.items.all()},
        by=head,
    )


def _plan(programme: Programme, told: dict[str, Any], cast: Cast) -> None:
    by, spec = cast.named(told["by"]), told["plan"]
    source = FundingSource.objects.get(code=spec["source"])
    plan = plans.create(programme, spec["year"], source, by=by)
    found = {row.proposal_id: row for row in candidates.free(plan).select_related("proposal")}
    suggested = priority.suggest([row.proposal for row in found.values()], clock.today())
    entries = [plans.Entry(found[pk].pk) for pk in priority.in_order(sorted(found), suggested)]
    if entries:
        plans.write(plan, entries, by=by)
