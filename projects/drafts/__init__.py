"""Make and save drafts: any completeness is kept, nothing is silently overwritten."""

from projects.drafts.again import register_again
from projects.drafts.creation import create, today_in
from projects.drafts.draft import PLAIN_FIELDS, ActivityChoice, CostRow, Draft
from projects.drafts.saving import save

__all__ = [
    "PLAIN_FIELDS",
    "ActivityChoice",
    "CostRow",
    "Draft",
    "create",
    "register_again",
    "save",
    "today_in",
]
