"""Rows of the permission table for the calendar, delegations, mails and ageing; what they point to.

The day in the calendar is the province's own. The delegation is sct_head's, to a colleague who does
not stand in the table: nobody there may more by it.
"""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

ADMINISTRATORS = "quantri x_quantri"
JUDGES = "sct sct_head stc ubnd cuc bct x_sct x_sct_head x_stc x_ubnd"
DOERS = f"{JUDGES} ketoan x_ketoan {ADMINISTRATORS}"
FOLLOWERS = f"{JUDGES} ketoan lanhdao kiemtoan hethong x_ketoan x_lanhdao x_kiemtoan x_hethong"

CLOCKS: dict[tuple[str, str], dict[int, str]] = {
    ("GET", "holiday_list"): {302: "anonymous", 200: ADMINISTRATORS, 404: "*"},
    ("POST", "holiday_list"): {302: "anonymous", 200: ADMINISTRATORS, 404: "*"},
    ("GET", "holiday_new"): {302: "anonymous", 200: ADMINISTRATORS, 404: "*"},
    ("POST", "holiday_new"): {302: "anonymous", 422: ADMINISTRATORS, 404: "*"},
    ("GET", "holiday_paste"): {302: "anonymous", 200: ADMINISTRATORS, 404: "*"},
    ("POST", "holiday_paste"): {302: "anonymous", 422: ADMINISTRATORS, 404: "*"},
    ("GET", "holiday_edit"): {302: "anonymous", 200: "quantri", 404: "*"},
    ("POST", "holiday_edit"): {302: "anonymous", 422: "quantri", 404: "*"},
    ("GET", "holiday_remove"): {302: "anonymous", 200: "quantri", 404: "*"},
    ("POST", "holiday_remove"): {302: "anonymous quantri", 404: "*"},
    ("GET", "delegation_list"): {302: "anonymous", 200: DOERS, 404: "*"},
    ("POST", "delegation_list"): {302: "anonymous", 200: DOERS, 404: "*"},
    ("GET", "delegation_new"): {302: "anonymous", 200: DOERS, 404: "*"},
    ("POST", "delegation_new"): {302: "anonymous", 422: DOERS, 404: "*"},
    ("GET", "delegation_end"): {
        302: "anonymous",
        200: "sct_head quantri",
        403: "sct ketoan",
        404: "*",
    },
    ("POST", "delegation_end"): {
        302: "anonymous",
        422: "sct_head quantri",
        403: "sct ketoan",
        404: "*",
    },
    ("GET", "inbox_settings"): {302: "anonymous", 200: "*"},
    ("POST", "inbox_settings"): {302: "anonymous", 422: "*"},
    ("GET", "ageing"): {302: "anonymous", 200: FOLLOWERS, 404: "*"},
    ("POST", "ageing"): {302: "anonymous", 200: FOLLOWERS, 404: "*"},
}


def addresses(place: SimpleNamespace) -> dict[str, dict[str, Any]]:
    """The arguments of these routes, by the route's name."""
    from khuyencong.core import clock
    from khuyencong.core.models import Holiday, RoleGrant
    from tests import make

    holiday = Holiday.objects.create(
        day=datetime.date(2026, 9, 2), name="Lễ của tỉnh", province=place.home
    )
    grant = RoleGrant.objects.create(
        user=make.user("sct.thay", "appraiser", place.orgs.industry),
        role="head",
        valid_from=clock.today(),
        valid_to=clock.today() + datetime.timedelta(days=5),
        order="12/GUQ",
        on_behalf_of=place.people.sct_head,
    )
    day = {"pk": holiday.pk}
    return {"holiday_edit": day, "holiday_remove": day, "delegation_end": {"pk": grant.pk}}
