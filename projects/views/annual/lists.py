"""Danh mục năm: the lists a person may see, and a new one."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from khuyencong.core import permissions
from khuyencong.core.refusals import Refused
from projects.annual import plans
from projects.forms.annual import NewPlanForm
from projects.models import AnnualPlan, FundingLine
from projects.views.annual.found import sees_lists_or_404
from projects.views.paging import asked_page, page_of


def _counted(rows: QuerySet[AnnualPlan]) -> QuerySet[AnnualPlan]:
    """With the number of dossiers and what was appraised for the year, in đồng."""
    lines = FundingLine.objects.filter(
        proposal__tracks__plan_items__plan=OuterRef("pk"),
        source=OuterRef("source"),
        year=OuterRef("year"),
    )
    sums = lines.order_by().values("source").annotate(amount=Sum("appraised"))
    return rows.select_related("source", "programme", "submission", "decision__document").annotate(
        count=Count("items"), amount=Coalesce(Subquery(sums.values("amount")[:1]), 0)
    )


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    sees_lists_or_404(request)
    rows = AnnualPlan.objects.visible_to(request.user)
    page = page_of(rows, asked_page(request.GET.get("page", "")), described=_counted)
    context = {
        "page": page,
        "may_create": permissions.refusal(request.user, "projects.annual.create") is None,
        "is_illustration": any(row.programme.is_illustration for row in page.rows),
    }
    return render(request, "projects/annual/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if reason := permissions.refusal(request.user, "projects.annual.create"):
        raise PermissionDenied(reason)
    data = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = {"form_key": uuid.uuid4()}
    initial |= {
        name: request.GET[name] for name in ("programme", "year", "source") if name in request.GET
    }
    form = NewPlanForm(data, user=request.user, initial=initial)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            plan = plans.create(
                form.chosen,
                given["year"],
                given["source"],
                by=request.user,
                form_key=given["form_key"],
            )
        except Refused as refused:
            form.add_faults(refused.faults)
        else:
            messages.success(request, _("Đã lập danh mục {code}.").format(code=plan.code))
            return redirect("annual_plan", code=plan.code)
    context = {"form": form, "has_errors": bool(form.errors)}
    return render(request, "projects/annual/new.html", context, status=422 if form.errors else 200)
