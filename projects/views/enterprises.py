"""The register of rural industrial establishments (cơ sở công nghiệp nông thôn): list and page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_safe

from khuyencong.core import audit, permissions, roles
from projects import sme, support_history
from projects.filters import EnterpriseFilter
from projects.models import Enterprise, EnterpriseIdentifier
from projects.views.lookup import sees_dossiers_or_404
from projects.views.paging import asked_page, page_of


def register(request: HttpRequest) -> QuerySet[Enterprise]:
    """Establishments a person may see, with their place and the numbers in use."""
    sees_dossiers_or_404(request)
    active = EnterpriseIdentifier.objects.filter(valid_to=None).order_by("pk")
    return (
        Enterprise.objects.visible_to(request.user)
        .select_related("place")
        .prefetch_related(Prefetch("identifiers", active))
    )


class EnterpriseList(View):
    """Sổ cơ sở: search blind to accents, by kind, in pages, in Vietnamese order."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = register(request)
        asked = QueryDict(mutable=True)
        for name in EnterpriseFilter.base_filters:
            if value := request.GET.get(name, "").strip():
                asked[name] = value
        filters = EnterpriseFilter(asked, rows, request=request)
        found = filters.qs.order_by("name_key", "pk")
        page = page_of(found, asked_page(request.GET.get("page", "")))
        context = {
            "page": page,
            "rows": [(row, [found.shown for found in row.identifiers.all()]) for row in page.rows],
            "kinds": Enterprise.Kind.choices,
            "asked": asked.dict(),
            "may_write": request.user.may(roles.ENTERPRISE_WRITE),
        }
        whole = not request.htmx or request.htmx.history_restore_request
        template = "projects/enterprise_list.html" if whole else "projects/_enterprise_rows.html"
        response = render(request, template, context)
        patch_vary_headers(response, ["HX-Request"])
        return response


def enterprise_or_404(request: HttpRequest, pk: int, *, merged: bool = False) -> Enterprise:
    """The record of an address; one that was merged away only where ``merged`` says so."""
    sees_dossiers_or_404(request)
    rows = Enterprise.objects.known_to(request.user) if merged else register(request)
    rows = rows.select_related(
        "place", "sector_group", "industry", "craft_village", "province", "merged_into"
    )
    found = rows.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404(_("Không có cơ sở này trong sổ của tỉnh."))
    return found


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One page of truth: what it is, its numbers, the support it had, and who wrote what."""
    enterprise = enterprise_or_404(request, pk, merged=True)
    if enterprise.merged_into is not None:
        messages.info(
            request,
            _("{code} «{name}» đã gộp vào cơ sở này.").format(
                code=enterprise.code, name=enterprise.name
            ),
        )
        return redirect("enterprise_detail", pk=enterprise.merged_into_id)
    return render(request, "projects/enterprise_detail.html", page_of_one(request, enterprise))


def page_of_one(request: HttpRequest, enterprise: Enterprise) -> dict[str, Any]:
    """What the page of an establishment shows to this reader."""
    user = request.user
    may_write = permissions.refusal(user, "projects.enterprise.write", enterprise) is None
    follows = may_write or user.may(roles.SEE_AUDIT)
    gone = list(enterprise.merged_from.order_by("pk"))
    return {
        "enterprise": enterprise,
        "size": sme.size_of(enterprise),
        "identifiers": list(
            EnterpriseIdentifier.objects.filter(enterprise=enterprise).order_by(
                F("valid_to").desc(nulls_first=True), "pk"
            )
        ),
        "may_write": may_write,
        "may_reveal": permissions.refusal(user, "projects.enterprise.reveal", enterprise) is None,
        "may_merge": permissions.refusal(user, "projects.enterprise.merge", enterprise) is None,
        "history": support_history.of(enterprise, user),
        "gone": gone,
        "timeline": _timeline(enterprise, gone) if follows else [],
        "is_illustration": enterprise.is_illustration,
    }


def _timeline(enterprise: Enterprise, gone: list[Enterprise]) -> list[dict[str, Any]]:
    """The trail as sentences, newest first, with that of the records merged into it."""
    found = []
    for row in (enterprise, *gone):
        for entry in audit.trail(row):
            said = audit.sentence(entry)
            if row is not enterprise:
                said = _("{code}: {sentence}").format(code=row.code, sentence=said)
            found.append({"entry": entry, "sentence": said, "derived": row is not enterprise})
    return sorted(found, key=lambda row: (row["entry"].recorded_at, row["entry"].pk), reverse=True)
