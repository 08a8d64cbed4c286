"""Rows of the permission table for panels: the one of the table has sct_head in the chair, sct as

its secretary, stc and somebody without account as members.
"""

from __future__ import annotations

MEMBERS = "sct sct_head stc"
ONLOOKERS = "ketoan lanhdao kiemtoan hethong"
DEPARTMENTS = "sct sct_head x_sct x_sct_head"
LISTED = f"{MEMBERS} {ONLOOKERS} cuc x_sct x_sct_head x_stc x_kiemtoan"

PANELS: dict[tuple[str, str], dict[int, str]] = {
    ("GET", "panel_list"): {302: "anonymous", 200: LISTED, 404: "*"},
    ("POST", "panel_list"): {302: "anonymous", 200: LISTED, 404: "*"},
    ("GET", "panel_new"): {302: "anonymous", 200: DEPARTMENTS, 403: "*"},
    ("POST", "panel_new"): {302: "anonymous", 422: DEPARTMENTS, 403: "*"},
    ("GET", "panel_detail"): {302: "anonymous", 200: f"{MEMBERS} {ONLOOKERS}", 404: "*"},
    ("POST", "panel_detail"): {302: "anonymous", 200: f"{MEMBERS} {ONLOOKERS}", 404: "*"},
    ("GET", "panel_ballot"): {302: f"anonymous {MEMBERS}", 403: ONLOOKERS, 404: "*"},
    ("POST", "panel_ballot"): {302: "anonymous", 422: MEMBERS, 403: ONLOOKERS, 404: "*"},
    ("GET", "panel_conflict"): {302: "anonymous", 200: MEMBERS, 403: ONLOOKERS, 404: "*"},
    ("POST", "panel_conflict"): {302: "anonymous", 422: MEMBERS, 403: ONLOOKERS, 404: "*"},
    ("GET", "panel_member"): {
        302: "anonymous",
        200: "sct sct_head",
        403: f"stc {ONLOOKERS}",
        404: "*",
    },
    ("POST", "panel_member"): {
        302: "anonymous",
        422: "sct sct_head",
        403: f"stc {ONLOOKERS}",
        404: "*",
    },
    ("GET", "panel_close"): {
        302: "anonymous",
        200: "sct sct_head",
        403: f"stc {ONLOOKERS}",
        404: "*",
    },
    ("POST", "panel_close"): {
        302: "anonymous",
        422: "sct sct_head",
        403: f"stc {ONLOOKERS}",
        404: "*",
    },
    **{
        (method, name): {
            302: "anonymous",
            status: "sct",
            403: f"sct_head stc {ONLOOKERS}",
            404: "*",
        }
        for name in ("panel_ballot_for", "panel_conflict_for")
        for method, status in (("GET", 200), ("POST", 422))
    },
}
