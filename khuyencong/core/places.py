"""The same ground by its old and new units: a place is asked for by day, never by name or code.

Both are ambiguous across a change: a unit of today may carry the name and the code of an old one
that lies elsewhere. Only the id of the row, followed through ``PlaceChange``, is sure.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from khuyencong.core import datafile
from khuyencong.core.models import Place, PlaceChange

_SHIPPED: Final = Path(__file__).parent / "data" / "places"
_DEEPEST: Final = 10  # changes one after another; a circle in the data ends here
_listeners: list[Callable[[set[int]], None]] = []


def on(place: Place, day: datetime.date) -> list[Place]:
    """The units that the ground of ``place`` belonged to on a day: itself where it stood then.

    Today's unit of an old one, the former members of a new one; several where it was split or
    merged, none where the data does not say.
    """
    found, asked = [], {place.pk}
    current = [place]
    for _step in range(_DEEPEST):
        following = []
        for unit in current:
            if unit.valid_to and day > unit.valid_to:
                changes = unit.changes_to.select_related("new__parent").order_by("new__name_folded")
                following += [change.new for change in changes]
            elif unit.valid_from and day < unit.valid_from:
                changes = unit.changes_from.select_related("old__parent").order_by(
                    "old__name_folded"
                )
                following += [change.old for change in changes]
            else:
                found.append(unit)
        current = [unit for unit in following if unit.pk not in asked]
        asked |= {unit.pk for unit in current}
        if not current:
            break
    return list({unit.pk: unit for unit in found}.values())


def today_of(units: Iterable[Place], day: datetime.date) -> dict[int, list[Place]]:
    """Of units that have ended by the day, the ones their ground lies in then: a query a change."""
    units = [unit for unit in units if unit.valid_to and day > unit.valid_to]
    found: dict[int, list[Place]] = {unit.pk: [] for unit in units}
    ways = {unit.pk: {unit.pk} for unit in units}  # a unit reached → those it was reached from
    for _step in range(_DEEPEST):
        if not ways:
            break
        following: dict[int, set[int]] = {}
        changes = PlaceChange.objects.filter(old__in=list(ways)).select_related("new")
        for change in changes.order_by("new__name_folded"):
            if change.new.valid_to and day > change.new.valid_to:
                following.setdefault(change.new_id, set()).update(ways[change.old_id])
                continue
            for start in ways[change.old_id]:
                if change.new not in found[start]:
                    found[start].append(change.new)
        ways = following
    return found


def ground_of(pk: int) -> QuerySet[Place]:
    """Units whose ground is known to lie within the unit ``pk``: what a filter by it may count.

    Itself; the old members of a new unit; the communes of a former district; and a new unit all of
    whose members lay in it. A new unit with only some of its ground there is left out.
    """
    members = PlaceChange.objects.filter(new=OuterRef("pk"))
    elsewhere = members.exclude(Q(old=pk) | Q(old__parent=pk))
    whole = Exists(members) & ~Exists(elsewhere)
    inside = Q(parent=pk) & Q(parent__level=Place.Level.DISTRICT)
    return Place.objects.filter(Q(pk=pk) | inside | Q(changes_to__new=pk) | whole).order_by()


def current_units(province_id: int | None = None) -> dict[int, Place]:
    """Former unit → the one unit its ground lies in today, in one query; split ones are absent."""
    changes = PlaceChange.objects.select_related("new")
    if province_id is not None:
        changes = changes.filter(new__parent=province_id)
    found: dict[int, Place] = {}
    split = set()
    for change in changes.order_by("effective_on"):
        if change.old_id in found and found[change.old_id].pk != change.new_id:
            split.add(change.old_id)
        found[change.old_id] = change.new
    return {pk: _last(found, new) for pk, new in found.items() if pk not in split}


def _last(found: dict[int, Place], place: Place) -> Place:
    for _step in range(_DEEPEST):
        if place.pk not in found:
            break
        place = found[place.pk]
    return place


def former_districts() -> dict[int, Place]:
    """Unit → the one former district its ground lay in, in two queries.

    Absent where a new unit has ground of several: districts ended before it began.
    """
    found: dict[int, Place] = {}
    old = Place.objects.filter(parent__level=Place.Level.DISTRICT).select_related("parent")
    for place in old:
        found[place.pk] = place.parent
        found[place.parent_id] = place.parent
    several = set()
    for new_id, old_id in PlaceChange.objects.order_by("pk").values_list("new_id", "old_id"):
        district = found.get(old_id)
        if district is None or found.setdefault(new_id, district).pk != district.pk:
            several.add(new_id)
    return {pk: district for pk, district in found.items() if pk not in several}


def choices(province_id: int | None) -> QuerySet[Place]:
    """Communes and former districts of a province; of every one for a national body."""
    rows = Place.objects.exclude(level=Place.Level.PROVINCE)
    if province_id is not None:
        rows = rows.filter(Q(parent=province_id) | Q(parent__parent=province_id))
    return rows


def names(place: Place) -> list[str]:
    """Every name the ground goes by: the unit's own, its district's, today's and former members'.

    Needs ``parent``, ``changes_to`` and ``changes_from`` loaded to cost no query.
    """
    found = [place.full_name]
    if place.parent_id and place.parent.level == Place.Level.DISTRICT:
        found.append(place.parent.full_name)
    found += [change.new.full_name for change in place.changes_to.all()]
    found += [change.old.full_name for change in place.changes_from.all()]
    return found


def when_changed(listener: Callable[[set[int]], None]) -> Callable[[set[int]], None]:
    """Register who must hear that units were renamed or joined (their ids)."""
    _listeners.append(listener)
    return listener


def changed(ids: Iterable[int]) -> None:
    """Tell everybody; whoever writes places calls this in the same transaction."""
    if found := set(ids):
        for listener in _listeners:
            listener(found)


@dataclass(frozen=True)
class Remark:
    """Where a shipped table of units comes from, and what it is to be checked against."""

    province: str
    source: str
    verify: str


def remarks() -> list[Remark]:
    """The remarks of every shipped table of units, as its file gives them."""
    found = []
    for path in sorted(_SHIPPED.glob("*.yaml")):
        data = datafile.read(path).data
        found.append(
            Remark(
                province=str(data["province"]["code"]),
                source=str(data.get("source", "")),
                verify=str(data.get("verify", "")),
            )
        )
    return found
