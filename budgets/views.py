"""Enter a decision that gives money to the cells of a programme."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from budgets import actions
from budgets.forms import AllocationForm
from khuyencong.core import money, permissions
from khuyencong.core.refusals import Refused
from programmes.models import Programme


def allocation_new(request: HttpRequest, code: str) -> HttpResponse:
    """Nhập quyết định giao dự toán: what was typed stays until everything is right."""
    rows = Programme.objects.visible_to(request.user).select_related("province")
    programme = get_object_or_404(rows, code=code)
    reason = permissions.refusal(request.user, "budgets.allocate", programme)
    if reason:
        raise PermissionDenied(reason)
    form = AllocationForm(request.POST if request.method == "POST" else None, programme=programme)
    if request.method == "POST" and _allocate(request, form):
        return redirect("budget_plan_programme", code=programme.code)
    context = {
        "programme": programme,
        "form": form,
        "has_errors": bool(form.errors),
        "is_illustration": programme.is_illustration,
    }
    return render(
        request, "budgets/allocation_new.html", context, status=422 if form.errors else 200
    )


def _allocate(request: HttpRequest, form: AllocationForm) -> bool:
    if not form.is_valid():
        return False
    amounts = form.amounts()
    try:
        allocation = actions.allocate(
            form.programme,
            amounts,
            paper=form.paper(),
            issuer=form.cleaned_data["issuer"],
            by=request.user,
            note=form.cleaned_data["note"],
        )
    except Refused as refused:
        form.add_faults(refused.faults)
        return False
    messages.success(
        request,
        _("Đã ghi {document}: giao {total} triệu đồng.").format(
            document=allocation.document, total=money.format_trieu(sum(amounts.values()))
        ),
    )
    return True
