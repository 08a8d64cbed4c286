"""The lists a workbook offers and recognises, read once for a whole workbook."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from django.db.models import Model, Q

from khuyencong.core import clock
from khuyencong.core.models import Place, dated_on
from programmes.models import Activity, IndustryCode, Sector
from projects.exchange.columns import Choice


def communes(province_id: int, *days: datetime.date) -> dict[int, Place]:
    """Communes of a province in force today or on one of the days, by id, with all their names."""
    in_force = dated_on(clock.today())
    for day in days:
        in_force |= dated_on(day)
    inside = Q(parent=province_id) | Q(parent__parent=province_id)
    rows = Place.objects.filter(inside & in_force, level=Place.Level.COMMUNE)
    rows = rows.select_related("parent").prefetch_related("changes_to__new", "changes_from__old")
    return {row.pk: row for row in rows.order_by("name_folded", "pk")}


def place_choices(places: dict[int, Place]) -> tuple[Choice, ...]:
    """«xã Bản Bo», or «Bản Bo»; with its former district where two units are called the same."""
    times = Counter(place.full_name for place in places.values())
    found = []
    for place in places.values():
        above = place.parent
        former = above is not None and above.level == Place.Level.DISTRICT
        full = f"{place.full_name}, {above.full_name}" if former else place.full_name
        label = full if times[place.full_name] > 1 else place.full_name
        found.append(Choice(place.pk, label, (place.full_name, place.name, full)))
    return tuple(found)


def activities(*days: datetime.date) -> dict[str, Activity]:
    """Activities in force today or on one of the days, by code; the newest of a code."""
    in_force = dated_on(clock.today())
    for day in days:
        in_force |= dated_on(day)
    rows = Activity.objects.filter(in_force).order_by("valid_from")
    by_code = {row.code: row for row in rows}
    return dict(sorted(by_code.items(), key=lambda item: (item[1].position, item[0])))


def activity_choices(found: dict[str, Activity]) -> tuple[Choice, ...]:
    return tuple(Choice(code, str(row), (code, row.name)) for code, row in found.items())


def sectors() -> dict[int, Sector]:
    return {row.pk: row for row in Sector.objects.valid_on(clock.today())}


def industry_codes() -> dict[int, IndustryCode]:
    """Codes of every version: what a code means is said by its version."""
    return {row.pk: row for row in IndustryCode.objects.all()}


def industry_choices(found: dict[int, IndustryCode]) -> tuple[Choice, ...]:
    newest = max((row.version for row in found.values()), default="")
    return tuple(
        Choice(pk, str(row), (row.code,) if row.version == newest else ())
        for pk, row in found.items()
    )


def by_name(found: dict[int, Any]) -> tuple[Choice, ...]:
    return tuple(Choice(pk, str(row)) for pk, row in found.items())


def labelled(choices: Any) -> tuple[Choice, ...]:
    """The choices of a model's field, as Vietnamese says them."""
    return tuple(Choice(value, str(label)) for value, label in choices)


def field_check(model: type[Model], name: str) -> Any:
    """The rule of a model's own field: gives the clean value or raises ``ValidationError``."""
    field = model._meta.get_field(name)
    return lambda value: field.clean(value, None)
