"""2. Cơ sở thụ hưởng."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from projects.forms.draft import ids
from projects.forms.entry.part import PartEntry
from projects.forms.offered import SHOWN, found_in_register
from projects.forms.texts import Choices, PartiesForm
from projects.models import Enterprise


class PartiesEntry(PartEntry):
    """Establishments of the register: those chosen, and those that match what is looked for."""

    code = "co-so"
    form_class = PartiesForm
    template = "projects/entry/parties.html"
    groups = ("beneficiaries",)

    def choices(self) -> Choices:
        return {"beneficiaries": [(row.pk, row.name) for row in [*self.chosen, *self.matches]]}

    def part_names(self) -> tuple[str, ...]:
        return ("beneficiaries",)

    @cached_property
    def chosen(self) -> list[Enterprise]:
        """Establishments that stand chosen: as sent, else as saved."""
        if self.data is None:
            return list(self.saved.beneficiaries)
        sent = ids(self.data.getlist("beneficiaries"))
        known = {row.pk: row for row in self.saved.beneficiaries}
        if missing := set(sent) - known.keys():
            visible = Enterprise.objects.visible_to(self.user).filter(pk__in=missing)
            known |= {row.pk: row for row in visible.select_related("place")}
        return [known[pk] for pk in sent if pk in known]

    def offer(self, ids: list[int]) -> None:
        rows = Enterprise.objects.visible_to(self.user).filter(pk__in=ids[:SHOWN])
        self.chosen += [row for row in rows.select_related("place") if row not in self.chosen]

    @cached_property
    def sought(self) -> str:
        return (self.data.get("find") or "").strip()[:100] if self.data is not None else ""

    @cached_property
    def matches(self) -> list[Enterprise]:
        """Establishments that match what was looked for, one more than are shown."""
        return found_in_register(self.user, self.sought, self.chosen)

    @property
    def found(self) -> list[Enterprise]:
        return self.matches[:SHOWN]

    @property
    def more_found(self) -> bool:
        return len(self.matches) > SHOWN

    def parts(self) -> dict[str, Any]:
        kept = self.form.cleaned_data.get("beneficiaries", [])
        rows = [row for row in [*self.chosen, *self.matches] if str(row.pk) in kept]
        return {"beneficiaries": rows}
