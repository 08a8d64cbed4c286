"""Make a proposal in the browser: begin a draft, fill it in any order, submit it when complete."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import clock, permissions
from khuyencong.core.refusals import Fault, Refused, Stale
from projects import drafts, guards, tracks
from projects.firing import fire
from projects.forms.draft import NewProposalForm, ids, open_programmes, whole_number
from projects.forms.entry import Blanks, Entry
from projects.forms.offered import SHOWN, found_in_register
from projects.forms.sections import sections
from projects.forms.totals import totals
from projects.models import Enterprise, Proposal, Review, Track
from projects.views.lookup import proposal_or_404

_REMOVES = re.compile(r"remove-(activities|cost_items)-([0-9]{1,5})")


def new(request: HttpRequest) -> HttpResponse:
    """Lập đề án: programme, year, title and kind make a draft; the rest is its form."""
    reason = permissions.refusal(request.user, "projects.proposal.create")
    if reason:
        raise PermissionDenied(reason)
    programmes = open_programmes(request.user)
    data = request.POST if request.method == "POST" else None
    form = NewProposalForm(data, programmes=programmes)
    if data is not None and form.is_valid():
        try:
            proposal = drafts.create(
                form.chosen,
                form.cleaned_data["plan_year"],
                title=form.cleaned_data["title"],
                kind=form.cleaned_data["kind"],
                by=request.user,
            )
        except Refused as refused:
            form.add_faults(refused.faults)
        else:
            messages.success(request, _("Đã lập nháp {code}.").format(code=proposal.code))
            return redirect("proposal_edit", code=proposal.code)
    context = {
        "form": form,
        "programmes": programmes,
        "has_errors": bool(form.errors),
        "is_illustration": bool(programmes) and all(row.is_illustration for row in programmes),
    }
    return render(
        request, "projects/proposal_new.html", context, status=422 if form.errors else 200
    )


def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Sửa đề án: one page, saved at any completeness, nothing typed is ever lost."""
    proposal = proposal_or_404(request, code)
    reason = permissions.refusal(request.user, "projects.proposal.edit", proposal)
    if reason:
        if request.method == "POST" and _is_repeated(request, proposal):
            return _submitted_already(request, proposal)
        return _closed(request, proposal, reason)
    if request.method == "POST":
        return _Sending(request, proposal).answer()
    if request.htmx and "find" in request.GET:
        return _found(request)
    kept = request.session.pop(f"faults-{proposal.pk}", [])
    faults = [Fault(message, name) for message, name in kept]
    return _page(request, Entry(proposal, request.user), faults)


class _Sending:
    """One press of a button of the form, from what was sent to the answer."""

    def __init__(self, request: HttpRequest, proposal: Proposal) -> None:
        self.request, self.proposal = request, proposal
        self.action = request.POST.get("action", "enter")
        blanks = Blanks()
        if self.action in ("add-activities", "add-cost_items"):
            setattr(blanks, self.action.removeprefix("add-"), 3)
        if found := _REMOVES.fullmatch(self.action):
            blanks.without[found[1]] = int(found[2])
        self.entry = Entry(proposal, request.user, request.POST, blanks)

    def answer(self) -> HttpResponse:
        """Save, save and submit, or show the same page with more rows or new sums."""
        # Enter in a box means what the box is for: to look for, or to save.
        if self.action == "enter":
            self.action = "find" if self.entry.sought else "save"
        if self.action not in ("save", "submit"):
            return _page(self.request, self.entry, said=self.action == "recount")
        unread = self.entry.faults()
        if unread:
            return _page(self.request, self.entry, refused=True, said=True)
        try:
            saved = drafts.save(
                self.proposal,
                self.entry.draft(),
                by=self.request.user,
                expected_version=whole_number(self.request.POST.get("expected_version")),
            )
        except Stale:
            return self.stale()
        except Refused as refused:
            return _page(self.request, self.entry, refused.faults, refused=True)
        return self.submit(saved) if self.action == "submit" else self.saved(saved)

    def saved(self, proposal: Proposal) -> HttpResponse:
        text = _("Đã lưu nháp {code} lúc {time}.")
        messages.success(self.request, text.format(code=proposal.code, time=_time()))
        return redirect("proposal_edit", code=proposal.code)

    def submit(self, saved: Proposal) -> HttpResponse:
        try:
            fire(saved, "submit", by=self.request.user, expected_version=saved.version)
        except Refused as refused:
            fresh = proposal_or_404(self.request, saved.code)
            if _is_repeated(self.request, fresh):
                return _submitted_already(self.request, fresh)
            entry = Entry(fresh, self.request.user)
            return _page(self.request, entry, refused.faults, kept=True)
        text = _("Đã trình {code} lúc {time}.")
        messages.success(self.request, text.format(code=saved.code, time=_time()))
        return redirect("proposal_detail", code=saved.code)

    def stale(self) -> HttpResponse:
        """Somebody was first: shown what differs, with everything typed still in its box."""
        proposal = proposal_or_404(self.request, self.proposal.code)
        if _is_repeated(self.request, proposal):
            return _submitted_already(self.request, proposal)
        reason = permissions.refusal(self.request.user, "projects.proposal.edit", proposal)
        if reason:
            return _closed(self.request, proposal, reason)
        again = Entry(proposal, self.request.user, self.request.POST)
        differences = again.differences()
        if not differences:
            # The same page sent twice: what it says is what is saved.
            return self.saved(proposal) if self.action == "save" else self.submit(proposal)
        return _page(self.request, again, differences=differences, status=409)


def _page(
    request: HttpRequest,
    entry: Entry,
    faults: list[Fault] | None = None,
    *,
    said: bool = False,
    refused: bool = False,
    kept: bool = False,
    differences: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form. ``refused``: nothing was saved; ``kept``: saved, but not submitted."""
    proposal, faults = entry.proposal, faults or []
    unread = entry.faults()
    entry.say(faults)
    missing = list(guards.complete(proposal))
    context = {
        "proposal": proposal,
        "entry": entry,
        "form": entry.form,
        "faults": faults,
        "unread": unread if said else [],
        "sections": sections(missing, [box for _message, box in unread]),
        "missing": missing,
        "totals": totals(entry.draft(), entry.sources, entry.funding.years),
        "found": entry.found[:SHOWN],
        "more_found": len(entry.found) > SHOWN,
        "returns": _returns(proposal),
        "attachments": list(proposal.attachments.select_related("file")),
        "refused": refused,
        "kept": kept,
        "differences": differences,
        "has_errors": bool(faults or differences is not None or (said and unread)),
        "is_illustration": proposal.programme.is_illustration,
    }
    wrong = refused or kept or faults or (said and unread)
    return render(
        request,
        "projects/proposal_edit.html",
        context,
        status=status if status != 200 else 422 if wrong and request.method == "POST" else 200,
    )


def _found(request: HttpRequest) -> HttpResponse:
    """Establishments that match, while a person types: those ticked already stay."""
    rows = Enterprise.objects.visible_to(request.user)
    chosen = list(rows.filter(pk__in=ids(request.GET.getlist("beneficiaries"))))
    sought = request.GET["find"].strip()[:100]
    found = found_in_register(request.user, sought, chosen)
    context = {
        "chosen": chosen,
        "found": found[:SHOWN],
        "more_found": len(found) > SHOWN,
        "sought": sought,
    }
    return render(request, "projects/_beneficiaries.html", context)


def _returns(proposal: Proposal) -> list[Review]:
    """What each office that sent it back asked for, in its last words."""
    if proposal.status != Proposal.Status.RETURNED:
        return []
    said = []
    for track in tracks.current(tracks.of(proposal)):
        if track.status == Track.Status.RETURNED:
            reviews = [row for row in track.reviews.all() if row.verdict == Review.Verdict.RETURN]
            said += reviews[-1:]
    return said


def _is_repeated(request: HttpRequest, proposal: Proposal) -> bool:
    """Whether this page has been sent before: it saved (one version) and submitted (another)."""
    return (
        request.POST.get("action") == "submit"
        and proposal.status in (Proposal.Status.SUBMITTED, Proposal.Status.IN_REVIEW)
        and proposal.submitted_by_id == request.user.pk
        and proposal.version == whole_number(request.POST.get("expected_version")) + 2
    )


def _submitted_already(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    text = _("{code} đã được trình ở lần bấm trước; không trình thêm lần nữa.")
    messages.info(request, text.format(code=proposal.code))
    return redirect("proposal_detail", code=proposal.code)


def _closed(request: HttpRequest, proposal: Proposal, reason: str) -> HttpResponse:
    """Yours to see, not to change now: the reason in words."""
    context: dict[str, Any] = {
        "title": _("Không sửa được hồ sơ này"),
        "text": reason,
        "proposal": proposal,
        "is_illustration": proposal.programme.is_illustration,
    }
    return render(request, "projects/closed.html", context, status=403)


def _time() -> str:
    return f"{timezone.localtime(clock.now()):%H:%M}"
