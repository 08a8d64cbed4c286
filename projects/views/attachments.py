"""Papers of a draft: upload several at once, each to its place in the checklist; take one away."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.refusals import Refused
from projects import attaching, papers_of_dossier
from projects.attaching import Given
from projects.models import Proposal
from projects.views.lookup import proposal_or_404


def upload(request: HttpRequest, code: str) -> HttpResponse:
    """Files for one paper of the checklist, or others under a title; what is right is kept.

    A script gets JSON with the section anew; without one the form's page says what happened.
    """
    proposal = proposal_or_404(request, code)
    if reason := _refusal(request, proposal):
        return _closed(request, proposal, reason)
    if request.method != "POST":
        if request.htmx:
            return HttpResponse(_html(request, proposal))
        return redirect(_page(proposal))
    saved, faults = _attach_all(request, proposal)
    if _by_script(request):
        fresh = proposal_or_404(request, code)
        answer = {"saved": saved, "faults": faults, "html": _html(request, fresh)}
        return JsonResponse(answer, status=422 if faults else 200)
    if saved:
        messages.success(request, _("Đã tải lên {n} tệp.").format(n=len(saved)))
    for fault in faults:
        messages.error(request, fault)
    return redirect(_page(proposal))


def _attach_all(request: HttpRequest, proposal: Proposal) -> tuple[list[str], list[str]]:
    """Titles of the files that are there now, and what is wrong with the others."""
    uploads = request.FILES.getlist("files")
    if not uploads:
        return [], [_("Chọn ít nhất một tệp.")]
    title = request.POST.get("title", "")
    saved, faults = [], []
    for number, sent in enumerate(uploads, start=1):
        given = Given(
            content=sent,
            name=sent.name,
            requirement=request.POST.get("requirement", ""),
            title=f"{title} ({number})" if title.strip() and number > 1 else title,
        )
        try:
            saved.append(attaching.attach(proposal, given, by=request.user).title)
        except Refused as refused:
            said = " ".join(fault.message for fault in refused.faults)
            faults.append(f"{sent.name}: {said}")
    return saved, faults


def remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Gỡ tệp: asked once, since before the first submission the file is gone for good."""
    proposal = proposal_or_404(request, code)
    if reason := _refusal(request, proposal):
        return _closed(request, proposal, reason)
    found = next((r for r in papers_of_dossier.current(proposal) if r.file_id == pk), None)
    if found is None:
        if request.method == "POST":  # the button pressed twice
            messages.info(request, _("Tệp này đã được gỡ."))
            return redirect(_page(proposal))
        raise Http404(_("Không có tệp này trong hồ sơ."))
    if request.method == "POST":
        attaching.remove(found, by=request.user)
        messages.success(request, _("Đã gỡ «{title}».").format(title=found.title))
        return redirect(_page(proposal))
    context = {
        "proposal": proposal,
        "attachment": found,
        "back": _page(proposal),
        "is_illustration": proposal.programme.is_illustration,
    }
    return render(request, "projects/attachment_remove.html", context)


def _refusal(request: HttpRequest, proposal: Proposal) -> str | None:
    return permissions.refusal(request.user, "projects.attachment.change", proposal)


def _page(proposal: Proposal) -> str:
    """The form's part on papers."""
    return f"{reverse('proposal_edit', args=[proposal.code])}ho-so/"


def _by_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _html(request: HttpRequest, proposal: Proposal) -> str:
    section = papers_of_dossier.section(proposal, request.user)
    context = {"proposal": proposal, "attached": section}
    return render_to_string("projects/_attachments.html", context, request)


def _closed(request: HttpRequest, proposal: Proposal, reason: str) -> HttpResponse:
    if _by_script(request):
        return JsonResponse({"saved": [], "faults": [reason]}, status=403)
    context = {
        "title": _("Không sửa được hồ sơ này"),
        "text": reason,
        "proposal": proposal,
        "is_illustration": proposal.programme.is_illustration,
    }
    return render(request, "projects/closed.html", context, status=403)
