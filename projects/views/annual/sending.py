"""Trình danh mục: the head enters the tờ trình."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Refused
from projects.annual import deciding, room, sending
from projects.annual.rows import rows_of
from projects.forms.annual import CloseForm, PlanPaperForm
from projects.models import AnnualPlan
from projects.views.annual.found import not_now, plan_or_404, refuse_unless, wrong_state
from projects.views.transition import bound


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, code: str) -> HttpResponse:
    plan = plan_or_404(request, code)
    refuse_unless(request, "projects.annual.send", plan)
    if plan.state != AnnualPlan.Status.DRAFT:
        return not_now(request, plan, _("Trình danh mục"), wrong_state(plan))
    form = PlanPaperForm(*bound(request), initial={"expected_version": plan.version})
    faults: list = []
    if form.is_bound and form.is_valid():
        paper = Paper()
        try:
            with transaction.atomic():
                paper = form.paper(request.user)
                after = sending.send(
                    plan,
                    by=request.user,
                    paper=paper,
                    expected_version=form.cleaned_data["expected_version"],
                )
        except Refused as refused:
            if paper.file:
                paper.file.content.delete(save=False)
            faults = refused.faults
        else:
            said = _("Đã trình danh mục {code} theo {paper}.")
            messages.success(request, said.format(code=after.code, paper=after.submission))
            return redirect("annual_plan", code=plan.code)
    rows = rows_of(plan)
    found = room.of(plan)
    found.chosen = sum(row.appraised for row in rows)
    context = {
        "plan": plan,
        "form": form,
        "faults": faults,
        # What would be refused is said before anybody types a number.
        "ahead": [] if form.is_bound else sending.faults_of(rows),
        "waiting": [row for row in rows if row.waits_for_head],
        "rows": rows,
        "room": found,
        "has_errors": bool(faults or form.errors),
        "is_illustration": plan.programme.is_illustration,
    }
    status = 422 if form.is_bound else 200
    return render(request, "projects/annual/send.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, code: str) -> HttpResponse:
    """End a list that gets no decision as a whole."""
    plan = plan_or_404(request, code)
    refuse_unless(request, "projects.annual.close", plan)
    if plan.state != AnnualPlan.Status.SENT:
        return not_now(request, plan, _("Khép lại danh mục"), wrong_state(plan))
    data = request.POST if request.method == "POST" else None
    form = CloseForm(data, initial={"expected_version": plan.version})
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            deciding.close(
                plan,
                by=request.user,
                reason=given["reason"],
                expected_version=given["expected_version"],
            )
        except Refused as refused:
            form.add_faults(refused.faults)
        else:
            messages.success(request, _("Đã khép lại danh mục {code}.").format(code=plan.code))
            return redirect("annual_plan", code=plan.code)
    context = {"plan": plan, "form": form, "has_errors": bool(form.errors)}
    status = 422 if form.is_bound else 200
    return render(request, "projects/annual/close.html", context, status=status)
