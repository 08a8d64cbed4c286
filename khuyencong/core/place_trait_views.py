"""Traits of places: everybody reads them, the administrator keeps them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from khuyencong.core import clock, permissions, place_traits, places
from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Place, PlaceTrait, User
from khuyencong.core.models.base import dated_on
from khuyencong.core.refusals import Fault, Refused


class PlaceChoice(forms.ModelChoiceField):
    def label_from_instance(self, place: Place) -> str:
        return place.full_name


class _WithFaults(PortalForm):
    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)


class TraitForm(_WithFaults, forms.ModelForm):
    """A trait of a unit of today, from a day, by a document."""

    place = PlaceChoice(
        Place.objects.none(),
        label=gettext_lazy("Địa bàn"),
        empty_label=gettext_lazy("Chọn xã, phường"),
    )
    valid_from = DayField(
        label=gettext_lazy("Từ ngày"), required=False, help_text=gettext_lazy("ví dụ 01/01/2026")
    )
    valid_to = DayField(
        label=gettext_lazy("Đến hết ngày"),
        required=False,
        help_text=gettext_lazy("để trống nếu chưa hết"),
    )

    class Meta:
        model = PlaceTrait
        fields = ("place", "kind", "valid_from", "valid_to", "legal_ref", "confidence")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = places.choices(user.organisation.province_id).filter(dated_on(clock.today()))
        self.fields["place"].queryset = units.order_by("name_folded", "pk")

    def _post_clean(self) -> None:
        """The row's own rules are asked by the verb, all at once."""
        self.instance = forms.models.construct_instance(
            self, self.instance, self._meta.fields, self._meta.exclude
        )


class EndForm(_WithFaults, forms.Form):
    valid_to = DayField(
        label=gettext_lazy("Ngày cuối còn đặc điểm này"),
        required=False,
        help_text=gettext_lazy("ví dụ 31/12/2026"),
    )


def _administrators_only(request: HttpRequest) -> None:
    if reason := permissions.refusal(request.user, place_traits.EDIT):
        raise PermissionDenied(reason)


@require_safe
def trait_list(request: HttpRequest) -> HttpResponse:
    rows = place_traits.of_province(request.user.organisation.province_id)
    context = {
        "rows": rows.order_by("place__name_folded", "place", "kind", "valid_from"),
        "may_edit": permissions.refusal(request.user, place_traits.EDIT) is None,
        "today": clock.today(),
    }
    return render(request, "core/place_trait_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def trait_new(request: HttpRequest) -> HttpResponse:
    _administrators_only(request)
    data = request.POST if request.method == "POST" else None
    form = TraitForm(data, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            place_traits.add(form.instance, by=request.user)
        except Refused as refused:
            form.add_faults(refused.faults)
        else:
            said = _("Đã ghi đặc điểm của {place}.")
            messages.success(request, said.format(place=form.instance.place.full_name))
            return redirect("place_trait_list")
    context = {"form": form, "title": _("Thêm đặc điểm của địa bàn"), "new": True}
    return _page(request, context)


@require_http_methods(["GET", "HEAD", "POST"])
def trait_end(request: HttpRequest, pk: int) -> HttpResponse:
    _administrators_only(request)
    rows = place_traits.of_province(request.user.organisation.province_id)
    trait = rows.filter(pk=pk).first() if pk < 2**63 else None
    if trait is None:
        raise Http404(_("Không có đặc điểm này trong sổ của tỉnh."))
    data = request.POST if request.method == "POST" else None
    form = EndForm(data, initial={"valid_to": trait.valid_to})
    if form.is_bound and form.is_valid():
        try:
            place_traits.end(trait, form.cleaned_data["valid_to"], by=request.user)
        except Refused as refused:
            form.add_faults(refused.faults)
        else:
            said = _("Đã ghi ngày cuối cho đặc điểm của {place}.")
            messages.success(request, said.format(place=trait.place.full_name))
            return redirect("place_trait_list")
    return _page(request, {"form": form, "title": str(trait), "trait": trait, "new": False})


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    form = context["form"]
    context["has_errors"] = bool(form.errors)
    status = 422 if form.errors else 200
    return render(request, "core/place_trait_form.html", context, status=status)
