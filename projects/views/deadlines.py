"""Deadlines for registering proposals: a list, and a form for the administrator."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.refusals import Refused
from programmes import norms
from programmes.forms import DeadlineForm
from programmes.models import Deadline
from projects.views.norms import EDIT, administrators_only


def deadline_list(request: HttpRequest) -> HttpResponse:
    rows = Deadline.objects.visible_to(request.user).select_related("source", "province")
    context = {
        "rows": rows.order_by(
            "-plan_year", "source__position", F("province_id").asc(nulls_last=True)
        ),
        "may_edit": permissions.refusal(request.user, EDIT) is None,
    }
    return render(request, "programmes/deadline_list.html", context)


def deadline_new(request: HttpRequest) -> HttpResponse:
    administrators_only(request)
    return _write(request, Deadline(), _("Thêm hạn đăng ký"))


def deadline_edit(request: HttpRequest, pk: int) -> HttpResponse:
    administrators_only(request)
    rows = Deadline.objects.visible_to(request.user).select_related("source")
    return _write(request, get_object_or_404(rows, pk=pk), _("Sửa hạn đăng ký"))


def _write(request: HttpRequest, deadline: Deadline, title: str) -> HttpResponse:
    form = DeadlineForm(
        request.POST if request.method == "POST" else None, instance=deadline, user=request.user
    )
    if request.method == "POST" and form.is_valid() and _saved(form, deadline, request):
        messages.success(
            request, _("Đã ghi hạn đăng ký năm {year}.").format(year=deadline.plan_year)
        )
        return redirect("deadline_list")
    context = {"form": form, "title": title}
    return render(
        request, "programmes/deadline_form.html", context, status=422 if form.errors else 200
    )


def _saved(form: DeadlineForm, deadline: Deadline, request: HttpRequest) -> bool:
    try:
        norms.save_deadline(deadline, by=request.user)
    except Refused as refused:
        form.add_faults(refused.faults)
        return False
    return True
