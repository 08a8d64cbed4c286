"""Lịch làm việc: the administrator keeps the days off and the days worked in their place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from khuyencong.core import clock, holidays
from khuyencong.core.holiday_form import HolidayForm, PasteForm
from khuyencong.core.models import Holiday
from khuyencong.core.refusals import Refused
from khuyencong.core.token_views import administrators_only


def _days(request: HttpRequest) -> QuerySet[Holiday]:
    return Holiday.objects.visible_to(request.user).select_related("province")


@administrators_only
def holiday_list(request: HttpRequest) -> HttpResponse:
    """One year: its days, and how many working days each month has."""
    today = clock.today()
    asked = request.GET.get("nam", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    year = year if 1900 <= year <= 2100 else today.year
    known = {day.year for day in _days(request).dates("day", "year")}
    months = holidays.year_of(year, request.user.organisation.province_id)
    context = {
        "year": year,
        "years": sorted(known | {today.year, today.year + 1, year}),
        "rows": _days(request).filter(day__year=year),
        "months": months,
        "total": sum(month.working_days for month in months),
    }
    return render(request, "core/holiday_list.html", context)


@administrators_only
def holiday_new(request: HttpRequest) -> HttpResponse:
    return _write(request, Holiday(), _("Thêm ngày vào lịch"))


@administrators_only
def holiday_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _write(request, get_object_or_404(_days(request), pk=pk), _("Sửa ngày trong lịch"))


def _write(request: HttpRequest, holiday: Holiday, title: str) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = HolidayForm(sent, instance=holiday, user=request.user)
    if request.method == "POST" and form.is_valid() and _saved(form, holiday, request):
        messages.success(
            request,
            _("Đã ghi ngày {day} vào lịch. Hạn đã đặt của hồ sơ đang chờ giữ nguyên.").format(
                day=f"{holiday.day:%d/%m/%Y}"
            ),
        )
        return _to_year(holiday.day.year)
    return _page(request, "core/holiday_form.html", form, {"title": title, "holiday": holiday})


def _saved(form: HolidayForm, holiday: Holiday, request: HttpRequest) -> bool:
    try:
        holidays.save(holiday, by=request.user)
    except Refused as refused:
        form.add_faults(refused.faults)
        return False
    return True


@administrators_only
def holiday_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first; a day that somebody else removed meanwhile is simply gone."""
    holiday = _days(request).filter(pk=pk).first()
    if holiday is None:
        if request.method != "POST" or Holiday.objects.filter(pk=pk).exists():
            raise Http404
        return redirect("holiday_list")
    if request.method != "POST":
        return render(request, "core/holiday_remove.html", {"holiday": holiday})
    holidays.remove(holiday, by=request.user)
    messages.success(
        request,
        _("Đã bỏ ngày {day} ({name}) khỏi lịch.").format(
            day=f"{holiday.day:%d/%m/%Y}", name=holiday.name
        ),
    )
    return _to_year(holiday.day.year)


@administrators_only
def holiday_paste(request: HttpRequest) -> HttpResponse:
    """Several days from a workbook, all of them or none."""
    form = PasteForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        block = form.cleaned_data["block"]
        try:
            done = holidays.paste(block, province_id=form.province_id, by=request.user)
        except Refused as refused:
            form.add_faults(refused.faults)
        else:
            messages.success(
                request,
                _("Đã thêm {added} ngày, sửa {changed} ngày, {kept} ngày vốn đã có.").format(
                    added=done.added, changed=done.changed, kept=done.kept
                ),
            )
            return _to_year(holidays.read(block)[0].day.year)
    return _page(request, "core/holiday_paste.html", form, {})


def _to_year(year: int) -> HttpResponse:
    return redirect(f"{reverse('holiday_list')}?nam={year}")


def _page(
    request: HttpRequest, template: str, form: HolidayForm | PasteForm, more: dict[str, Any]
) -> HttpResponse:
    context = {"form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)
