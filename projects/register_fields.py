"""What people enter about an establishment, and how it reads."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.fields import MoneyField
from projects.models import Enterprise

# In the order of the form.
FIELDS: Final = (
    *("name", "kind", "place", "address", "representative", "phone"),
    *("sector_group", "sector", "industry", "craft_village"),
    *("workers", "workers_female", "workers_minority", "capital", "revenue", "revenue_year"),
    *("owner_is_woman", "owner_is_minority", "uses_local_material", "is_exporter"),
    "has_typical_product",
)


def changes_between(before: Enterprise, after: Enterprise) -> list[str]:
    """Names of the entered fields that differ."""
    found = []
    for name in FIELDS:
        column = Enterprise._meta.get_field(name).attname
        if getattr(before, column) != getattr(after, column):
            found.append(name)
    return found


def label_of(name: str) -> str:
    """«Địa bàn»: how the form and the comparison of two records call a field."""
    label = str(Enterprise._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def shown(enterprise: Enterprise, name: str) -> str:
    """A field as people read it; a dash where nothing is known."""
    column = Enterprise._meta.get_field(name)
    found = getattr(enterprise, name)
    if found is None or found == "":
        return "–"
    if isinstance(found, bool):
        return _("có") if found else _("không")
    if isinstance(column, MoneyField):
        return money.format_dong(found)
    if column.choices:
        return str(getattr(enterprise, f"get_{name}_display")())
    return str(getattr(found, "full_name", found))
