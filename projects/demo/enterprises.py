"""The fictional establishments, and the craft village of one of them."""

from __future__ import annotations

from typing import Any

from khuyencong.core import clock
from khuyencong.core.models import Place
from programmes.models import IndustryCode, Sector
from projects import register
from projects.models import CraftVillage, Enterprise, EnterpriseIdentifier
from projects.register_fields import FIELDS

_LINKS = ("place", "sector_group", "industry", "craft_village")


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
    """By the portal itself: whoever is shown in the trail of a fictional entry would be, too."""
    enterprise = Enterprise(province=province, is_illustration=True)
    for name in FIELDS:
        if name in entry and name not in _LINKS:
            setattr(enterprise, name, entry[name])
    enterprise.place = commune(entry["place"], province)
    if entry.get("sector_group"):
        enterprise.sector_group = Sector.objects.filter(code=entry["sector_group"]).first()
    if entry.get("industry"):
        codes = IndustryCode.objects.filter(code=entry["industry"])
        enterprise.industry = codes.order_by("version").last()
    if entry.get("craft_village"):
        enterprise.craft_village = _village(entry["craft_village"], province)
    number = register.Number("tax10", entry["tax"], is_verified=True)
    return register.save(enterprise, by=None, numbers=[number])


def _village(entry: dict[str, Any], province: Place) -> CraftVillage:
    place = commune(entry["place"], province)
    made = {"trade": entry["trade"], "place": place, "is_illustration": True}
    return CraftVillage.objects.get_or_create(province=province, name=entry["name"], defaults=made)[
        0
    ]
