"""A list of sites as a program sends it: establishments and places by their codes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core import clock
from khuyencong.core.api import invalid
from khuyencong.core.models import Place
from projects import sites
from projects.models import Enterprise, Proposal


def sites_of(given: dict[str, Any], proposal: Proposal) -> dict[str, Any]:
    """What ``firing.fire`` takes; a code that is not known is refused by its name."""
    rows = given.get("sites") or []
    firms = _firms(proposal, [row["enterprise"] for row in rows])
    places = _places(proposal, [row["place"] for row in rows if row.get("place")])
    confirmed = {row.enterprise.code: row.pk for row in sites.confirmed(proposal)}
    found = []
    for index, row in enumerate(rows):
        firm = firms.get(row["enterprise"])
        if firm is None:
            raise invalid(
                f"sites.{index}.enterprise", _("Sổ cơ sở của tỉnh không có cơ sở mã này.")
            )
        place = firm.place_id
        if row.get("place"):
            place = places.get(row["place"])
            if place is None:
                raise invalid(f"sites.{index}.place", _("Tỉnh không có xã, phường mã này."))
        found.append(
            {
                "enterprise": firm.pk,
                "place": place,
                "support": row["support"],
                "counterpart": row["counterpart"],
                "replaces": _site(confirmed, row.get("replaces"), f"sites.{index}.replaces"),
            }
        )
    gone = [
        _site(confirmed, code, f"withdraws.{index}")
        for index, code in enumerate(given.get("withdraws") or [])
    ]
    return {"sites": found, "withdraws": gone}


def _firms(proposal: Proposal, codes: list[str]) -> dict[str, Enterprise]:
    wanted = [pk for code in codes if (pk := _number(code))]
    rows = Enterprise.objects.filter(pk__in=wanted, province_id=proposal.province_id)
    return {row.code: row for row in rows}


def _number(code: str) -> int | None:
    digits = code.removeprefix("CS-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _places(proposal: Proposal, codes: list[str]) -> dict[str, int]:
    rows = Place.objects.valid_on(clock.today()).filter(
        level=Place.Level.COMMUNE, code__in=codes, parent=proposal.province_id
    )
    return dict(rows.values_list("code", "pk"))


def _site(confirmed: dict[str, int], code: str | None, field: str) -> int | None:
    if not code:
        return None
    if code not in confirmed:
        raise invalid(field, _("Không phải cơ sở đã được xác nhận của đề án."))
    return confirmed[code]
