"""The proposal's page: one page of truth, and the next step by role."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from khuyencong.core import clock, money, permissions, places, roles
from khuyencong.core.models import User
from projects import (
    holding,
    papers_of_dossier,
    remarks,
    returns,
    sites,
    timeline,
    tracks,
    versions,
)
from projects.checks import kept
from projects.firing import Option, options
from projects.models import Proposal, ProposalPlace, Review, Track
from projects.views.lookup import proposal_or_404

KEPT_SHOWN = 5
DESK_VERBS = ("pass", "conclude", "approve", "return", "refuse", "clear", "record_decision")


def detail(request: HttpRequest, code: str) -> HttpResponse:
    proposal = proposal_or_404(request, code, seated=True)
    all_tracks = tracks.for_page(proposal)
    live = tracks.current(all_tracks)
    tracks.mark_opened(live, request.user)
    found = options(proposal, request.user, live)
    context = {
        "options": [row for row in found if row.is_open and row.verb not in DESK_VERBS],
        "closed": closed_but_mine(proposal, found, request.user),
        "desk_open": any(row.is_open for row in found if row.verb in DESK_VERBS),
        "may_register_again": permissions.refusal(
            request.user, "projects.proposal.register_again", proposal
        )
        is None,
        "may_edit": permissions.refusal(request.user, "projects.proposal.edit", proposal) is None,
        "remarks": remarks.shown(proposal, request.user),
        "timeline": timeline.page(proposal, request.user, request.GET.get("truoc", "")),
        "versions": versions.listed(proposal, versions.LAST_SHOWN + 1),
        **dossier_context(proposal, all_tracks, request.user),
    }
    return render(request, "projects/proposal_detail.html", context)


# What opens the door to a verb: closed verbs are shown, with the reason, to those who have it.
DOORS = {
    roles.PROPOSAL_SUBMIT: ("submit", "take_back", "withdraw", "replan", "start"),
    roles.EXECUTE: ("commit_year", "sign", "disburse", "accept", "liquidate", "settle"),
    roles.CONCLUDE: ("suspend", "resume", "stop"),
}


# The same for the sites of a group proposal; no other has any.
SITE_DOORS = {
    roles.PROPOSAL_SUBMIT: ("list_sites",),
    roles.REVIEW: ("confirm_sites", "return_sites"),
    roles.CONCLUDE: ("confirm_sites", "return_sites"),
}


def closed_but_mine(proposal: Proposal, found: list[Option], user: User) -> list[Option]:
    """Verbs of the person's role that are closed now: greyed, with the reason."""
    ours = {verb for right, verbs in DOORS.items() if user.may(right) for verb in verbs}
    if proposal.kind == Proposal.Kind.GROUP:
        ours |= {verb for right, verbs in SITE_DOORS.items() if user.may(right) for verb in verbs}
    return [row for row in found if not row.is_open and row.verb in ours]


def dossier_context(proposal: Proposal, all_tracks: list[Track], user: User) -> dict[str, Any]:
    """What both the proposal's page and the desk show of a dossier."""
    live = tracks.current(all_tracks)
    return {
        "proposal": proposal,
        "returns": returns.standing(proposal),
        "is_illustration": proposal.programme.is_illustration,
        "tracks": [way(track, all_tracks) for track in live],
        "earlier_tracks": [way(track, all_tracks) for track in all_tracks if track not in live],
        "cost": cost_table(proposal),
        "funding": funding_table(proposal),
        "sites": sites.shown(proposal),
        "attached": papers_of_dossier.groups(proposal, user),
        "set_aside": papers_of_dossier.set_aside(proposal, user),
        # Read only where a page shows it: two contents are large.
        "compared": SimpleLazyObject(lambda: versions.latest(proposal, all_tracks)),
        **papers_of(all_tracks),
        **kept_of(proposal),
        "registrations": registrations(proposal, user),
        "places": placed(proposal),
    }


def registrations(proposal: Proposal, user: User) -> dict[str, list[Proposal]]:
    """The proposal it was registered again from, and those registered again from it."""
    if proposal.previous_id is None and not proposal.has_successor:
        return {"before": [], "after": []}
    tied = Q(previous=proposal) | Q(pk=proposal.previous_id)
    rows = list(Proposal.objects.visible_to(user).filter(tied).order_by("pk"))
    return {
        "before": [row for row in rows if row.pk == proposal.previous_id],
        "after": [row for row in rows if row.pk != proposal.previous_id],
    }


def placed(proposal: Proposal) -> list[tuple[ProposalPlace, str]]:
    """Each place as it was when the dossier was sent, and today's units where they are others."""
    rows = list(proposal.places.all())
    today = places.today_of((row.place for row in rows), clock.today())
    return [
        (row, ", ".join(unit.full_name for unit in today.get(row.place_id, []))) for row in rows
    ]


def way(track: Track, all_tracks: list[Track]) -> dict[str, Any]:
    """A track as steps: done, current, sent back by, to come."""
    review = tracks.open_review(track)
    said = _said(track, all_tracks)
    steps = []
    for step in track.chain.steps.all():
        here = step.pk == track.step_id
        current = here and track.status == Track.Status.IN_STEP
        spoken = said.get(step.pk)
        steps.append(
            {
                "name": review.organisation.short_name
                if current and review
                else spoken.organisation.short_name
                if spoken
                else step.get_organisation_kind_display(),
                "label": step.label,
                "current": current,
                "done": bool(spoken),
                "returned": _returned(track) if here else None,
                "review": spoken,
            }
        )
    return {
        "track": track,
        "steps": steps,
        "standing": holding.standing(track),
        "due": holding.due(review),
        "used_up": holding.used_up(review),
    }


def _said(track: Track, all_tracks: list[Track]) -> dict[int, Review]:
    """What stands of each step, by step; what an earlier attempt passed stands in the next one.

    A step the dossier is at, or has to come to again, has not spoken.
    """
    before = [
        row
        for row in all_tracks
        if row.source_id == track.source_id and row.attempt <= track.attempt
    ]
    found: dict[int, Review] = {}
    for row in sorted(before, key=lambda row: row.attempt):
        for review in row.reviews.all():
            if review.verdict in ("", Review.Verdict.RETURN, *Review.VOID):
                continue
            reached = review.step.order < track.step.order
            decided = row is track and track.is_decided and review.step.order == track.step.order
            if reached or decided:
                found[review.step_id] = review
    return found


def _returned(track: Track) -> Review | None:
    """The return the track waits for an answer to."""
    if track.status != Track.Status.RETURNED:
        return None
    said = [row for row in track.reviews.all() if row.verdict == Review.Verdict.RETURN]
    return said[-1] if said else None


def cost_table(proposal: Proposal) -> dict[str, Any]:
    """Cost lines with one column a source used, and their sums."""
    items = list(proposal.cost_items.all())
    used: dict[int, Any] = {}
    for item in items:
        for share in item.shares.all():
            used.setdefault(share.source_id, share.source)
    columns = sorted(used.values(), key=lambda source: source.position)
    rows = []
    sums = {source.pk: 0 for source in columns}
    for item in items:
        shares = {share.source_id: share for share in item.shares.all()}
        for share in shares.values():
            sums[share.source_id] += share.requested
        rows.append({"item": item, "shares": [shares.get(source.pk) for source in columns]})
    return {
        "columns": columns,
        "rows": rows,
        "sums": [sums[source.pk] for source in columns],
        "total": sum(item.amount for item in items),
    }


def funding_table(proposal: Proposal) -> dict[str, Any]:
    """Funding lines at every stage, with their sum in figures and words for the state's money."""
    lines = list(proposal.funding_lines.all())
    totals = {
        stage: sum(getattr(line, stage) or 0 for line in lines)
        if lines and all(getattr(line, stage) is not None for line in lines)
        else None
        for stage in ("requested", "appraised", "approved")
    }
    return {
        "lines": lines,
        "totals": totals,
        "state": sum(line.current for line in lines if line.source.is_state),
        "other": sum(line.current for line in lines if not line.source.is_state),
        "rate": money.rate(
            sum(line.current for line in lines if line.source.is_state),
            # Of what it costs: money that was cut is paid by somebody, the cost stays.
            sum(item.amount for item in proposal.cost_items.all()),
        ),
    }


def papers_of(all_tracks: list[Track]) -> dict[str, Any]:
    """Papers of what each step said last, each once, in the order they came.

    Those of earlier rounds stand in the trail with their scans.
    """
    found: dict[int, Any] = {}
    for review in (review for track in all_tracks for review in track.reviews.all()):
        if review.document_id:
            found.setdefault(review.document_id, review.document)
    return {
        "papers": list(found.values()),
        "more_papers": any(track.round > 1 for track in all_tracks),
    }


def kept_of(proposal: Proposal) -> dict[str, Any]:
    """The last checks that were kept; all of them have a page of their own."""
    rows = kept.of(proposal, KEPT_SHOWN + 1)
    return {"kept": rows[:KEPT_SHOWN], "more_kept": len(rows) > KEPT_SHOWN}
