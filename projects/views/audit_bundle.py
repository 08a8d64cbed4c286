"""Bộ hồ sơ kiểm toán: of one dossier, or of a programme and year, as a ZIP that proves itself."""

from __future__ import annotations

import tempfile
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from khuyencong.core import clock, roles
from khuyencong.core.refusals import Refused
from projects.bundles import sentences as _sentences  # noqa: F401  registers how it reads
from projects.bundles import writing
from projects.forms.audit_bundle import AuditBundleForm
from projects.models import Proposal


def _audits_or_404(request: HttpRequest) -> None:
    if not request.user.may(roles.SEE_AUDIT):
        raise Http404(_("Không có trang này, hoặc bạn không được xem."))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dossier(request: HttpRequest, code: str) -> HttpResponse:
    """What the bundle of one dossier holds; the button makes it, and the trail says so."""
    _audits_or_404(request)
    rows = Proposal.objects.visible_to(request.user).filter(code=code)
    proposal = rows.first()
    if proposal is None:
        raise Http404(_("Không có đề án này, hoặc bạn không được xem."))
    faults: list[str] = []
    if request.method == "POST":
        try:
            return _download(request, rows, f"kiem-toan-{proposal.code}")
        except Refused as refused:
            faults = [fault.message for fault in refused.faults]
    context = {"proposal": proposal, "faults": faults, "size": writing.measure(rows)[1]}
    status = 422 if faults else 200
    return render(request, "projects/audit_bundle.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def many(request: HttpRequest) -> HttpResponse:
    """The same for all dossiers of a programme and year that were ever sent."""
    _audits_or_404(request)
    if request.method != "POST":
        return _ask(request, AuditBundleForm(user=request.user))
    form = AuditBundleForm(request.POST, user=request.user)
    if not form.is_valid():
        return _ask(request, form, status=422)
    year = form.cleaned_data["year"]
    name = f"kiem-toan-{form.cleaned_data['programme']}{f'-{year}' if year else ''}"
    try:
        return _download(request, form.chosen, name)
    except Refused as refused:
        form.add_faults(refused.faults)
        return _ask(request, form, status=422)


def _ask(request: HttpRequest, form: AuditBundleForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "most": writing.MOST_DOSSIERS}
    return render(request, "projects/audit_bundles.html", context, status=status)


def _download(request: HttpRequest, rows: QuerySet[Proposal], name: str) -> FileResponse:
    target = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response
    try:
        writing.export(rows, target, by=request.user)
    except BaseException:
        target.close()
        raise
    size = target.seek(0, 2)
    target.seek(0)
    response = FileResponse(target, content_type="application/zip")
    response["Content-Length"] = size
    full = f"{name}-{clock.today():%Y%m%d}.zip"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(full)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
