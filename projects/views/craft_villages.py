"""Craft villages (làng nghề): list, page, entry. They count through their establishments."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from khuyencong.core import documents, roles
from khuyencong.core.refusals import Refused
from projects.forms.craft_village import CraftVillageForm
from projects.models import CraftVillage, Enterprise
from projects.views.enterprise_entry import writer_or_403
from projects.views.lookup import sees_dossiers_or_404
from projects.views.paging import asked_page, page_of

MEMBERS = 200


def villages(request: HttpRequest) -> QuerySet[CraftVillage]:
    sees_dossiers_or_404(request)
    rows = CraftVillage.objects.visible_to(request.user)
    return rows.select_related("place", "recognised_by")


def village_list(request: HttpRequest) -> HttpResponse:
    """Sổ làng nghề, blind to accents, with the number of establishments of each."""
    sought = request.GET.get("search", "").strip()[:100]
    found = villages(request).matching(sought).order_by("search_text", "pk")
    page = page_of(
        found, asked_page(request.GET.get("page", "")), described=lambda rows: rows.with_counts()
    )
    context = {
        "page": page,
        "sought": sought,
        "may_write": request.user.may(roles.ENTERPRISE_WRITE),
        "is_illustration": any(row.is_illustration for row in page.rows),
    }
    return render(request, "projects/craft_village_list.html", context)


def village_or_404(request: HttpRequest, pk: int) -> CraftVillage:
    found = villages(request).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404(_("Không có làng nghề này trong sổ của tỉnh."))
    return found


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    village = village_or_404(request, pk)
    members = (
        Enterprise.objects.visible_to(request.user)
        .filter(craft_village=village)
        .select_related("place")
        .order_by("name_key", "pk")
    )
    paper = village.recognised_by
    context = {
        "village": village,
        "count": members.count(),
        "members": list(members[:MEMBERS]),
        "paper_opens": bool(paper and documents.openable(request.user, [paper.pk])),
        "may_write": request.user.may(roles.ENTERPRISE_WRITE),
        "is_illustration": village.is_illustration,
    }
    return render(request, "projects/craft_village_detail.html", context)


def new(request: HttpRequest) -> HttpResponse:
    sees_dossiers_or_404(request)
    return _answer(request, CraftVillage(province=request.user.organisation.province))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _answer(request, village_or_404(request, pk))


def _answer(request: HttpRequest, village: CraftVillage) -> HttpResponse:
    writer_or_403(request, Enterprise(province_id=village.province_id))
    is_new, name = village.pk is None, village.name
    data, sent_files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = CraftVillageForm(data, sent_files, instance=village, user=request.user)
    if form.is_bound and form.is_valid():
        try:
            with transaction.atomic():
                form.instance.recognised_by = form.paper()
                form.save()
        except Refused as refused:
            form.forget_file()
            for fault in refused.faults:
                known = fault.field if fault.field in form.fields else None
                form.add_error(known, fault.message)
        except IntegrityError:
            form.forget_file()
            form.add_error("name", _("Làng nghề này đã có trong sổ."))
        else:
            messages.success(request, _("Đã lưu «{name}».").format(name=form.instance.name))
            return redirect("craft_village_detail", pk=form.instance.pk)
    context = {
        "form": form,
        "village": None if is_new else village,
        "title": _("Thêm làng nghề") if is_new else name,
        "has_errors": bool(form.errors),
        "is_illustration": village.is_illustration,
    }
    status = 422 if form.is_bound else 200
    return render(request, "projects/craft_village_form.html", context, status=status)
