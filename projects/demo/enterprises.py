"""The fictional establishments."""

from __future__ import annotations

from typing import Any

from khuyencong.core import clock
from khuyencong.core.models import Place
from projects.models import Enterprise, EnterpriseIdentifier


def commune(name: str, province: Place) -> Place:
    """A commune by «name» as it is today, or by «name, former district» as it was."""
    name, _comma, parent = (part.strip() for part in name.partition(","))
    rows = Place.objects.filter(name=name, level=Place.Level.COMMUNE)
    if parent:
        rows = rows.filter(parent__name=parent, parent__level=Place.Level.DISTRICT)
    else:
        rows = rows.valid_on(clock.today()).filter(parent=province)
    return rows.get()


def add(entries: list[dict[str, Any]], province: Place) -> dict[str, Enterprise]:
    """The establishments by their key; those that are there stay as they are."""
    found = {}
    for entry in entries:
        known = EnterpriseIdentifier.objects.filter(kind="tax10", value=entry["tax"]).first()
        found[entry["key"]] = known.enterprise if known else _make(entry, province)
    return found


def _make(entry: dict[str, Any], province: Place) -> Enterprise:
    enterprise = Enterprise(
        province=province,
        name=entry["name"],
        kind=entry["kind"],
        place=commune(entry["place"], province),
        sector=entry["sector"],
        workers=entry["workers"],
        representative=entry["representative"],
        is_illustration=True,
    )
    enterprise.full_clean()
    enterprise.save()
    identifier = EnterpriseIdentifier(enterprise=enterprise, kind="tax10", value=entry["tax"])
    identifier.full_clean()
    identifier.save()
    return enterprise
