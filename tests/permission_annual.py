"""Rows of the permission table for the annual plan (an empty draft) and the traits of places."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

FOLLOWERS = "sct sct_head ketoan lanhdao kiemtoan hethong"
FOREIGN_FOLLOWERS = "x_sct x_sct_head x_stc x_ubnd x_ketoan x_lanhdao x_kiemtoan x_hethong"
LISTED = f"{FOLLOWERS} stc ubnd cuc bct {FOREIGN_FOLLOWERS}"
_OTHERS = "ketoan lanhdao kiemtoan hethong"
_NOT_SCT = f"sct_head {_OTHERS}"
_NOT_HEAD = f"sct {_OTHERS}"
_ADMINISTRATORS = "quantri x_quantri"
_ANONYMOUS = "anonymous"

ANNUAL: dict[tuple[str, str], dict[int, str]] = {
    ("GET", "annual_list"): {302: _ANONYMOUS, 200: LISTED, 404: "*"},
    ("POST", "annual_list"): {302: _ANONYMOUS, 405: "*"},
    ("GET", "annual_new"): {302: _ANONYMOUS, 200: "sct x_sct", 403: "*"},
    ("POST", "annual_new"): {302: _ANONYMOUS, 422: "sct x_sct", 403: "*"},
    ("GET", "annual_plan"): {302: _ANONYMOUS, 200: FOLLOWERS, 404: "*"},
    ("POST", "annual_plan"): {302: _ANONYMOUS, 422: "sct", 403: _NOT_SCT, 404: "*"},
    ("GET", "annual_send"): {302: _ANONYMOUS, 200: "sct_head", 403: _NOT_HEAD, 404: "*"},
    ("POST", "annual_send"): {302: _ANONYMOUS, 422: "sct_head", 403: _NOT_HEAD, 404: "*"},
    # Nothing was sent, so there is nothing to decide or to close yet.
    ("GET", "annual_decide"): {302: _ANONYMOUS, 409: "sct", 403: _NOT_SCT, 404: "*"},
    ("POST", "annual_decide"): {302: _ANONYMOUS, 409: "sct", 403: _NOT_SCT, 404: "*"},
    ("GET", "annual_close"): {302: _ANONYMOUS, 409: "sct_head", 403: _NOT_HEAD, 404: "*"},
    ("POST", "annual_close"): {302: _ANONYMOUS, 409: "sct_head", 403: _NOT_HEAD, 404: "*"},
    ("GET", "annual_official"): {302: _ANONYMOUS, 200: FOLLOWERS, 404: "*"},
    ("POST", "annual_official"): {302: _ANONYMOUS, 405: "*"},
    ("GET", "annual_workbook"): {302: _ANONYMOUS, 200: FOLLOWERS, 404: "*"},
    ("POST", "annual_workbook"): {302: _ANONYMOUS, 405: "*"},
    ("GET", "place_trait_list"): {302: _ANONYMOUS, 200: "*"},
    ("POST", "place_trait_list"): {302: _ANONYMOUS, 405: "*"},
    ("GET", "place_trait_new"): {302: _ANONYMOUS, 200: _ADMINISTRATORS, 403: "*"},
    ("POST", "place_trait_new"): {302: _ANONYMOUS, 422: _ADMINISTRATORS, 403: "*"},
    ("GET", "place_trait_end"): {302: _ANONYMOUS, 200: "quantri", 404: "x_quantri", 403: "*"},
    ("POST", "place_trait_end"): {302: _ANONYMOUS, 422: "quantri", 404: "x_quantri", 403: "*"},
    ("POST", "api_decisions"): {
        401: _ANONYMOUS,
        400: "sct stc ubnd cuc bct x_sct x_stc x_ubnd",
        403: "*",
    },
}


def addresses(place: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """A list of the department, and a trait of a unit of the province."""
    from khuyencong.core.models import PlaceTrait
    from projects.annual import plans

    source = place.sources["provincial"]
    plan = plans.create(place.programme, 2026, source, by=place.people.sct)
    trait = PlaceTrait.objects.create(
        place=place.commune,
        kind=PlaceTrait.Kind.HARDSHIP,
        valid_from=datetime.date(2026, 1, 1),
        legal_ref="Văn bản thử",
    )
    names = ("plan", "send", "decide", "close", "official", "workbook")
    found: dict[str, dict[str, Any]] = {f"annual_{name}": {"code": plan.code} for name in names}
    return found | {"place_trait_end": {"pk": trait.pk}}
