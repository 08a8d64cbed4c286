"""What was checked at each act, as it was then; and the quick fix of what is over today."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import clock, permissions
from khuyencong.core.refusals import Refused
from projects import checks, fixes
from projects.checks import Case, kept
from projects.models import Proposal
from projects.views.lookup import proposal_or_404

SECTION = "kiem-tra"


def page(request: HttpRequest, code: str) -> HttpResponse:
    """A dossier that can be edited has its checks of today in the last section of its form."""
    proposal = proposal_or_404(request, code)
    reason = permissions.refusal(request.user, "projects.proposal.edit", proposal)
    if reason is None:
        if request.method == "POST":
            _fix(request, proposal)
        return redirect("proposal_section", code=code, section=SECTION)
    if request.method == "POST":
        raise PermissionDenied(reason)
    context = {
        "proposal": proposal,
        "kept": kept.of(proposal),
        "is_illustration": proposal.programme.is_illustration,
    }
    return render(request, "projects/checks.html", context)


def _fix(request: HttpRequest, proposal: Proposal) -> None:
    """One click on the saved dossier; where it changed since, or fits by now, it does nothing."""
    outcome = checks.run(Case.of(proposal), clock.today())
    wanted = request.POST.get("fix", "")
    check = next((row for row in outcome.checks if row.key == wanted), None)
    if check is None or not fixes.is_fixable(check):
        messages.info(request, _("Chỗ này đã đạt, không cần giảm nữa."))
        return
    given = request.POST.get("expected_version", "")
    version = int(given) if given.isdecimal() and len(given) < 10 else None
    try:
        fixes.apply(proposal, check, by=request.user, expected_version=version)
    except Refused as refused:
        for fault in refused.faults:
            messages.error(request, fault.message)
        return
    messages.success(
        request,
        _("Đã giảm phần ngân sách và tăng vốn ngoài ngân sách đúng số đó. Xem lại dự toán."),
    )
