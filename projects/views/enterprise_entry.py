"""Enter and correct an establishment: what may be there already is shown before it is written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.refusals import Refused, Stale
from projects import duplicates, register, register_fields
from projects.forms.draft import whole_number
from projects.forms.enterprise import EnterpriseForm
from projects.forms.identifier import IdentifierForm
from projects.models import Enterprise
from projects.views.enterprises import enterprise_or_404
from projects.views.entry import part
from projects.views.lookup import sees_dossiers_or_404


def new(request: HttpRequest) -> HttpResponse:
    sees_dossiers_or_404(request)
    # What was looked for in vain and is now entered keeps the name it was looked for by.
    name = request.GET.get("ten", "").strip()[:100]
    blank = Enterprise(province=request.user.organisation.province, name=name)
    return _answer(request, blank)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, enterprise_or_404(request, pk))


def writer_or_403(request: HttpRequest, enterprise: Enterprise) -> None:
    """Readers of the register are told why they do not write it."""
    if reason := permissions.refusal(request.user, "projects.enterprise.write", enterprise):
        raise PermissionDenied(reason)
    if enterprise.province_id is None:
        raise PermissionDenied(_("Sổ cơ sở do đơn vị trong tỉnh lập."))


def _answer(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    writer_or_403(request, enterprise)
    is_new = enterprise.pk is None
    data = request.POST if request.method == "POST" else None
    form = EnterpriseForm(data, instance=enterprise, user=request.user)
    number = IdentifierForm(data, user=request.user) if is_new else None
    likely: list[duplicates.Likeness] = []
    theirs: list[dict[str, Any]] = []
    status = 200
    if data is not None:
        status = 422
        valid = [one.is_valid() for one in (form, number) if one is not None]
        if all(valid):
            likely = _likely(form, number, data)
            try:
                if not likely and _save(form, number, data):
                    return _done(request, form, number)
            except Stale:
                status, theirs = 409, _both(form)
                form.add_error(
                    None,
                    _(
                        "Người khác vừa sửa cơ sở này. Nội dung bạn gõ vẫn còn ở đây; "
                        "xem lại rồi bấm Lưu lần nữa."
                    ),
                )
    # A form with faults has written what was typed into the record it holds.
    shown = None if is_new else enterprise_or_404(request, enterprise.pk)
    context = {
        "form": form,
        "number": number,
        "enterprise": shown,
        "likely": likely,
        "theirs": theirs,
        "confirmed": ",".join(str(like.enterprise.pk) for like in likely),
        "has_errors": bool(form.errors or (number and number.errors)),
        "is_illustration": bool(shown and shown.is_illustration),
    }
    return render(request, "projects/enterprise_form.html", context, status=status)


def _likely(form: EnterpriseForm, number: IdentifierForm | None, data: Any) -> list[Any]:
    """What may be the same, but for what the person said is another."""
    if number is None and not {"name", "place"} & set(form.changed_data):
        return []
    entered = number.entered if number else None
    found = duplicates.of(
        form.cleaned_data["name"],
        form.cleaned_data["place"],
        [entered[:2]] if entered else [],
        province_id=form.instance.province_id,
        besides=form.instance.pk,
    )
    confirmed = set(data.get("other", "").split(","))
    if all(str(like.enterprise.pk) in confirmed for like in found):
        return []
    return found


def _save(form: EnterpriseForm, number: IdentifierForm | None, data: Any) -> bool:
    entered = number.entered if number else None
    is_new = form.instance.pk is None
    try:
        register.save(
            form.instance,
            by=form.user,
            expected_version=None if is_new else whole_number(data.get("version")) or 0,
            numbers=[entered] if entered else [],
        )
    except Stale:
        raise
    except Refused as refused:
        if is_new:
            # Its row was rolled back: the form is again about one that is not there.
            form.instance.pk = None
            form.instance._state.adding = True
        for fault in refused.faults:
            held = number if number and fault.field in number.fields else form
            held.add_error(fault.field if fault.field in held.fields else None, fault.message)
        return False
    return True


def _done(request: HttpRequest, form: EnterpriseForm, number: IdentifierForm | None) -> Any:
    messages.success(request, _("Đã lưu «{name}».").format(name=form.instance.name))
    if number and number.warning:
        messages.warning(request, number.warning)
    back = part.address_for(request.user, request.GET.get("de-an", ""), form.instance.pk)
    return redirect(back) if back else redirect("enterprise_detail", pk=form.instance.pk)


def _both(form: EnterpriseForm) -> list[dict[str, Any]]:
    """Fields in which what stands now and what was typed differ, in the form's order."""
    stored = Enterprise.objects.select_related(
        "place", "sector_group", "industry", "craft_village"
    ).get(pk=form.instance.pk)
    return [
        {
            "label": form.fields[name].label,
            "anchor": form[name].id_for_label,
            "stored": register_fields.shown(stored, name),
            "typed": register_fields.shown(form.instance, name),
        }
        for name in register_fields.changes_between(stored, form.instance)
    ]
