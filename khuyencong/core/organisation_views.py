"""Cơ quan: all names over time, and the acts of the administrator on them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, organisations
from khuyencong.core.models import Organisation
from khuyencong.core.organisation_forms import CorrectForm, MergeForm, RenameForm
from khuyencong.core.refusals import Refused
from khuyencong.core.token_views import administrators_only


@dataclass
class Office:
    """One office with its names, the newest first, and the offices merged into it."""

    lineage: str
    names: list[Organisation] = field(default_factory=list)


@dataclass
class Kind:
    """The offices of one kind, as the list shows them."""

    label: str | Promise
    offices: list[Office] = field(default_factory=list)


@administrators_only
def organisation_list(request: HttpRequest) -> HttpResponse:
    rows = (
        organisations.visible_to(request.user)
        .select_related("successor", "province")
        .annotate(people=Count("users", filter=Q(users__is_active=True)))
        .order_by(F("valid_from").desc(nulls_last=True), F("valid_to").desc(nulls_first=True), "pk")
    )
    context = {"kinds": _by_kind(list(rows)), "today": clock.today()}
    return render(request, "core/organisation_list.html", context)


def _by_kind(rows: list[Organisation]) -> list[Kind]:
    """An office stands under the kind of the name it bears today."""
    offices: dict[str, Office] = {}
    for row in sorted(rows, key=lambda row: row.valid_to is not None):
        offices.setdefault(row.lineage, Office(row.lineage)).names.append(row)
    kinds = {code: Kind(label) for code, label in Organisation.Kind.choices}
    for office in offices.values():
        kinds[office.names[0].kind].offices.append(office)
    for kind in kinds.values():
        kind.offices.sort(key=lambda office: office.names[0].name)
    return [kind for kind in kinds.values() if kind.offices]


def _office(request: HttpRequest, pk: int) -> Organisation:
    rows = organisations.visible_to(request.user).select_related("successor", "province")
    return get_object_or_404(rows, pk=pk)


@administrators_only
def organisation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    office = _office(request, pk)
    # The form writes on a row of its own: what is refused must not show as if it stood.
    form = CorrectForm(_sent(request), instance=Organisation.objects.get(pk=office.pk))

    def act() -> str:
        organisations.correct(office, dict(form.cleaned_data), by=request.user)
        return _("Đã ghi {office}.").format(office=form.cleaned_data["name"])

    return _answer(request, form, office, act, "core/organisation_edit.html")


@administrators_only
def organisation_rename(request: HttpRequest, pk: int) -> HttpResponse:
    office = _office(request, pk)
    kept = {name: getattr(office, name) for name in ("name", "short_name", "sign")}
    form = RenameForm(_sent(request), initial=kept)

    def act() -> str:
        made = organisations.rename(office, form.named(), by=request.user)
        return _begins(made.valid_from, _("Đã ghi tên mới {office}.").format(office=made.name))

    return _answer(request, form, office, act, "core/organisation_rename.html")


@administrators_only
def organisation_merge(request: HttpRequest, pk: int) -> HttpResponse:
    office = _office(request, pk)
    form = MergeForm(_sent(request), user=request.user, office=office)

    def act() -> str:
        given = form.cleaned_data
        organisations.merge(
            office,
            given["into"],
            given["valid_from"],
            legal_ref=given["legal_ref"],
            by=request.user,
        )
        said = _("Đã ghi {office} sáp nhập vào {into}.").format(
            office=office.name, into=given["into"].name
        )
        return _begins(given["valid_from"], said)

    return _answer(request, form, office, act, "core/organisation_merge.html")


def _begins(day: datetime.date, said: str) -> str:
    if day <= clock.today():
        return said + " " + _("Các tài khoản đang hoạt động đã chuyển sang.")
    return (
        said
        + " "
        + _("Các tài khoản đang hoạt động chuyển sang ngày {day}.").format(day=f"{day:%d/%m/%Y}")
    )


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _answer(
    request: HttpRequest,
    form: Any,
    office: Organisation,
    act: Callable[[], str],
    template: str,
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                said = act()
            except Refused as refused:
                form.add_faults(refused.faults)
                status = refused.status
            else:
                messages.success(request, said)
                return redirect("organisation_list")
    context = {
        "form": form,
        "office": office,
        "trail": [audit.sentence(entry) for entry in audit.trail(office)],
    }
    return render(request, template, context, status=status)
