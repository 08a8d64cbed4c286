"""The review desk: the queue, the dossier and the decision on one screen."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.models import User
from projects import amounts, holding, snapshots, tracks
from projects.firing import options
from projects.forms.transition import TransitionForm
from projects.models import Review, SiteList, Track
from projects.views.dossier import DESK_VERBS, dossier_context
from projects.views.lookup import proposal_or_404
from projects.views.transition import attempt, bound

SHOWN = 100  # dossiers in the left column; more are reached through the list and its filters


def _may_judge(user: User) -> bool:
    return any(user.may(right) for right in (roles.REVIEW, roles.CONCLUDE, roles.APPROVE))


def waiting(user: User) -> list[dict[str, Any]]:
    """What lies with the person's office: what waits for this very person first, then by date."""
    rows = (
        Review.objects.filter(
            verdict="", organisation=user.organisation, track__status=Track.Status.IN_STEP
        )
        .select_related("organisation", "step", "track__source", "track__proposal")
        .order_by("due_on", "pk")[:SHOWN]
    )
    reviews = list(rows)
    money = amounts.totals_of({row.track.proposal_id for row in reviews})
    found: dict[int, dict[str, Any]] = {}
    for row in reviews:
        # A dossier with two sources lies here once, under its nearest date.
        entry = found.setdefault(
            row.track.proposal_id,
            {
                "review": row,
                "proposal": row.track.proposal,
                "sources": [],
                "state": money.get(row.track.proposal_id, (0, 0))[0],
                "due": holding.due(row),
                "proposed": False,
            },
        )
        entry["sources"].append(row.track.source)
        entry["proposed"] |= bool(row.proposed)
    concludes = user.may(roles.CONCLUDE)
    return sorted(found.values(), key=lambda entry: entry["proposed"] != concludes)


def queue(request: HttpRequest) -> HttpResponse:
    """Bàn thẩm định: the dossiers that wait, by due date."""
    if not _may_judge(request.user):
        raise Http404(_("Trang này của cơ quan thẩm định, phê duyệt."))
    return render(
        request,
        "projects/desk_queue.html",
        {
            "queue": waiting(request.user),
            "outside": _outside(request.user),
            "lists": site_lists(request.user),
        },
    )


def site_lists(user: User) -> list[SiteList]:
    """For the department: lists of sites that wait for its answer, oldest first."""
    if not user.organisation.is_industry_department:
        return []
    rows = SiteList.objects.filter(verdict="", proposal__province_id=user.organisation.province_id)
    return list(rows.select_related("proposal", "document").order_by("submitted_at")[:SHOWN])


def _outside(user: User) -> list[dict[str, Any]]:
    """For the department: dossiers at bodies whose papers it may record."""
    if not (user.may(roles.RECORD) and user.organisation.is_industry_department):
        return []
    rows = (
        Review.objects.filter(
            verdict="",
            track__status=Track.Status.IN_STEP,
            track__proposal__province_id=user.organisation.province_id,
        )
        .exclude(organisation=user.organisation)
        .select_related("organisation", "step", "track__source", "track__proposal")
        .order_by("received_at")[:SHOWN]
    )
    return [
        {"review": row, "proposal": row.track.proposal, "standing": holding.due(row)}
        for row in rows
    ]


def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """One dossier at the desk; opening it is what ends the sender's right to take it back."""
    if not _may_judge(request.user):
        raise Http404(_("Trang này của cơ quan thẩm định, phê duyệt."))
    proposal = proposal_or_404(request, code)
    all_tracks = tracks.of(proposal)
    live = tracks.current(all_tracks)
    tracks.mark_opened(live, request.user)
    every = options(proposal, request.user, live)
    found = [row for row in every if row.is_open and row.verb in DESK_VERBS]
    form = None
    if found:
        form = TransitionForm(*bound(request), proposal=proposal, options=found, user=request.user)
    faults = []
    status = 200
    if request.method == "POST":
        if form is None:
            return redirect("desk_dossier", code=code)
        faults = attempt(request, proposal, form)
        if not faults and form.is_valid():
            return redirect("desk")
        status = 422
    context = {
        "queue": waiting(request.user),
        "form": form,
        "options": found,
        "faults": faults,
        "has_errors": bool(faults or (form and form.errors)),
        "changes": _changes(proposal),
        "opinions": _opinions(all_tracks),
        **dossier_context(proposal, all_tracks, request.user),
    }
    return render(request, "projects/desk_dossier.html", context, status=status)


def _opinions(all_tracks: list[Track]) -> list[Review]:
    """What offices said before, oldest first."""
    spoken = [
        review
        for track in all_tracks
        for review in track.reviews.all()
        if review.verdict not in ("", *Review.VOID) or review.proposed
    ]
    return sorted(spoken, key=lambda review: review.decided_at or review.proposed_at)


def _changes(proposal: Any) -> list[dict[str, Any]]:
    """What the last submission changed against the one before: fields and funding lines."""
    last = list(proposal.snapshots.order_by("-round")[:2])
    if len(last) < 2:
        return []
    new, old = last[0].content, last[1].content
    found = []
    for name in new:
        if name not in {*snapshots.FIELDS, "starts_on", "ends_on", "implementing_unit"}:
            continue
        if new.get(name) != old.get(name):
            label = proposal._meta.get_field(name).verbose_name
            found.append({"label": label, "before": old.get(name), "after": new.get(name)})
    return found + _money_changes(proposal, old, new) + _paper_changes(old, new)


def _paper_changes(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    """Papers that went and papers that came; rounds of before knew none."""
    before, after = (
        {row["sha256"]: row["title"] for row in content.get("attachments", ())}
        for content in (old, new)
    )
    gone = [title for key, title in before.items() if key not in after]
    came = [title for key, title in after.items() if key not in before]
    if not (gone or came):
        return []
    return [
        {"label": _("Hồ sơ đính kèm"), "before": "; ".join(gone), "after": "; ".join(came)},
    ]


def _money_changes(proposal: Any, old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    names = {line.source.code: line.source.short_name for line in proposal.funding_lines.all()}
    before = {(row["source"], row["year"]): row["requested"] for row in old["funding_lines"]}
    after = {(row["source"], row["year"]): row["requested"] for row in new["funding_lines"]}
    return [
        {
            "label": f"{names.get(code, code)} {year}",
            "before_amount": before.get((code, year), 0),
            "after_amount": after.get((code, year), 0),
            "is_money": True,
        }
        for code, year in sorted(before.keys() | after.keys())
        if before.get((code, year), 0) != after.get((code, year), 0)
    ]
