"""Make one of two records of the same establishment, side by side and field by field."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import permissions
from khuyencong.core.refusals import Refused
from projects import register, register_fields
from projects.forms.draft import whole_number
from projects.forms.words import Words
from projects.models import Enterprise, EnterpriseIdentifier
from projects.models.naming import bare
from projects.views.enterprises import enterprise_or_404

OFFERED = 20


def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of the address is kept; ``?voi=`` names the other, or the likely are offered."""
    here = enterprise_or_404(request, pk)
    if reason := permissions.refusal(request.user, "projects.enterprise.merge", here):
        raise PermissionDenied(reason)
    asked = (request.POST if request.method == "POST" else request.GET).get("voi", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return _choose(request, here)
    other = enterprise_or_404(request, int(asked))
    if other.pk == here.pk:
        return _choose(request, here, [_("Chọn hai cơ sở khác nhau để gộp.")])
    if request.method == "POST":
        return _merge(request, here, other)
    return _compare(request, here, other)


def _choose(request: HttpRequest, here: Enterprise, faults: Any = ()) -> HttpResponse:
    rows = Enterprise.objects.visible_to(request.user).exclude(pk=here.pk).select_related("place")
    sought = request.GET.get("tim", "").strip()[:100]
    alike = rows.filter(name_bare=bare(here.name)[:200])
    found = rows.matching(sought) if sought else alike
    context = {
        "enterprise": here,
        "faults": list(faults),
        "sought": sought,
        "found": list(found.order_by("name_key", "pk")[:OFFERED]),
        "is_illustration": here.is_illustration,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "projects/enterprise_merge_choose.html", context, status=status)


def _compare(
    request: HttpRequest, here: Enterprise, other: Enterprise, faults: Any = (), status: int = 200
) -> HttpResponse:
    numbers = EnterpriseIdentifier.objects.order_by("pk")
    sides = []
    for row in (here, other):
        sides.append(
            {
                "enterprise": row,
                "dossiers": row.benefits.count(),
                "numbers": [number.shown for number in numbers.filter(enterprise=row)],
            }
        )
    sent = request.POST
    lines = []
    for name in register_fields.FIELDS:
        texts = [register_fields.shown(row, name) for row in (here, other)]
        # What one record does not know the other may: that is offered first.
        fuller = other if texts[0] == "–" and texts[1] != "–" else here
        chosen = sent.get(f"f-{name}") or str(fuller.pk)
        lines.append(
            {
                "name": name,
                "label": register_fields.label_of(name),
                "same": texts[0] == texts[1],
                "here": texts[0],
                "other": texts[1],
                "takes_other": chosen == str(other.pk),
            }
        )
    context = {
        "enterprise": here,
        "other": other,
        "sides": sides,
        "lines": lines,
        "reason": sent.get("reason", ""),
        "faults": list(faults),
        "has_errors": bool(faults),
        "is_illustration": here.is_illustration or other.is_illustration,
    }
    return render(request, "projects/enterprise_merge.html", context, status=status)


def _merge(request: HttpRequest, here: Enterprise, other: Enterprise) -> HttpResponse:
    sent = request.POST
    if sent.get("keep", "") != str(here.pk):
        said = _("Trang này giữ lại {code}. Xem lại rồi gộp lần nữa.").format(code=here.code)
        return _compare(request, here, other, [said], 422)
    keep, gone = here, other
    try:
        reason = Words(required=False, max_length=500).clean(sent.get("reason", ""))
        register.merge(
            keep,
            gone,
            by=request.user,
            taken=[
                name
                for name in register_fields.FIELDS
                if sent.get(f"f-{name}", str(keep.pk)) == str(gone.pk)
            ],
            reason=reason,
            expected_versions=(
                whole_number(sent.get(f"version-{keep.pk}")),
                whole_number(sent.get(f"version-{gone.pk}")),
            ),
        )
    except Refused as refused:
        return _compare(request, here, other, _anchored(refused), 422)
    except ValidationError as error:
        return _compare(request, here, other, [(said, "id_reason") for said in error.messages], 422)
    messages.success(
        request, _("Đã gộp {gone} vào «{name}».").format(gone=gone.code, name=keep.name)
    )
    return redirect("enterprise_detail", pk=keep.pk)


def _anchored(refused: Refused) -> list[tuple[str, str]]:
    return [
        (fault.message, "id_reason" if fault.field == "reason" else "") for fault in refused.faults
    ]
