"""Xuất danh mục đề án (Mẫu 2): the list page's rows as a workbook."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from khuyencong.core import clock
from khuyencong.core.money import format_dong
from projects.exchange import plan
from projects.views.asking import Asked
from projects.views.download import workbook
from projects.views.lookup import sees_dossiers_or_404


@never_cache
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The proposals the list shows under the same filters; in đồng, or in triệu đồng."""
    sees_dossiers_or_404(request)
    asked = Asked(request)
    rows = asked.found
    if rows.order_by()[: plan.MOST + 1].count() > plan.MOST:
        messages.error(
            request,
            _("Danh mục có hơn {n} đề án. Lọc bớt, ví dụ theo năm, rồi xuất lại.").format(
                n=format_dong(plan.MOST)
            ),
        )
        return redirect(f"{reverse('proposal_list')}?{asked.query.urlencode()}")
    in_millions = request.GET.get("dvt") == "trieu"
    day = f"{clock.today():%d/%m/%Y}"

    def write(target: object) -> None:
        plan.write(
            target,
            rows,
            title=_("BIỂU TỔNG HỢP ĐỀ ÁN KHUYẾN CÔNG"),
            about=_("Danh mục lập ngày {day}").format(day=day),
            in_millions=in_millions,
        )

    return workbook(f"danh-muc-de-an-{clock.today():%Y%m%d}.xlsx", write)
