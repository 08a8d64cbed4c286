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

# People that several rows name. The dossier of the table is one of ``canbo``, which has reached the
# finance department and the national agency, but not yet who approves.
READERS = "canbo sct sct_head stc cuc ketoan lanhdao kiemtoan hethong"
OTHER_READERS = "sct sct_head stc cuc ketoan lanhdao kiemtoan hethong"
JUDGES = "sct sct_head stc ubnd cuc bct x_sct x_sct_head x_stc x_ubnd"
WRITERS = "canbo canbo2 hethong x_canbo x_hethong"
REGISTRARS = "canbo canbo2 sct stc hethong x_canbo x_sct x_stc x_hethong"
ADMINISTRATORS = "quantri x_quantri"
FOREIGN = " ".join(name for name in PEOPLE if name.startswith("x_"))
FOREIGN_READERS = FOREIGN.replace("x_quantri ", "")
OPEN = {200: "*"}
PERSONS = {302: ANONYMOUS, 200: "*"}
KEYS = {401: ANONYMOUS, 200: "*"}
READ_ONLY = {401: ANONYMOUS, 405: "*"}

# (method, name of the route): answer -> who gets it. Requests have no body, so that 422 and 400 say
# «you may, but tell me what»; 302 sends a stranger to the log-in page and others on their way.
ROUTES: dict[tuple[str, str], dict[int, str]] = {
    ("GET", "home"): {302: "*"},
    ("POST", "home"): {302: "*"},
    ("GET", "login"): {200: ANONYMOUS, 302: "*"},
    ("POST", "login"): {200: ANONYMOUS, 302: "*"},
    ("GET", "logout"): {302: ANONYMOUS, 405: "*"},
    ("POST", "logout"): {302: "*"},
    ("GET", "password_change"): PERSONS,
    ("POST", "password_change"): {302: ANONYMOUS, 422: "*"},
    ("GET", "set_language"): {302: "*"},
    ("POST", "set_language"): {302: "*"},
    ("GET", "more"): PERSONS,
    ("POST", "more"): PERSONS,
    ("GET", "help"): PERSONS,
    ("POST", "help"): PERSONS,
    ("GET", "healthz"): OPEN,
    ("POST", "healthz"): OPEN,
    ("GET", "readyz"): OPEN,
    ("POST", "readyz"): OPEN,
    ("GET", "document_list"): PERSONS,
    ("POST", "document_list"): PERSONS,
    ("GET", "document_file"): {
        302: ANONYMOUS,
        200: "canbo canbo2 sct sct_head stc ubnd ketoan lanhdao kiemtoan quantri hethong",
        404: "*",
    },
    ("POST", "document_file"): {
        302: ANONYMOUS,
        200: "canbo canbo2 sct sct_head stc ubnd ketoan lanhdao kiemtoan quantri hethong",
        404: "*",
    },
    ("GET", "token_list"): {302: ANONYMOUS, 200: ADMINISTRATORS, 404: "*"},
    ("POST", "token_list"): {302: ANONYMOUS, 200: ADMINISTRATORS, 404: "*"},
    ("GET", "token_new"): {302: ANONYMOUS, 200: ADMINISTRATORS, 404: "*"},
    ("POST", "token_new"): {302: ANONYMOUS, 200: ADMINISTRATORS, 404: "*"},
    ("GET", "token_revoke"): {302: ANONYMOUS, 200: "quantri", 404: "*"},
    ("POST", "token_revoke"): {302: "anonymous quantri", 404: "*"},
    ("GET", "allocation_new"): {302: ANONYMOUS, 200: "sct", 404: FOREIGN, 403: "*"},
    ("POST", "allocation_new"): {302: ANONYMOUS, 422: "sct", 404: FOREIGN, 403: "*"},
    ("GET", "proposal_list"): {302: ANONYMOUS, 404: ADMINISTRATORS, 200: "*"},
    ("POST", "proposal_list"): {302: ANONYMOUS, 405: "*"},
    ("GET", "proposal_new"): {302: ANONYMOUS, 200: WRITERS, 403: "*"},
    ("POST", "proposal_new"): {302: ANONYMOUS, 422: WRITERS, 403: "*"},
    ("GET", "proposal_detail"): {302: ANONYMOUS, 200: READERS, 404: "*"},
    ("POST", "proposal_detail"): {302: ANONYMOUS, 200: READERS, 404: "*"},
    ("GET", "proposal_edit"): {302: ANONYMOUS, 403: READERS, 404: "*"},
    ("POST", "proposal_edit"): {302: ANONYMOUS, 403: READERS, 404: "*"},
    ("GET", "proposal_transition"): {302: ANONYMOUS, 200: "canbo", 403: OTHER_READERS, 404: "*"},
    ("POST", "proposal_transition"): {302: ANONYMOUS, 422: "canbo", 403: OTHER_READERS, 404: "*"},
    ("GET", "proposal_file"): {302: ANONYMOUS, 200: READERS, 404: "*"},
    ("POST", "proposal_file"): {302: ANONYMOUS, 200: READERS, 404: "*"},
    ("GET", "desk"): {302: ANONYMOUS, 200: JUDGES, 404: "*"},
    ("POST", "desk"): {302: ANONYMOUS, 200: JUDGES, 404: "*"},
    ("GET", "desk_dossier"): {302: ANONYMOUS, 200: "sct sct_head stc cuc", 404: "*"},
    ("POST", "desk_dossier"): {302: "anonymous sct sct_head", 422: "stc cuc", 404: "*"},
    ("GET", "inbox"): PERSONS,
    ("POST", "inbox"): PERSONS,
    ("GET", "inbox_read"): {302: ANONYMOUS, 405: "*"},
    ("POST", "inbox_read"): {302: "*"},
    ("GET", "budget_plan"): {403: ADMINISTRATORS, 302: "*"},
    ("POST", "budget_plan"): {403: ADMINISTRATORS, 302: "*"},
    ("GET", "budget_plan_programme"): {
        302: ANONYMOUS,
        403: ADMINISTRATORS,
        404: FOREIGN_READERS,
        200: "*",
    },
    ("POST", "budget_plan_programme"): {
        302: ANONYMOUS,
        403: ADMINISTRATORS,
        404: FOREIGN_READERS,
        200: "*",
    },
    ("GET", "cell_detail"): {302: ANONYMOUS, 403: ADMINISTRATORS, 404: FOREIGN_READERS, 200: "*"},
    ("POST", "cell_detail"): {302: ANONYMOUS, 403: ADMINISTRATORS, 404: FOREIGN_READERS, 200: "*"},
    ("GET", "enterprise_list"): {302: ANONYMOUS, 404: ADMINISTRATORS, 200: "*"},
    ("POST", "enterprise_list"): {302: ANONYMOUS, 405: "*"},
    ("GET", "enterprise_new"): {302: ANONYMOUS, 200: REGISTRARS, 404: ADMINISTRATORS, 403: "*"},
    ("POST", "enterprise_new"): {302: ANONYMOUS, 422: REGISTRARS, 404: ADMINISTRATORS, 403: "*"},
    ("GET", "enterprise_detail"): {
        302: ANONYMOUS,
        200: "canbo canbo2 sct sct_head stc ubnd ketoan lanhdao kiemtoan hethong",
        404: "*",
    },
    ("POST", "enterprise_detail"): {
        302: ANONYMOUS,
        422: "canbo canbo2 sct stc hethong",
        403: "sct_head ubnd ketoan lanhdao kiemtoan",
        404: "*",
    },
    ("GET", "dashboard"): {302: ANONYMOUS, 403: ADMINISTRATORS, 200: "*"},
    ("POST", "dashboard"): {302: ANONYMOUS, 403: ADMINISTRATORS, 200: "*"},
    ("GET", "report_list"): {302: ANONYMOUS, 403: ADMINISTRATORS, 200: "*"},
    ("POST", "report_list"): {302: ANONYMOUS, 403: ADMINISTRATORS, 422: "*"},
    ("GET", "report_run"): {302: ANONYMOUS, 200: "lanhdao", 403: ADMINISTRATORS, 404: "*"},
    ("POST", "report_run"): {302: ANONYMOUS, 405: "*"},
    ("GET", "report_progress"): {302: ANONYMOUS, 200: "lanhdao", 403: ADMINISTRATORS, 404: "*"},
    ("POST", "report_progress"): {302: ANONYMOUS, 405: "*"},
    ("GET", "report_cancel"): {302: ANONYMOUS, 405: "*"},
    ("POST", "report_cancel"): {302: "anonymous lanhdao", 403: ADMINISTRATORS, 404: "*"},
    ("GET", "report_again"): {302: ANONYMOUS, 405: "*"},
    ("POST", "report_again"): {302: "anonymous lanhdao", 403: ADMINISTRATORS, 404: "*"},
    ("GET", "report_file"): {302: ANONYMOUS, 200: "lanhdao", 403: ADMINISTRATORS, 404: "*"},
    ("POST", "report_file"): {302: ANONYMOUS, 405: "*"},
    ("GET", "api_docs"): OPEN,
    ("POST", "api_docs"): {405: "*"},
    ("GET", "api_programmes"): KEYS,
    ("POST", "api_programmes"): READ_ONLY,
    ("GET", "api_programme"): {401: ANONYMOUS, 404: FOREIGN, 200: "*"},
    ("POST", "api_programme"): READ_ONLY,
    ("GET", "api_programme_budget"): {
        401: ANONYMOUS,
        403: ADMINISTRATORS,
        404: FOREIGN_READERS,
        200: "*",
    },
    ("POST", "api_programme_budget"): {401: ANONYMOUS, 403: ADMINISTRATORS, 405: "*"},
    ("GET", "api_allocations"): {401: ANONYMOUS, 403: ADMINISTRATORS, 200: "*"},
    ("POST", "api_allocations"): {401: ANONYMOUS, 403: ADMINISTRATORS, 405: "*"},
    ("GET", "api_enterprises"): KEYS,
    ("POST", "api_enterprises"): READ_ONLY,
    ("GET", "api_enterprise"): {
        401: ANONYMOUS,
        200: "canbo canbo2 sct sct_head stc ubnd ketoan lanhdao kiemtoan hethong",
        404: "*",
    },
    ("POST", "api_enterprise"): READ_ONLY,
    ("GET", "api_proposals"): KEYS,
    ("POST", "api_proposals"): READ_ONLY,
    ("GET", "api_proposal"): {401: ANONYMOUS, 200: READERS, 404: "*"},
    ("POST", "api_proposal"): READ_ONLY,
    ("GET", "api_transitions"): {401: ANONYMOUS, 200: READERS, 404: "*"},
    ("POST", "api_transitions"): {401: ANONYMOUS, 400: READERS, 404: "*"},
    ("GET", "api_decisions"): KEYS,
    ("POST", "api_decisions"): READ_ONLY,
    ("GET", "api_audit"): {401: ANONYMOUS, 200: "kiemtoan x_kiemtoan", 403: "*"},
    ("POST", "api_audit"): {401: ANONYMOUS, 405: "kiemtoan x_kiemtoan", 403: "*"},
    ("GET", "api_reports"): KEYS,
    ("POST", "api_reports"): {401: ANONYMOUS, 400: "*"},
    ("GET", "api_report"): {401: ANONYMOUS, 200: "lanhdao", 404: "*"},
    ("POST", "api_report"): READ_ONLY,
    ("GET", "api_report_file"): {401: ANONYMOUS, 200: "lanhdao", 404: "*"},
    ("POST", "api_report_file"): READ_ONLY,
    ("GET", "api_schema"): OPEN,
    ("POST", "api_schema"): {405: "*"},
}

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
