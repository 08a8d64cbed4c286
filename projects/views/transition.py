"""One page for every verb of the table: shows what it asks for, and fires it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused, Stale
from projects import holding, sites, tracks
from projects.checks import Outcome, listed
from projects.dossier_parts import LAST
from projects.firing import AFTER_APPROVAL, Option, fire, option
from projects.forms.transition import TransitionForm
from projects.models import Proposal, Track
from projects.views.lookup import proposal_or_404
from projects.workflow import TABLE

WITH_AN_OFFICE = (Proposal.Status.SUBMITTED, Proposal.Status.IN_REVIEW)


def bound(request: HttpRequest) -> tuple[Any, Any]:
    """What was sent; an empty POST is bound too, so that its faults are told."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def fire_verb(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    proposal = proposal_or_404(request, code)
    transition = TABLE.get(verb)
    if transition is None:
        raise Http404(_("Không có thao tác này."))
    live = tracks.current(tracks.of(proposal))
    found = option(transition, proposal, live, request.user)
    if not found.is_open:
        return closed(request, proposal, found)
    form = TransitionForm(*bound(request), proposal=proposal, options=[found], user=request.user)
    if request.method == "POST":
        faults = attempt(request, proposal, form)
        if not faults and form.is_valid():
            return redirect("proposal_detail", code=proposal.code)
        if verb == "submit":
            # What is missing stands on the dossier's own form, each fault linked to its field.
            request.session[f"faults-{proposal.pk}"] = [[f.message, f.field] for f in faults]
            return redirect("proposal_section", code=proposal.code, section=LAST)
        return page(request, proposal, found, form, faults, status=422)
    return page(request, proposal, found, form, [])


def closed(request: HttpRequest, proposal: Proposal, found: Option) -> HttpResponse:
    """Yours but not now: the reason in words, nothing changed."""
    context = {
        "title": found.label,
        "text": found.reason,
        "proposal": proposal,
    }
    in_state = proposal.status in found.transition.sources or found.transition.on == "track"
    return render(request, "projects/closed.html", context, status=403 if in_state else 409)


def page(
    request: HttpRequest,
    proposal: Proposal,
    found: Option,
    form: TransitionForm,
    faults: list[Fault],
    status: int = 200,
) -> HttpResponse:
    context = {
        "proposal": proposal,
        "option": found,
        "form": form,
        "faults": faults,
        "has_errors": bool(faults or form.errors),
        "is_illustration": proposal.programme.is_illustration,
        "sites": sites.shown(proposal) if found.verb in AFTER_APPROVAL else None,
        "outcome": _of_waiting_sites(proposal) if found.verb == "confirm_sites" else None,
    }
    return render(request, "projects/proposal_transition.html", context, status=status)


def _of_waiting_sites(proposal: Proposal) -> Outcome | None:
    """What the law says of the sites that wait, before the department answers."""
    site_list = sites.open_list(proposal)
    rows = listed.waiting(site_list) if site_list else []
    return listed.outcome_of(proposal, rows, "appraisal") if rows else None


def attempt(request: HttpRequest, proposal: Proposal, form: TransitionForm) -> list[Fault]:
    """Fire what the form chose; faults come back, success leaves a message for the next page."""
    if not form.is_valid():
        return []
    if form.chosen is None:
        return [Fault(_("Chọn một kết luận."), "verb")]
    paper = Paper()
    try:
        with transaction.atomic():
            if "document" in form.chosen.transition.needs:
                paper = form.paper(request.user)
            after = fire(
                proposal,
                form.chosen.verb,
                by=request.user,
                source=form.cleaned_data.get("source") or "",
                reason=form.cleaned_data.get("reason") or "",
                paper=paper,
                data=form.entered(),
                expected_version=form.cleaned_data.get("expected_version"),
            )
    except (Refused, NotNow, NotAllowed, Stale) as refused:
        if paper.file:
            # The row went with the transaction; its bytes must not stay behind.
            paper.file.content.delete(save=False)
        return refused.faults
    messages.success(request, done(form.chosen, after))
    return []


def done(chosen: Option, proposal: Proposal) -> str:
    """What happened, and who has the dossier now."""
    facts: dict[str, Any] = {
        "code": proposal.code,
        "label": chosen.label,
        "status": proposal.get_status_display(),
        "time": f"{timezone.localtime(clock.now()):%H:%M}",
    }
    if chosen.verb == "submit":
        said = _("Đã trình {code} lúc {time}.").format(**facts)
        if _is_unchanged(proposal):
            said += " " + _("Hồ sơ trình lại không thay đổi so với lần trước.")
        return said
    if proposal.status not in WITH_AN_OFFICE:
        return _("Đã ghi «{label}» cho {code} lúc {time}. Trạng thái: {status}.").format(**facts)
    facts["holder"] = "; ".join(
        holding.standing(track)
        for track in tracks.current(tracks.of(proposal))
        if track.status == Track.Status.IN_STEP
    )
    if not facts["holder"]:
        return _("Đã ghi «{label}» cho {code} lúc {time}. Trạng thái: {status}.").format(**facts)
    return _("Đã ghi «{label}» cho {code} lúc {time}. Hiện nay: {holder}.").format(**facts)


def _is_unchanged(proposal: Proposal) -> bool:
    """Whether the round just submitted says what the one before said: allowed, and told."""
    last = audit.trail(proposal).filter(action="projects.proposal.submit").last()
    return bool(last and last.changes.get("unchanged"))
