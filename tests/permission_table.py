"""Who gets what where: every route × method × person, every verb × person. Written by hand.

A row says which answer whom awaits; ``*`` is everybody not named. A route without a row fails.
Persons whose name begins with ``x_`` are the same offices of another province.
"""

from __future__ import annotations

PEOPLE = (
    *("canbo", "canbo2", "sct", "sct_head", "stc", "ubnd", "cuc", "bct"),
    *("ketoan", "lanhdao", "kiemtoan", "quantri", "hethong"),
    *("x_canbo", "x_sct", "x_sct_head", "x_stc", "x_ubnd", "x_ketoan", "x_lanhdao"),
    *("x_kiemtoan", "x_quantri", "x_hethong"),
)
ANONYMOUS = "anonymous"

# What each verb needs to stand open, and who may then fire it; nobody else, in either province.
VERBS: dict[str, list[tuple[str, str]]] = {
    "submit": [("draft", "canbo"), ("returned", "canbo")],
    "take_back": [("submitted", "canbo"), ("in_review", "sct sct_head")],
    "withdraw": [
        ("submitted", "canbo"),
        ("in_review", "canbo"),
        ("returned", "canbo"),
        ("partly_approved", "canbo"),
    ],
    "replan": [("partly_approved", "canbo")],
    "pass": [("submitted", "sct"), ("in_review", "stc")],
    "conclude": [("proposed", "sct_head")],
    "approve": [("passed", "ubnd")],
    "return": [
        ("submitted", "sct sct_head"),
        ("proposed", "sct_head"),
        ("in_review", "stc"),
        ("passed", "ubnd"),
    ],
    "refuse": [
        ("submitted", "sct sct_head"),
        ("proposed", "sct_head"),
        ("in_review", "stc"),
        ("passed", "ubnd"),
    ],
    "record_decision": [("passed, no account", "sct")],
    "commit_year": [("approved before its money came", "ketoan")],
    "sign": [("approved", "ketoan")],
    "start": [("contracted", "canbo")],
    "disburse": [("contracted", "ketoan"), ("in_progress", "ketoan")],
    "accept": [("in_progress", "ketoan")],
    "liquidate": [("accepted", "ketoan")],
    "settle": [("liquidated", "ketoan")],
    "suspend": [("approved", "sct_head"), ("in_progress", "sct_head")],
    "resume": [("suspended", "sct_head")],
    "stop": [("contracted", "sct_head"), ("suspended", "sct_head")],
}
