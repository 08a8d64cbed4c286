"""The money of a filter by place, on the map of today, of the dossier, or of the old districts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import places, text
from khuyencong.core.models import Place
from projects import amounts
from projects.models import Proposal, ProposalPlace
from projects.views.asking import Asked
from projects.views.lookup import sees_dossiers_or_404

NOW, THEN, DISTRICT = "hien-hanh", "trong-ho-so", "huyen"
GEOGRAPHIES: Final[dict[str, str | Promise]] = {
    NOW: gettext_lazy("Địa giới hiện hành"),
    THEN: gettext_lazy("Địa giới ghi trong hồ sơ, lúc phê duyệt"),
    DISTRICT: gettext_lazy("Huyện, thành phố trước đây"),
}


@dataclass
class PlaceRow:
    """One unit with its proposals and their money in đồng; ``place`` is None where it is several.

    Each proposal is counted in one row only, so that the rows add up to the filter's totals.
    """

    label: str
    place: Place | None = None
    count: int = 0
    state: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        return self.state + self.other


def grouped(found: QuerySet[Proposal], geography: str) -> list[PlaceRow]:
    """Rows by place name, then what has several places or none; at most six queries."""
    ids = found.order_by().values("pk")
    at: dict[int, set[int]] = {pk: set() for pk in found.order_by().values_list("pk", flat=True)}
    for pk, place_id in ProposalPlace.objects.filter(proposal__in=ids).values_list(
        "proposal_id", "place_id"
    ):
        at.setdefault(pk, set()).add(place_id)
    known = Place.objects.select_related("parent").in_bulk(set().union(*at.values()))
    if geography == NOW:
        mapped = known | places.current_units()
    elif geography == DISTRICT:
        mapped = places.former_districts()
    else:
        mapped = known
    rows: dict[tuple[int, int], PlaceRow] = {}
    money = amounts.totals_of(found)
    for pk, place_ids in at.items():
        units = {mapped[number].pk if number in mapped else 0 for number in place_ids}
        row = rows.setdefault(*_row(units, place_ids, mapped))
        state, other = money.get(pk, (0, 0))
        row.count, row.state, row.other = row.count + 1, row.state + state, row.other + other
    ordered = sorted(rows.items(), key=lambda item: (item[0][0], text.sort_key(item[1].label)))
    return [row for _key, row in ordered]


def _row(
    units: set[int], place_ids: set[int], mapped: dict[int, Place]
) -> tuple[tuple[int, int], PlaceRow]:
    if not units:
        return (3, 0), PlaceRow(_("Chưa ghi địa bàn"))
    if len(units) > 1:
        return (1, 0), PlaceRow(_("Thực hiện ở nhiều địa bàn"))
    if 0 in units:
        return (2, 0), PlaceRow(_("Xã, phường hiện nay có đất của nhiều huyện trước đây"))
    place = mapped[next(iter(place_ids))]
    return (0, place.pk), PlaceRow(_named(place), place)


def _named(place: Place) -> str:
    """«xã Mường Than (huyện Than Uyên)»: a former commune says its district."""
    if place.parent and place.parent.level == Place.Level.DISTRICT:
        return f"{place.full_name} ({place.parent.full_name})"
    return place.full_name


def by_place(request: HttpRequest) -> HttpResponse:
    """Đề án theo địa bàn: the list's filters, a row a unit."""
    sees_dossiers_or_404(request)
    asked = Asked(request)
    geography = request.GET.get("theo", "")
    if geography not in GEOGRAPHIES:
        geography = NOW
    rows = grouped(asked.found, geography)
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        for name in ("count", "state", "other", "total"):
            sums[name] += getattr(row, name)
    links = [
        (row, asked.without("place", place=str(row.place.pk)) if row.place else "") for row in rows
    ]
    return render(
        request,
        "projects/by_place.html",
        {
            "asked": asked,
            "rows": links,
            "sums": sums,
            "geography": geography,
            "geographies": [
                (name, label, name == geography) for name, label in GEOGRAPHIES.items()
            ],
        },
    )
