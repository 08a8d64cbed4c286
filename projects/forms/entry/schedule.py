"""6. Tiến độ, phân kỳ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from khuyencong.core.refusals import Fault
from projects import guards
from projects.dossier_parts import section_of
from projects.forms.costs import FundingForm
from projects.forms.entry.part import PartEntry
from projects.forms.offered import decided, years_of
from projects.forms.texts import ScheduleForm


class ScheduleEntry(PartEntry):
    """When, how it is organised, and how much of each source in each year."""

    code = "tien-do"
    form_class = ScheduleForm
    template = "projects/entry/schedule.html"
    plain = ("starts_on", "ends_on", "organisation_plan")

    def prepare(self) -> None:
        self.funding = FundingForm(
            self.data,
            years=years_of(self.proposal),
            sources=self.sources,
            locked=decided(self.proposal),
            saved=self.saved.funding,
        )

    def notices(self, missing: Iterable[Fault]) -> list[Fault]:
        """Once both days are there the part is under way: what still does not fit is said."""
        if self.data is not None:
            days = self.draft().fields
            return list(guards.days_in_order(days.get("starts_on"), days.get("ends_on")))
        if not (self.saved.fields["starts_on"] and self.saved.fields["ends_on"]):
            return []
        return [fault for fault in missing if section_of(fault.field) == self.code]

    def part_names(self) -> tuple[str, ...]:
        return ("funding",)

    def _faults(self) -> Iterator[tuple[str, str]]:
        yield from self.form.faults()
        yield from self.funding.faults()

    def parts(self) -> dict[str, Any]:
        return {"funding": self.funding.read()}
