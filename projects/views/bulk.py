"""Several proposals of the list at once: a workbook of them, or their submission, row by row."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from khuyencong.core.refusals import Fault, Refused
from projects.firing import fire, option
from projects.models import Proposal
from projects.views import list_workbook
from projects.views.asking import Asked
from projects.views.lookup import sees_dossiers_or_404
from projects.workflow import TABLE

EXPORT, SUBMIT = "xuat", "trinh"
MOST: Final = {EXPORT: 5000, SUBMIT: 50}
_LONGEST: Final = 4000
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class Outcome:
    """One proposal of a submission: done, or why not yet."""

    proposal: Proposal
    faults: list[Fault] = field(default_factory=list)


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """What was ticked, or all of the filter; nothing is done to anything before it is confirmed."""
    sees_dossiers_or_404(request)
    asked = Asked(request, QueryDict(request.POST.get("query", "")[:_LONGEST]))
    work = request.POST.get("viec", "")
    if work not in MOST:
        return _back(request, asked, _("Chọn việc cần làm với các đề án."))
    chosen = _chosen(request, asked)
    count = chosen.order_by()[: MOST[work] + 1].count()
    if not count:
        return _back(request, asked, _("Chưa chọn đề án nào. Đánh dấu ở đầu dòng rồi chọn việc."))
    if count > MOST[work]:
        told = _("Mỗi lần làm được nhiều nhất {n} đề án. Lọc bớt rồi làm từng phần.")
        return _back(request, asked, told.format(n=MOST[work]))
    if work == EXPORT:
        return _workbook(request, chosen)
    rows = list(
        chosen.select_related("programme", "implementing_unit", "province").order_by("code")
    )
    if "xac_nhan" in request.POST:
        outcomes = [Outcome(row, _submit(row, request)) for row in rows]
        context = {
            "asked": asked,
            "done": [one for one in outcomes if not one.faults],
            "undone": [one for one in outcomes if one.faults],
        }
        return render(request, "projects/bulk_result.html", context)
    options = [(row, option(TABLE["submit"], row, [], request.user)) for row in rows]
    context = {
        "asked": asked,
        "ready": [row for row, found in options if found.is_open],
        "closed": [(row, found.reason) for row, found in options if not found.is_open],
    }
    return render(request, "projects/bulk_confirm.html", context)


def _chosen(request: HttpRequest, asked: Asked) -> QuerySet[Proposal]:
    if "ca" in request.POST:
        return asked.found
    codes = {code for code in request.POST.getlist("chon") if code and "\x00" not in code}
    return Proposal.objects.visible_to(request.user).filter(code__in=codes)


def _back(request: HttpRequest, asked: Asked, told: str) -> HttpResponseRedirect:
    messages.warning(request, told)
    query = asked.without()
    return redirect(f"{reverse('proposal_list')}{'?' if query else ''}{query}")


def _workbook(request: HttpRequest, chosen: QuerySet[Proposal]) -> FileResponse:
    target = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response
    list_workbook.write(chosen, target, request.user)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename="de-an.xlsx", content_type=XLSX)


def _submit(proposal: Proposal, request: HttpRequest) -> list[Fault]:
    """Each on its own, by the same verb as alone: one that cannot go stops none of the others."""
    try:
        fire(proposal, "submit", by=request.user)
    except Refused as refused:
        return refused.faults
    return []
