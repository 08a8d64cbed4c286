"""All remarks of a dossier a person may read, and the unit's answers to them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.refusals import Fault, Refused
from projects import remarks, tracks
from projects.models import Proposal, Remark
from projects.views.lookup import proposal_or_404


def page(request: HttpRequest, code: str) -> HttpResponse:
    """Ý kiến của cơ quan thẩm định; đơn vị trả lời khi hồ sơ ở chỗ mình."""
    proposal = proposal_or_404(request, code)
    faults: list[Fault] = []
    status = 200
    if request.method == "POST":
        try:
            remark = _answered(request, proposal)
        except Refused as refused:
            faults, status = refused.faults, refused.status
        else:
            messages.success(request, _("Đã trả lời ý kiến."))
            return redirect(f"{request.path}#y{remark.pk}")
    before = request.GET.get("truoc", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
    live = tracks.current(tracks.at_work(proposal))
    context = {
        "proposal": proposal,
        "is_illustration": proposal.programme.is_illustration,
        "remarks": remarks.shown(proposal, request.user, number),
        "may_reply": not permissions.refusal(request.user, "projects.remark.reply", proposal, live),
        "typed": {name: said for name, said in request.POST.items() if name.startswith("reply-")},
        "faults": faults,
        "has_errors": bool(faults),
    }
    return render(request, "projects/remark_list.html", context, status=status)


def _answered(request: HttpRequest, proposal: Proposal) -> Remark:
    _kind, _dash, number = request.POST.get("act", "").partition("-")
    known = number.isascii() and number.isdigit() and len(number) < 18
    rows = Remark.objects.visible_to(request.user).filter(proposal=proposal, parent=None)
    found = rows.filter(pk=number).first() if known else None
    if found is None:
        raise Refused(Fault(_("Chọn ý kiến để trả lời.")))
    said = request.POST.get(f"reply-{found.pk}", "")
    remarks.write(proposal, by=request.user, text=said, parent=found)
    return found
