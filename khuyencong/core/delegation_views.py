"""Ủy quyền: the delegations of one's office, a new one, and ending one early."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import clock, delegation, permissions, roles
from khuyencong.core.delegation_form import DelegationForm, EndForm
from khuyencong.core.refusals import Refused

SHOWN: Final = 200
View = Callable[..., HttpResponse]
_CONCERNED: Final = (
    roles.REVIEW,
    roles.CONCLUDE,
    roles.APPROVE,
    roles.EXECUTE,
    roles.ADMINISTER,
)


def offices_only(view: View) -> View:
    """For who neither judges, carries out nor keeps the portal these pages are not there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not any(request.user.may(right) for right in _CONCERNED):
            raise Http404(_("Trang này của cơ quan thẩm định, phê duyệt, thực hiện."))
        return view(request, *args, **kwargs)

    return guarded


@offices_only
def delegation_list(request: HttpRequest) -> HttpResponse:
    """Those in force and to come first, then those that have ended."""
    today = clock.today()
    rows = list(delegation.visible_to(request.user).order_by("-valid_to", "-pk")[:SHOWN])
    for row in rows:
        row.may_end = row.valid_to >= today and not permissions.refusal(
            request.user, delegation.GIVE, row.on_behalf_of
        )
    context = {
        "current": [row for row in rows if row.valid_to >= today],
        "ended": [row for row in rows if row.valid_to < today],
        "today": today,
        "may_give": bool(request.user.may(roles.ADMINISTER) or delegation.own_roles(request.user)),
    }
    return render(request, "core/delegation_list.html", context)


@offices_only
def delegation_new(request: HttpRequest) -> HttpResponse:
    by = request.user
    if not (by.may(roles.ADMINISTER) or delegation.own_roles(by)):
        raise PermissionDenied(_("Quyền nhận qua ủy quyền không ủy quyền tiếp được."))
    form = DelegationForm(request.POST if request.method == "POST" else None, by=by)
    if request.method == "POST" and form.is_valid():
        try:
            delegation.delegate(form.wish, by=by)
        except Refused as refused:
            form.add_faults(refused.faults)
        else:
            wish = form.wish
            messages.success(
                request,
                _("Đã ghi ủy quyền: {receiver} thay {giver} từ {start} đến hết {end}.").format(
                    receiver=wish.receiver,
                    giver=wish.giver,
                    start=f"{wish.valid_from:%d/%m/%Y}",
                    end=f"{wish.valid_to:%d/%m/%Y}",
                ),
            )
            return redirect("delegation_list")
    context = {"form": form}
    return render(request, "core/delegation_new.html", context, status=422 if form.errors else 200)


@offices_only
def delegation_end(request: HttpRequest, pk: int) -> HttpResponse:
    grant = get_object_or_404(delegation.visible_to(request.user), pk=pk)
    if reason := permissions.refusal(request.user, delegation.GIVE, grant.on_behalf_of):
        raise PermissionDenied(reason)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            last = delegation.end(grant, form.cleaned_data["last"], by=request.user)
        except Refused as refused:
            form.add_faults(refused.faults)
        else:
            messages.success(
                request,
                _("Ủy quyền cho {receiver} kết thúc hết ngày {day}.").format(
                    receiver=grant.user, day=f"{last:%d/%m/%Y}"
                ),
            )
            return redirect("delegation_list")
    context = {"form": form, "grant": grant}
    return render(request, "core/delegation_end.html", context, status=422 if form.errors else 200)
