"""The register of rural industrial establishments (cơ sở công nghiệp nông thôn)."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views import View

from khuyencong.core import roles
from khuyencong.core.refusals import Stale
from projects import amounts
from projects.filters import EnterpriseFilter
from projects.forms.draft import whole_number
from projects.forms.enterprise import EnterpriseForm, masked
from projects.models import Beneficiary, Enterprise, EnterpriseIdentifier, Proposal
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
    """Sổ cơ sở: search blind to accents, by kind, in pages."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = register(request)
        asked = QueryDict(mutable=True)
        for name in EnterpriseFilter.base_filters:
            if value := request.GET.get(name, "").strip():
                asked[name] = value
        filters = EnterpriseFilter(asked, rows, request=request)
        page = page_of(filters.qs.order_by("name", "pk"), asked_page(request.GET.get("page", "")))
        context = {
            "page": page,
            "rows": [
                (row, [masked(found) for found in row.identifiers.all()]) for row in page.rows
            ],
            "kinds": Enterprise.Kind.choices,
            "asked": asked.dict(),
            "may_write": request.user.may(roles.ENTERPRISE_WRITE),
        }
        whole = not request.htmx or request.htmx.history_restore_request
        template = "projects/enterprise_list.html" if whole else "projects/_enterprise_rows.html"
        response = render(request, template, context)
        patch_vary_headers(response, ["HX-Request"])
        return response


def new(request: HttpRequest) -> HttpResponse:
    register(request)
    if request.user.organisation.province_id is None:
        raise PermissionDenied(_("Sổ cơ sở do đơn vị trong tỉnh lập."))
    return _answer(request, Enterprise())


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    found = register(request).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404(_("Không có cơ sở này trong sổ của tỉnh."))
    return _answer(request, found)


def _answer(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """The form for who may write, else what may be read; below, the support it had."""
    may_write = request.user.may(roles.ENTERPRISE_WRITE)
    if not may_write and (request.method == "POST" or enterprise.pk is None):
        raise PermissionDenied(_("Tài khoản của bạn không ghi sổ cơ sở."))
    is_new = enterprise.pk is None
    data = request.POST if request.method == "POST" else None
    form = EnterpriseForm(data, instance=enterprise, user=request.user)
    status = 200
    if data is not None:
        status = 422
        try:
            if form.is_valid() and _save(form, data):
                messages.success(request, _("Đã lưu «{name}».").format(name=form.instance.name))
                if form.warning:
                    messages.warning(request, form.warning)
                return redirect("enterprise_detail", pk=form.instance.pk)
        except Stale as stale:
            form.add_error(None, stale.faults[0].message)
            status = 409
    # A form with faults has written what was typed into the record it holds.
    shown = (
        Enterprise() if is_new else Enterprise.objects.select_related("place").get(pk=enterprise.pk)
    )
    context = {
        "form": form,
        "enterprise": None if is_new else shown,
        "identifiers": [masked(row) for row in form.known],
        "may_write": may_write,
        "history": [] if is_new else _history(request, shown),
        "has_errors": bool(form.errors),
        "is_illustration": shown.is_illustration,
    }
    return render(request, "projects/enterprise_form.html", context, status=status)


def _save(form: EnterpriseForm, data: QueryDict) -> bool:
    """Write, unless another was first: with the record itself, or with the same number."""
    try:
        with transaction.atomic():
            if form.instance.pk is not None:
                locked = Enterprise.objects.select_for_update().only("version")
                version = locked.get(pk=form.instance.pk).version
                if version != whole_number(data.get("version")):
                    raise Stale(
                        _(
                            "Người khác vừa sửa cơ sở này. Nội dung bạn gõ vẫn còn ở đây; "
                            "xem lại rồi bấm Lưu lần nữa."
                        )
                    )
                form.instance.version = version
            form.save()
    except IntegrityError:
        form.add_error("number", _("Mã này vừa được nhập cho một cơ sở khác."))
        return False
    return True


@dataclass(frozen=True)
class Support:
    """One proposal for an establishment: what the state gives the whole of it, in đồng."""

    proposal: Proposal
    state: int


def _history(request: HttpRequest, enterprise: Enterprise) -> list[Support]:
    """Proposals for this establishment among those the person may see, newest first."""
    rows = Beneficiary.objects.filter(
        enterprise=enterprise, proposal__in=Proposal.objects.visible_to(request.user)
    )
    proposals = [
        row.proposal for row in rows.select_related("proposal").order_by("-proposal")[:100]
    ]
    money = amounts.totals_of(proposal.pk for proposal in proposals)
    return [Support(row, money.get(row.pk, (0, 0))[0]) for row in proposals]
