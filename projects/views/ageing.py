"""Thời gian thẩm định: how long dossiers lie with each office, by chain."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from khuyencong.core import workdays
from projects import ageing, holding
from projects.desk_rules import JUDGING

SHOWN: Final = 20


def page(request: HttpRequest) -> HttpResponse:
    """A fixed number of queries; the year is that of the answers."""
    user = request.user
    if not any(user.may(right) for right in ageing.FOLLOWS):
        raise Http404(_("Trang này của cơ quan thẩm định và người theo dõi."))
    asked = request.GET.get("nam", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else None
    found = ageing.table(user, year)
    calendar = workdays.calendar_of(user.organisation.province_id)
    rows = ageing.open_reviews().filter(ageing.seen_by(user))
    late = ageing.late_seen_by(user, rows, calendar, SHOWN) if found.waiting.late else []
    context = {
        "table": found,
        "late": [(review, holding.due(review)) for review in late],
        "more": found.waiting.late - len(late),
        "own": user.organisation.lineage,
        "may_judge": any(user.may(right) for right in JUDGING),
    }
    return render(request, "projects/ageing.html", context)
