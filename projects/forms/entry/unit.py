"""1. Đơn vị thực hiện."""

from __future__ import annotations

from typing import Any

from projects.forms.entry.part import PartEntry
from projects.forms.offered import communes_of, place_text
from projects.forms.texts import Choices, UnitForm


class UnitEntry(PartEntry):
    """Who makes the proposal, what it is called, and who in the communes asked for it."""

    code = "don-vi"
    form_class = UnitForm
    template = "projects/entry/unit.html"
    plain = (
        *("title", "kind", "partner", "is_recoverable"),
        *("survey_place", "survey_asker", "survey_number", "survey_on"),
    )

    def prepare(self) -> None:
        place = self.saved.fields["survey_place"]
        self.communes = communes_of(self.proposal, [place.pk] if place else [])

    def choices(self) -> Choices:
        return {"survey_place": [(place.pk, place_text(place)) for place in self.communes]}

    def fields(self) -> dict[str, Any]:
        found = super().fields()
        if "survey_place" in found:
            by_pk = {str(place.pk): place for place in self.communes}
            found["survey_place"] = by_pk.get(found["survey_place"])
        return found
