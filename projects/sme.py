"""How large an enterprise is by the law on small and medium enterprises: data, never code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core import datafile
from projects.models import Enterprise

FILE: Final = Path(__file__).with_name("data") / "sme.yaml"
LARGER: Final = "larger"


@dataclass(frozen=True)
class Size:
    """A size, where it stands in the law, and how sure its limits are."""

    code: str
    name: str
    legal_ref: str
    confidence: str


@cache
def _limits() -> dict[str, Any]:
    return datafile.read(FILE).data


def size_of(enterprise: Enterprise) -> Size | None:
    """The size by labour, and by revenue or capital in đồng; None where too little is known.

    Either of revenue and capital is enough to fit a size; only both together exceed it.
    """
    data = _limits()
    if enterprise.kind not in data["applies_to"] or enterprise.workers is None:
        return None
    source = (data["legal_ref"], data["confidence"])
    for row in data["sizes"]:
        if enterprise.workers > row["workers"]:
            continue
        fits = _fits(enterprise, row)
        if fits is None:
            return None
        if fits:
            return Size(row["code"], row["name"], *source)
    return Size(LARGER, _("Lớn hơn doanh nghiệp vừa"), *source)


def _fits(enterprise: Enterprise, row: dict[str, Any]) -> bool | None:
    money = [(enterprise.revenue, row["revenue"]), (enterprise.capital, row["capital"])]
    if any(amount is not None and amount <= limit for amount, limit in money):
        return True
    return None if any(amount is None for amount, _limit in money) else False
