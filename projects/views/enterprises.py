"""The register of rural industrial establishments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import ListView

from khuyencong.core import roles
from khuyencong.core.paging import CappedPaginator
from projects.forms.enterprise import EnterpriseForm
from projects.models import Beneficiary, Enterprise, EnterpriseIdentifier, Proposal
from projects.views.lookup import sees_dossiers_or_404

PER_PAGE = 50


def masked(identifier: EnterpriseIdentifier) -> str:
    """Personal numbers show their last four digits only."""
    if identifier.kind != EnterpriseIdentifier.Kind.PERSONAL12:
        return identifier.value
    return f"••••••••{identifier.value[-4:]}"


def _register(request: HttpRequest) -> QuerySet[Enterprise]:
    sees_dossiers_or_404(request)
    return Enterprise.objects.visible_to(request.user)


class EnterpriseList(ListView):
    """Cơ sở CNNT: search blind to accents."""

    template_name = "projects/enterprise_list.html"
    paginate_by = PER_PAGE
    paginator_class = CappedPaginator
    context_object_name = "enterprises"

    def get_queryset(self) -> QuerySet[Enterprise]:
        rows = _register(self.request).select_related("place").prefetch_related("identifiers")
        query = self.request.GET.get("search", "")[:100].strip()
        return rows.matching(query) if query else rows

    def paginate_queryset(self, queryset: QuerySet, page_size: int) -> tuple[Any, ...]:
        # A page that is not there is the nearest one that is, never an error.
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for enterprise in context["enterprises"]:
            enterprise.shown = [
                masked(row) for row in enterprise.identifiers.all() if row.valid_to is None
            ]
        return context | {
            "search": self.request.GET.get("search", "")[:100],
            "may_write": self.request.user.may(roles.ENTERPRISE_WRITE),
        }


def new(request: HttpRequest) -> HttpResponse:
    _register(request)
    return _form(request, Enterprise())


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = _register(request).filter(pk=pk).select_related("place").first()
    if enterprise is None:
        raise Http404(_("Không có cơ sở này trong sổ của tỉnh."))
    return _form(request, enterprise)


def _form(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    may_write = request.user.may(roles.ENTERPRISE_WRITE)
    if not may_write and (request.method == "POST" or enterprise.pk is None):
        raise PermissionDenied(_("Tài khoản của bạn không sửa sổ cơ sở."))
    form = EnterpriseForm(
        request.POST if request.method == "POST" else None,
        instance=enterprise,
        user=request.user,
    )
    if request.method == "POST" and form.is_valid() and _saved(form):
        messages.success(request, _("Đã lưu «{name}».").format(name=form.instance.name))
        if form.warning:
            messages.warning(request, form.warning)
        return redirect("enterprise_detail", pk=form.instance.pk)
    context = {
        "form": form,
        "enterprise": enterprise if enterprise.pk else None,
        "may_write": may_write,
        "history": _history(request, enterprise) if enterprise.pk else [],
        "identifiers": [masked(row) for row in enterprise.identifiers.all()]
        if enterprise.pk
        else [],
    }
    status = 422 if form.is_bound else 200
    return render(request, "projects/enterprise_form.html", context, status=status)


def _saved(form: EnterpriseForm) -> bool:
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        form.add_error("tax_number", _("Mã số thuế này vừa được nhập cho một cơ sở khác."))
        return False
    return True


def _history(request: HttpRequest, enterprise: Enterprise) -> list[Beneficiary]:
    """Proposals for this establishment, those the person may see."""
    visible = Proposal.objects.visible_to(request.user)
    rows = Beneficiary.objects.filter(enterprise=enterprise, proposal__in=visible)
    return list(rows.select_related("proposal").order_by("-proposal_id")[:50])
