"""Numbers of an establishment: add one, end one, hold one against its paper, show one whole."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from khuyencong.core import permissions
from khuyencong.core.refusals import Refused
from projects import duplicates, register
from projects.forms.identifier import EndForm, IdentifierForm
from projects.models import Enterprise, EnterpriseIdentifier
from projects.views.enterprise_entry import writer_or_403
from projects.views.enterprises import enterprise_or_404, page_of_one


def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a number; one that another establishment once had is asked about first."""
    enterprise = enterprise_or_404(request, pk)
    writer_or_403(request, enterprise)
    data = request.POST if request.method == "POST" else None
    form = IdentifierForm(data, user=request.user, enterprise=enterprise, is_needed=True)
    likely: list[duplicates.Likeness] = []
    if form.is_bound and form.is_valid() and form.entered:
        likely = duplicates.of(
            "",
            None,
            [form.entered[:2]],
            province_id=enterprise.province_id,
            besides=enterprise.pk,
        )
        confirmed = set(request.POST.get("other", "").split(","))
        if all(str(like.enterprise.pk) in confirmed for like in likely):
            try:
                register.add_identifier(enterprise, form.entered, by=request.user)
            except Refused as refused:
                for fault in refused.faults:
                    known = fault.field if fault.field in form.fields else None
                    form.add_error(known, fault.message)
            else:
                messages.success(request, _("Đã thêm mã cho «{name}».").format(name=enterprise))
                if form.warning:
                    messages.warning(request, form.warning)
                return redirect("enterprise_detail", pk=enterprise.pk)
    context = {
        "form": form,
        "enterprise": enterprise,
        "likely": likely,
        "confirmed": ",".join(str(like.enterprise.pk) for like in likely),
        "has_errors": bool(form.errors),
        "is_illustration": enterprise.is_illustration,
    }
    status = 422 if form.is_bound else 200
    return render(request, "projects/enterprise_identifier.html", context, status=status)


def identifier_or_404(
    request: HttpRequest, pk: int, number: int
) -> tuple[Enterprise, EnterpriseIdentifier]:
    enterprise = enterprise_or_404(request, pk)
    rows = EnterpriseIdentifier.objects.filter(enterprise=enterprise)
    found = rows.filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404(_("Cơ sở này không có mã đó."))
    return enterprise, found


def end(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The day on which a number was used last."""
    enterprise, row = identifier_or_404(request, pk, number)
    writer_or_403(request, enterprise)
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            register.end_identifier(row, on=form.cleaned_data["ended_on"], by=request.user)
        except Refused as refused:
            for fault in refused.faults:
                form.add_error(fault.field or None, fault.message)
        else:
            messages.success(request, _("Đã kết thúc mã {number}.").format(number=row.shown))
            return redirect("enterprise_detail", pk=enterprise.pk)
    context = {
        "form": form,
        "enterprise": enterprise,
        "row": row,
        "has_errors": bool(form.errors),
        "is_illustration": enterprise.is_illustration,
    }
    status = 422 if form.is_bound else 200
    return render(request, "projects/enterprise_identifier_end.html", context, status=status)


@require_POST
def verify(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    enterprise, row = identifier_or_404(request, pk, number)
    writer_or_403(request, enterprise)
    register.verify_identifier(row, by=request.user)
    messages.success(request, _("Đã ghi: mã được đối chiếu với giấy tờ."))
    return redirect("enterprise_detail", pk=enterprise.pk)


@require_POST
def reveal(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The page once more with one number whole: the answer is kept nowhere, the look is."""
    enterprise, row = identifier_or_404(request, pk, number)
    if reason := permissions.refusal(request.user, "projects.enterprise.reveal", enterprise):
        raise PermissionDenied(reason)
    value = register.reveal(row, by=request.user)
    context = page_of_one(request, enterprise) | {"revealed_pk": row.pk, "revealed": value}
    response = render(request, "projects/enterprise_detail.html", context)
    add_never_cache_headers(response)
    return response
