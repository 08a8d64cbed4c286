"""Whether an establishment is in the register already: by a number it has or had, or by its name.

One query, each part of it answered by an index, so that it stays quick in a register of any size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from khuyencong.core import places
from khuyencong.core.models import Place
from projects.models import Enterprise, EnterpriseIdentifier
from projects.models.naming import bare

SHOWN: Final = 10
LOOKED_AT: Final = 200


@dataclass
class Likeness:
    """An establishment that may be the same, and why."""

    enterprise: Enterprise
    reasons: list[str] = field(default_factory=list)


def of(
    name: str,
    place: Place | None,
    numbers: Iterable[tuple[str, str]],
    *,
    province_id: int,
    besides: int | None = None,
) -> list[Likeness]:
    """Establishments of the province that may be the one being entered, ``besides`` itself.

    ``numbers`` are (kind, value) as stored. A name says something only where the places may be the
    same ground; a place that is not known may be any.
    """
    wanted = [(kind, value) for kind, value in numbers if value]
    by_name = Q(pk__in=[])
    if key := bare(name)[:200]:
        by_name = Q(name_bare=key, province_id=province_id)
    held = Q(pk__in=[])
    for kind, value in wanted:
        held |= Q(kind=kind, value=value)
    named = Enterprise.objects.filter(by_name).order_by().values("pk")
    numbered = EnterpriseIdentifier.objects.filter(held).order_by().values("enterprise_id")
    rows = (
        Enterprise.objects.filter(pk__in=named.union(numbered, all=True))
        .select_related("place__parent")
        .prefetch_related("identifiers")
        # Sorted here: in the order of an index the database would read the whole province.
        .order_by()
    )
    ground: set[int] | None = None
    found = []
    for row in sorted(rows[:LOOKED_AT], key=lambda row: (row.name_key, row.pk)):
        if row.province_id != province_id or row.merged_into_id or row.pk == besides:
            continue
        like = Likeness(row)
        for number in row.identifiers.all():
            if (number.kind, number.value) in wanted:
                said = _("đang dùng mã này") if number.is_active else _("từng dùng mã này")
                like.reasons.append(said)
        if row.name_bare == key and key:
            if ground is None:
                ground = _ground(place)
            if _may_be_the_same(place, row.place, ground):
                like.reasons.append(_("tên giống nhau, cùng địa bàn"))
        if like.reasons:
            found.append(like)
    return found[:SHOWN]


def _ground(place: Place | None) -> set[int]:
    """The units over the same ground on either side of a change of borders."""
    if place is None:
        return set()
    linked = places.ground_of(place.pk).values_list("pk", flat=True)
    return {place.pk, *linked, *place.changes_to.values_list("new_id", flat=True)}


def _may_be_the_same(place: Place | None, other: Place | None, ground: set[int]) -> bool:
    return place is None or other is None or other.pk in ground
