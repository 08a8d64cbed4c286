"""Support norms: who sees dossiers reads them, the administrator keeps them."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, permissions
from khuyencong.core.refusals import Refused
from programmes import norms
from programmes import rules as _rules  # noqa: F401  registers the rule of the catalogue
from programmes.forms import DayFilter, NormEndForm, NormForm
from programmes.models import Activity, SupportNorm
from projects import norm_effects

EDIT: Final = "programmes.norms.edit"
# A row taken as the pattern for the next one brings everything but its days.
COPIED: Final = (
    *("activity_code", "source", "max_share", "max_amount", "unit", "line_multiplier"),
    *("priority_multiplier", "condition", "document", "legal_ref", "confidence"),
)


@dataclass(frozen=True)
class Group:
    """The rows of one activity, as the list shows them."""

    code: str
    name: str
    rows: list[SupportNorm]


def administrators_only(request: HttpRequest) -> None:
    if reason := permissions.refusal(request.user, EDIT):
        raise PermissionDenied(reason)


def visible(request: HttpRequest) -> QuerySet[SupportNorm]:
    return SupportNorm.objects.visible_to(request.user).select_related(
        "source", "province", "document"
    )


def norm_list(request: HttpRequest) -> HttpResponse:
    """Those in force today, on another day, or all of them where the day is left empty."""
    today = clock.today()
    form = DayFilter(request.GET if "ngay" in request.GET else {"ngay": f"{today:%d/%m/%Y}"})
    day = form.cleaned_data.get("ngay") if form.is_valid() else today
    rows = visible(request)
    context = {
        "groups": _groups(rows.valid_on(day) if day else rows),
        "form": form,
        "day": day,
        "may_edit": permissions.refusal(request.user, EDIT) is None,
    }
    return render(request, "programmes/norm_list.html", context)


def _groups(rows: QuerySet[SupportNorm]) -> list[Group]:
    names = dict(Activity.objects.order_by("position").values_list("code", "name"))
    by_code: dict[str, list[SupportNorm]] = {code: [] for code in names}
    for norm in rows.order_by("source__position", "province", "-valid_from"):
        by_code.setdefault(norm.activity_code, []).append(norm)
    return [Group(code, names.get(code, ""), found) for code, found in by_code.items() if found]


def norm_new(request: HttpRequest) -> HttpResponse:
    """Thêm định mức có hiệu lực từ…; ``?tu=`` names the row to begin from."""
    administrators_only(request)
    norm = SupportNorm()
    pattern = request.GET.get("tu", "")
    initial: dict[str, Any] = {}
    if pattern.isascii() and pattern.isdigit() and len(pattern) < 19:
        old = get_object_or_404(visible(request), pk=int(pattern))
        initial = {name: getattr(old, name) for name in COPIED}
        norm.province_id = old.province_id
    form = NormForm(_sent(request), instance=norm, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid() and _goes_on(request, form, norm):
        earlier = _try(form, lambda: norms.add(norm, by=request.user))
        if not form.errors:
            messages.success(request, _added(norm, earlier))
            return redirect("norm_list")
    return _page(request, form, norm, title=_("Thêm định mức"))


def _added(norm: SupportNorm, earlier: SupportNorm | None) -> str:
    text = _("Đã thêm định mức {code} có hiệu lực từ {day}.").format(
        code=norm.activity_code, day=f"{norm.valid_from:%d/%m/%Y}"
    )
    if earlier:
        text += " " + _("Định mức trước hết hiệu lực ngày {day}.").format(
            day=f"{earlier.valid_to:%d/%m/%Y}"
        )
    return text


def norm_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """In place while no act was checked under the row; afterwards only its last day."""
    administrators_only(request)
    if request.POST.get("action") != "save":
        return _edit(request, get_object_or_404(visible(request), pk=pk))
    # Under its lock no act can come to be checked under the row meanwhile.
    with transaction.atomic():
        locked = visible(request).select_for_update(of=("self",))
        return _edit(request, get_object_or_404(locked, pk=pk))


def _edit(request: HttpRequest, norm: SupportNorm) -> HttpResponse:
    used = norm_effects.is_used(norm)
    last = norm.valid_to
    form = _end_form(request, norm) if used else _norm_form(request, norm)
    if request.method == "POST" and form.is_valid():
        if used:
            norm.valid_to = form.cleaned_data["valid_to"]
        if _goes_on(request, form, norm) and _save(request, form, norm, used, last):
            messages.success(request, _("Đã ghi định mức {code}.").format(code=norm.activity_code))
            return redirect("norm_list")
    return _page(request, form, norm, title=_("Sửa định mức"), used=used)


def _norm_form(request: HttpRequest, norm: SupportNorm) -> NormForm:
    return NormForm(_sent(request), instance=norm, user=request.user)


def _end_form(request: HttpRequest, norm: SupportNorm) -> NormEndForm:
    return NormEndForm(_sent(request), initial={"valid_to": norm.valid_to})


def _save(
    request: HttpRequest,
    form: NormForm | NormEndForm,
    norm: SupportNorm,
    used: bool,
    last: datetime.date | None,
) -> bool:
    if used:
        wanted, norm.valid_to = norm.valid_to, last
        _try(form, lambda: norms.end(norm, wanted, by=request.user))
    else:
        _try(form, lambda: norms.revise(norm, by=request.user))
    return not form.errors


def _try(form: NormForm | NormEndForm, act: Any) -> Any:
    """Faults come beside their boxes; nothing is written then."""
    try:
        with transaction.atomic():
            return act()
    except Refused as refused:
        form.add_faults(refused.faults)
        return None


def _goes_on(request: HttpRequest, form: forms.BaseForm, norm: SupportNorm) -> bool:
    """Whether to save: asked for, and what would be saved is what was looked at before."""
    faults = list(norms.faults_of(norm, takes_over=norm._state.adding))
    if isinstance(form, NormEndForm):
        faults = [fault for fault in faults if fault.field == "valid_to"]
        if norm.valid_to and norm.valid_to < norm.valid_from:
            form.add_error("valid_to", _("Ngày hết hiệu lực phải từ ngày có hiệu lực trở đi."))
    form.add_faults(faults)
    if form.errors:
        return False
    return request.POST.get("action") == "save" and (
        request.POST.get("previewed") == fingerprint(form)
    )


def fingerprint(form: forms.BaseForm) -> str:
    """What is on the form, in short: a change after the preview shows."""
    said = "|".join(f"{name}={form.cleaned_data.get(name)}" for name in sorted(form.fields))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _page(
    request: HttpRequest,
    form: NormForm | NormEndForm,
    norm: SupportNorm,
    *,
    title: str,
    used: bool = False,
) -> HttpResponse:
    looked = form.is_bound and not form.errors
    context = {
        "form": form,
        "norm": norm,
        "title": title,
        "used": used,
        "effects": norm_effects.effects(norm, request.user, ending=used) if looked else None,
        "takes_over": norms.before(norm) if looked and norm._state.adding else None,
        "previewed": fingerprint(form) if looked else "",
        "asked_to_save": request.POST.get("action") == "save",
        "trail": [audit.sentence(entry) for entry in audit.trail(norm)] if norm.pk else [],
    }
    return render(request, "programmes/norm_form.html", context, status=422 if form.errors else 200)
