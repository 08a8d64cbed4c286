"""Báo cáo: the catalogue, one run from order to file."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from khuyencong.core import charts, files, permissions
from khuyencong.core.refusals import Refused
from reports import pdf, registry, runs
from reports.models import ReportRun
from reports.registry import Report

_A_PAGE = 20


def _allowed(request: HttpRequest) -> None:
    if reason := permissions.refusal(request.user, "reports.run.order"):
        raise PermissionDenied(reason)


def _run(request: HttpRequest, pk: int) -> ReportRun:
    """A run is there for who ordered it; for anybody else it does not exist."""
    _allowed(request)
    rows = ReportRun.objects.visible_to(request.user).select_related("file")
    run = rows.filter(pk=pk).first() if pk < 2**63 else None
    if run is None:
        raise Http404(_("Không có báo cáo này, hoặc bạn không được xem."))
    return run


def _report(code: str | None) -> Report:
    """The report chosen, else the first of the catalogue."""
    try:
        return registry.get(code) if code else registry.every()[0]
    except Refused as refused:
        raise Http404(str(refused)) from refused


@require_http_methods(["GET", "HEAD", "POST"])
def catalogue(request: HttpRequest) -> HttpResponse:
    """Danh mục báo cáo: choose, fill in, order; below it one's own runs."""
    _allowed(request)
    if request.method == "POST":
        return _order(request)
    report = _report(request.GET.get("bao-cao"))
    form = report.form(request.user)
    # A link may bring parameters along; what does not fit is left to the person.
    form.initial = {name: request.GET[name] for name in form.fields if name in request.GET}
    return _page(request, report, form)


def _order(request: HttpRequest) -> HttpResponse:
    report = _report(request.POST.get("report"))
    form = report.form(request.user, request.POST)
    if not form.is_valid():
        return _page(request, report, form, status=422)
    key = request.POST.get("key", "")[:64].replace("\x00", "")
    run = runs.order(report.code, form.params(), "pdf", request.user, key)
    return redirect("report_run", pk=run.pk)


def _page(request: HttpRequest, report: Report, form: Any, status: int = 200) -> HttpResponse:
    groups: dict[str, list[Report]] = {}
    for one in registry.every():
        groups.setdefault(str(one.group), []).append(one)
    mine = ReportRun.objects.visible_to(request.user).select_related("file").defer("figures")
    page = Paginator(mine, _A_PAGE).get_page(request.GET.get("page"))
    context = {
        "groups": groups,
        "report": report,
        "form": form,
        "key": secrets.token_urlsafe(24),
        "missing": pdf.available(),
        "page_obj": page,
        "history": [_shown(run) for run in page],
    }
    return render(request, "reports/report_list.html", context, status=status)


def _shown(run: ReportRun) -> dict[str, Any]:
    return {"run": run, "title": _title(run)}


def _title(run: ReportRun) -> str:
    try:
        return str(registry.get(run.report).title)
    except Refused:
        return run.report  # a report that is not made any more


@never_cache
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: live while it is made, then its file or the reason there is none."""
    run = _run(request, pk)
    return render(request, "reports/report_run.html", _job(run))


@never_cache
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that asks for itself again while the run is not finished."""
    run = _run(request, pk)
    context = _job(run) | {"says": request.GET.get("step") != _step(run)}
    return render(request, "reports/_job.html", context)


def _step(run: ReportRun) -> str:
    return run.step if run.state == ReportRun.State.RUNNING else run.state


def _job(run: ReportRun) -> dict[str, Any]:
    steps = list(runs.STEPS)
    at = steps.index(run.step) if run.step in steps else -1
    running = run.state == ReportRun.State.RUNNING
    label = str(runs.STEPS[run.step]) if running and run.step in steps else ""
    return {
        "run": run,
        "title": _title(run),
        "step": _step(run),
        "label": label,
        "steps": [
            {
                "label": label,
                "css": "d" if running and index < at else "c" if running and index == at else "",
            }
            for index, label in enumerate(runs.STEPS.values())
        ],
        "bar": charts.progress_bar(
            run.progress,
            label=_title(run),
            text=f"{run.progress}%, {label}" if label else run.get_state_display(),
        ),
        "every": _pause(run),
        "key": secrets.token_urlsafe(24),
    }


def _pause(run: ReportRun) -> int:
    """Seconds to the next look: a short report is watched closely, a long one is left alone."""
    age = (timezone.now() - run.ordered_at).total_seconds()
    return 1 if age < 10 else 2 if age < 60 else 5


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    if runs.cancel(run):
        messages.success(request, _("Đã hủy báo cáo. Chưa có tệp nào được tạo."))
    else:
        messages.info(request, _("Báo cáo đã kết thúc trước khi hủy."))
    return redirect("report_run", pk=pk)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Order the same once more."""
    run = _run(request, pk)
    key = request.POST.get("key", "")[:64].replace("\x00", "")
    try:
        new = runs.again(run, request.user, key)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("report_run", pk=pk)
    return redirect("report_run", pk=new.pk)


@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponse:
    run = _run(request, pk)
    if run.file is None:
        raise Http404(_("Báo cáo này chưa có tệp."))
    return files.serve(run.file)
