"""Tổng quan: where the money of a programme is, and what is late."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from budgets import illustration
from khuyencong.core import clock, roles
from khuyencong.core.models import User
from programmes import running
from programmes.models import Programme, ProgrammeVersion
from projects import amounts
from projects.ageing import FOLLOWS
from reports import papers, tables
from reports.ageing import ageing
from reports.alerts import alerts, link
from reports.targets import progress

_ALERTS = 5  # more are said in number


def versions_in_force(user: User) -> list[ProgrammeVersion]:
    """The latest version of each programme the person may see, in one query.

    Of those the first is the one a person means who names none: it runs now, or it ran last.
    """
    rows = ProgrammeVersion.objects.filter(
        programme__in=Programme.objects.visible_to(user)
    ).annotate(has_made_up=Exists(illustration.made_up(OuterRef("programme"))))
    latest = {
        version.programme_id: version
        for version in rows.select_related("programme__province", "decision").order_by("number")
    }
    return sorted(latest.values(), key=lambda version: running.order(version.programme))


def dashboard(request: HttpRequest) -> HttpResponse:
    if not request.user.may(roles.SEE_BUDGET):
        raise PermissionDenied(_("Tài khoản của bạn không xem số liệu kinh phí."))
    versions = versions_in_force(request.user)
    if not versions:
        return render(request, "reports/dashboard_empty.html")
    version = _chosen(versions, request.GET.get("chuong-trinh"))
    year = _year(version.programme, request.GET.get("nam"))
    return render(
        request, "reports/dashboard.html", _context(request.user, versions, version, year)
    )


def _chosen(versions: list[ProgrammeVersion], code: str | None) -> ProgrammeVersion:
    if not code:
        return versions[0]
    for version in versions:
        if version.programme.code == code:
            return version
    raise Http404(_("Không có chương trình này, hoặc bạn không được xem."))


def _year(programme: Programme, text: str | None) -> int | None:
    if not text:
        return None
    for year in programme.years:
        if text == str(year):
            return year
    raise Http404(_("Chương trình không có năm này."))


def _context(
    user: User, versions: list[ProgrammeVersion], version: ProgrammeVersion, year: int | None
) -> dict[str, Any]:
    programme = version.programme
    whole = amounts.matrix(programme, version=version)
    shown = whole if year is None else whole.of_years([year])
    targets = progress(programme, version)
    ages = ageing(programme, user)
    found = alerts(whole, ages, targets)
    by_source, by_year = tables.by_source(shown), tables.by_year(whole)
    this_year = clock.today().year
    query = {"programme": programme.code} | ({"year": year} if year else {})
    return {
        "programme": programme,
        "version": version,
        "programmes": [one.programme for one in versions],
        "is_illustration": programme.is_illustration,
        "is_mixed": version.has_made_up and not programme.is_illustration,
        "year": year,
        "now": clock.now(),
        "alerts": found[:_ALERTS],
        "more_alerts": len(found[_ALERTS:]),
        "by_source": [(row, tables.share(row, by_source)) for row in by_source],
        "by_year": by_year,
        "unallocated": papers.unallocated(),
        "total": shown.total,
        "state": shown.state(),
        "strip": tables.source_strip(by_source, title=_("Cơ cấu nguồn kinh phí"))
        if shown.total.planned is not None
        else None,
        "chart": tables.year_chart(
            by_year,
            title=_("Kinh phí theo năm, triệu đồng"),
            highlight=year or (this_year if this_year in programme.years else None),
        ),
        "targets": targets,
        "objectives": list(programme.objectives.all()),
        "ageing": ages,
        "ageing_url": link("ageing") if any(map(user.may, FOLLOWS)) else "",
        "report_url": link("report_list", **query) if user.may(roles.REPORT) else "",
    }
