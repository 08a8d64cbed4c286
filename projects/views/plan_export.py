"""Xuất danh mục đề án (Mẫu 2): the list page's rows as a workbook."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from khuyencong.core import clock
from khuyencong.core.money import format_dong
from projects.exchange import plan
from projects.views.asking import Asked
from projects.views.download import workbook
from projects.views.lookup import sees_dossiers_or_404


def _too_many(asked: Asked, unit: str) -> SafeString:
    """How many there are, and the same list of each year that can be written at once."""
    by_year = asked.found.order_by().values_list("plan_year").annotate(n=Count("pk"))
    years = sorted(by_year, reverse=True)
    links = format_html_join(
        ", ",
        '<a href="{}?{}">{}</a>',
        (
            (reverse("proposal_export"), _of_year(asked, year, unit), f"{year} ({format_dong(n)})")
            for year, n in years
            if n <= plan.MOST
        ),
    )
    said = _(
        "Danh mục có {all} đề án, mỗi lần xuất được nhiều nhất {n}. Lọc bớt rồi xuất lại."
    ).format(all=format_dong(sum(n for _year, n in years)), n=format_dong(plan.MOST))
    if not links:
        return format_html("{}", said)
    return format_html("{} {} {}", said, _("Xuất theo năm:"), links)


def _of_year(asked: Asked, year: int, unit: str) -> str:
    query = asked.query.copy()
    query["plan_year"] = year
    if unit:
        query["dvt"] = unit
    return query.urlencode()


@never_cache
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The proposals the list shows under the same filters; in đồng, or in triệu đồng."""
    sees_dossiers_or_404(request)
    asked = Asked(request)
    rows = asked.found
    if rows.order_by()[: plan.MOST + 1].count() > plan.MOST:
        messages.error(request, _too_many(asked, request.GET.get("dvt", "")))
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

    unit = "trieu" if in_millions else "dong"
    return workbook(f"danh-muc-de-an-{clock.today():%Y%m%d}-{unit}.xlsx", write)
