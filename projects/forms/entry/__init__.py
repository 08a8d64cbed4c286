"""The parts of a proposal's form: each read, refused and shown again by itself."""

from projects.forms.entry.content import ContentEntry
from projects.forms.entry.cost_table import CostTableEntry
from projects.forms.entry.goals import GoalsEntry
from projects.forms.entry.part import Blanks, PartEntry
from projects.forms.entry.parties import PartiesEntry
from projects.forms.entry.saved import as_draft
from projects.forms.entry.schedule import ScheduleEntry
from projects.forms.entry.unit import UnitEntry

ENTRIES: dict[str, type[PartEntry]] = {
    entry.code: entry
    for entry in (
        UnitEntry,
        PartiesEntry,
        ContentEntry,
        GoalsEntry,
        CostTableEntry,
        ScheduleEntry,
    )
}

__all__ = ["ENTRIES", "Blanks", "PartEntry", "as_draft"]
