"""The address of one part of a draft, and the address that leads to the part to go on with."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.models import User
from projects import guards, returns
from projects.dossier_parts import CODES, LAST, PAPERS
from projects.forms.draft import ids
from projects.forms.entry import ENTRIES, Blanks, as_draft
from projects.forms.offered import SHOWN, found_in_register
from projects.forms.sections import first_unfinished, sections
from projects.models import Enterprise, Proposal
from projects.views.entry import answers, page, unsent
from projects.views.entry.sending import Sending
from projects.views.lookup import proposal_or_404


def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Sửa đề án: on to the first part that is not finished."""
    proposal = proposal_or_404(request, code)
    reason = permissions.refusal(request.user, "projects.proposal.edit", proposal)
    if reason:
        return page.closed(request, proposal, reason)
    asked = returns.untouched(proposal, returns.standing(proposal))
    found = sections(guards.complete(proposal), [], as_draft(proposal), asked=asked)
    return redirect("proposal_section", code=code, section=first_unfinished(found))


# A page may be sent after the session has ended: what was typed is kept first.
@login_not_required
def part(request: HttpRequest, code: str, section: str) -> HttpResponse:
    """One part: shown, saved at any completeness, nothing typed is ever lost."""
    if not request.user.is_authenticated:
        return unsent.login_first(request)
    proposal = proposal_or_404(request, code)
    if section not in CODES:
        raise Http404(_("Không có phần này của đề án."))
    reason = permissions.refusal(request.user, "projects.proposal.edit", proposal)
    if reason:
        if request.method == "POST" and answers.is_repeated(request, proposal):
            return answers.submitted_already(request, proposal)
        return page.closed(request, proposal, reason)
    if section == LAST:
        return answers.answers(request, proposal)
    if section == PAPERS:
        return papers(request, proposal)
    if request.method == "POST":
        return Sending(request, proposal, section).answer()
    if request.htmx and "find" in request.GET:
        return _found(request, proposal)
    kept = unsent.take(request)
    entry = ENTRIES[section](proposal, request.user, kept, Blanks())
    if kept is None and "chon" in request.GET:
        entry.offer(ids(request.GET.getlist("chon")))
    return page.show(request, entry, said=kept is not None, returned_text=kept is not None)


part.after_csrf_failure = unsent.after_csrf_failure


def address_for(user: User, code: str, enterprise_pk: int) -> str:
    """Where somebody goes on who added an establishment for a proposal; "" where for none."""
    proposal = Proposal.objects.visible_to(user).filter(code=code).first() if code else None
    if proposal is None or permissions.refusal(user, "projects.proposal.edit", proposal):
        return ""
    page = reverse("proposal_section", kwargs={"code": code, "section": "co-so"})
    return f"{page}?chon={enterprise_pk}"


def papers(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """7. Hồ sơ đính kèm: files have forms of their own; this page has nothing to save."""
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "check":
            context = page.frame(request, proposal, PAPERS)
            return JsonResponse(page.surroundings(request, context))
        onward = LAST if action in ("next", "finish") else PAPERS
        return redirect("proposal_section", code=proposal.code, section=onward)
    context = page.frame(request, proposal, PAPERS)
    context["version"] = proposal.version
    return render(request, "projects/entry/papers.html", context)


def _found(request: HttpRequest, proposal: Proposal) -> HttpResponse:
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
        "proposal": proposal,
    }
    return render(request, "projects/entry/_found.html", context)
