"""Acts on a panel: vote, say a conflict of interest, replace a member, conclude."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused
from projects.forms.panel import Pool, SeatForm
from projects.forms.panel_ballot import BallotForm, ClosingForm, ConflictForm, ReplacementForm
from projects.models import Panel, PanelMember
from projects.panel_rules import seat_of
from projects.panels import closing, conflicts, members, voting
from projects.views.panel_new import entered, forget, told
from projects.views.panels import detail_page, is_illustration, panel_or_404


def _member(request: HttpRequest, panel: Panel, pk: int | None) -> PanelMember:
    """The seat to act for: one's own, or that of somebody without account; else 403 or 404."""
    if pk is None:
        if reason := permissions.refusal(request.user, "projects.panel.vote", panel):
            raise PermissionDenied(reason)
        seat = seat_of(request.user, panel)
        assert seat is not None
        return seat
    seat = _seat_or_404(panel, pk)
    if reason := permissions.refusal(request.user, "projects.panel.record", panel, seat):
        raise PermissionDenied(reason)
    return seat


def _seat_or_404(panel: Panel, pk: int) -> PanelMember:
    found = next((row for row in panel.members.all() if row.pk == pk), None)
    if found is None:
        raise Http404(_("Người này không còn trong hội đồng."))
    return found


def _closed(request: HttpRequest, panel: Panel, said: str = "") -> HttpResponse:
    """Yours but not now: the panel has concluded."""
    context = {
        "panel": panel,
        "text": said or _("Hội đồng đã kết luận, không sửa được nữa. Chưa có gì bị ghi."),
    }
    return render(request, "projects/panel_closed.html", context, status=409)


def _is_closed(panel: Panel) -> bool:
    return panel.state == Panel.Status.CLOSED


def ballot(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    """My votes (sent from the panel's page), or those of a member without account."""
    panel = panel_or_404(request, code)
    member = _member(request, panel, pk)
    if _is_closed(panel):
        return _closed(request, panel)
    if request.method != "POST" and pk is None:
        return redirect("panel_detail", code=code)
    barred = conflicts.standing(panel)
    data = request.POST if request.method == "POST" else None
    form = BallotForm(data, panel=panel, member=member, barred=barred)
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                voting.cast(panel, form.ballot(), by=request.user, member_id=pk)
            except NotNow as refused:
                return _closed(request, panel, str(refused))
            except Refused as refused:
                _add(form, refused)
            else:
                said = _("Đã ghi phiếu của {name}.").format(name=member.full_name)
                messages.success(request, said if pk else _("Đã ghi phiếu của bạn."))
                return redirect("panel_detail", code=code)
    if pk is None:
        return detail_page(request, panel, form, status)
    context = {"panel": panel, "member": member, "form": form, "has_errors": bool(form.errors)}
    return _render(request, "projects/panel_ballot.html", context, status)


def _add(form: Any, refused: Refused) -> None:
    for fault in refused.faults:
        form.add_error(fault.field if fault.field in form.fields else None, fault.message)


def _render(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    context["is_illustration"] = is_illustration(context["panel"])
    return render(request, template, context, status=status)


def conflict(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    """A member says that a dossier is their own affair; then there is no vote on it."""
    panel = panel_or_404(request, code)
    member = _member(request, panel, pk)
    if _is_closed(panel):
        return _closed(request, panel)
    barred = conflicts.standing(panel)
    data = request.POST if request.method == "POST" else None
    form = ConflictForm(data, panel=panel, member=member, barred=barred)
    if form.is_bound and form.is_valid():
        found = form.cleaned_data
        try:
            conflicts.declare(
                panel, int(found["item"]), found["reason"], by=request.user, member_id=pk
            )
        except NotNow as refused:
            return _closed(request, panel, str(refused))
        except Refused as refused:
            _add(form, refused)
        else:
            messages.success(request, _("Đã ghi xung đột lợi ích. Phiếu cho đề án này không tính."))
            return redirect("panel_detail", code=code)
    context = {"panel": panel, "member": member, "form": form, "own": pk is None}
    return _render(request, "projects/panel_conflict.html", context, 422 if form.is_bound else 200)


def replace(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Another member on the same seat."""
    panel = panel_or_404(request, code)
    if reason := permissions.refusal(request.user, "projects.panel.change", panel):
        raise PermissionDenied(reason)
    if _is_closed(panel):
        return _closed(request, panel)
    member, pool = _seat_or_404(panel, pk), Pool(request.user)
    data = request.POST if request.method == "POST" else None
    form, seat = ReplacementForm(data), SeatForm(data, pool=pool, initial={"seat": member.seat})
    faults: list[Fault] = []
    if form.is_bound and all([form.is_valid(), seat.is_valid()]):
        new = entered([seat])
        if not new:
            seat.add_error("who", _("Nhập họ tên hoặc tài khoản của người thay."))
        else:
            try:
                members.replace(
                    panel, pk, new[0], reason=form.cleaned_data["reason"], by=request.user
                )
            except NotNow as refused:
                return _closed(request, panel, str(refused))
            except Refused as refused:
                faults = told(form, refused)
            else:
                messages.success(request, _("Đã thay {old}.").format(old=member.full_name))
                return redirect("panel_detail", code=code)
    context = {
        "panel": panel,
        "member": member,
        "form": form,
        "seat": seat,
        "pool": pool,
        "faults": faults,
        "has_errors": form.is_bound,
    }
    return _render(request, "projects/panel_member.html", context, 422 if form.is_bound else 200)


def close(request: HttpRequest, code: str) -> HttpResponse:
    """The minutes, and the panel's opinion on every dossier."""
    panel = panel_or_404(request, code)
    if reason := permissions.refusal(request.user, "projects.panel.close", panel):
        raise PermissionDenied(reason)
    barred, live = conflicts.standing(panel), closing.live(panel)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    if _is_closed(panel) and request.method != "POST":
        return _closed(request, panel)
    form = ClosingForm(*sent, panel=panel, barred=barred, live=live)
    faults: list[Fault] = []
    if form.is_bound and form.is_valid():
        paper = Paper()
        try:
            with transaction.atomic():
                paper = form.paper(request.user)
                closing.close(panel, paper=paper, conclusions=form.conclusions(), by=request.user)
        except (NotNow, NotAllowed) as refused:
            forget(paper)
            return _closed(request, panel, str(refused))
        except Refused as refused:
            forget(paper)
            faults = told(form, refused)
        else:
            messages.success(request, _("Đã ghi kết luận của hội đồng {code}.").format(code=code))
            return redirect("panel_detail", code=code)
    if _is_closed(panel):
        return _closed(request, panel)
    context = {"panel": panel, "form": form, "faults": faults, "has_errors": form.is_bound}
    return _render(request, "projects/panel_close.html", context, 422 if form.is_bound else 200)
