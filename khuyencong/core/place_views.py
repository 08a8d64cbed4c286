"""The units of before and of today side by side, with what the table rests on."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from khuyencong.core import clock, places
from khuyencong.core.models import Place, PlaceChange
from khuyencong.core.models.base import dated_on


def place_list(request: HttpRequest) -> HttpResponse:
    """Địa bàn: each unit of today with the former ones it was made of; five queries."""
    home = request.user.organisation.province
    today = clock.today()
    units = list(
        places.choices(home.pk if home else None)
        .filter(dated_on(today), level=Place.Level.COMMUNE)
        .order_by("name_folded", "pk")
    )
    changes = PlaceChange.objects.filter(new__in=[unit.pk for unit in units])
    members: dict[int, list[PlaceChange]] = {}
    for change in changes.select_related("old__parent").order_by("old__name_folded"):
        members.setdefault(change.new_id, []).append(change)
    rows = [(unit, members.get(unit.pk, [])) for unit in units]
    former = {change.old_id: change.old for found in members.values() for change in found}
    context = {
        "home": home,
        "rows": rows,
        "remarks": [
            remark for remark in places.remarks() if home is None or remark.province == home.code
        ],
        "unit_count": len(units),
        "unit_kinds": sorted(Counter(unit.kind for unit in units).items()),
        "former_count": len(former),
        "former_kinds": sorted(Counter(place.kind for place in former.values()).items()),
        "district_count": len({place.parent_id for place in former.values() if place.parent_id}),
        "documents": sorted(
            {c.document for found in members.values() for c in found if c.document}
        ),
    }
    return render(request, "core/place_list.html", context)
