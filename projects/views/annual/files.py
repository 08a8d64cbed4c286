"""Workbooks of a list: the official form, and the one that comes back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from khuyencong.core import clock
from projects.annual import workbook as annual_workbook
from projects.annual.rows import proposals_of
from projects.exchange import plan as official
from projects.views.annual.found import plan_or_404
from projects.views.download import workbook


@never_cache
@require_safe
def official_form(request: HttpRequest, code: str) -> HttpResponse:
    """Mẫu 2: grouped by activity, live sums; in đồng, or in triệu đồng."""
    plan = plan_or_404(request, code)
    in_millions = request.GET.get("dvt") == "trieu"
    rows = proposals_of(plan)
    about = _("{code}, lập ngày {day}").format(code=plan.code, day=f"{clock.today():%d/%m/%Y}")
    unit = "trieu" if in_millions else "dong"
    return workbook(
        f"mau-2-{plan.code}-{unit}.xlsx",
        lambda target: official.write(
            target,
            rows,
            title=plan.title.upper(),
            about=about,
            in_millions=in_millions,
            inside="plan_position",
        ),
    )


@never_cache
@require_safe
def working_copy(request: HttpRequest, code: str) -> HttpResponse:
    """The list in its order, to be filled in and sent back."""
    plan = plan_or_404(request, code)
    return workbook(f"{plan.code}.xlsx", lambda target: annual_workbook.write(target, plan))
