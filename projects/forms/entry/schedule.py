"""6. Tiến độ, phân kỳ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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

    def part_names(self) -> tuple[str, ...]:
        return ("funding",)

    def _faults(self) -> Iterator[tuple[str, str]]:
        yield from self.form.faults()
        yield from self.funding.faults()

    def parts(self) -> dict[str, Any]:
        return {"funding": self.funding.read()}
