"""3. Nội dung, sự cần thiết."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from projects.forms.activities import ActivityRow, activity_initial
from projects.forms.entry.part import PartEntry
from projects.forms.offered import activities_of, communes_of, place_text
from projects.forms.rows import RowSet
from projects.forms.texts import Choices, ContentForm


class ContentEntry(PartEntry):
    """Why, what and where: activities of the catalogue with their results, and communes."""

    code = "noi-dung"
    form_class = ContentForm
    template = "projects/entry/content.html"
    plain = ("necessity", "content")
    groups = ("places",)

    def prepare(self) -> None:
        self.communes = communes_of(self.proposal, [row.pk for row in self.saved.places])
        self.activities = RowSet(
            ActivityRow,
            "activities",
            self.data,
            [activity_initial(row) for row in self.saved.activities],
            blank=self.blanks.activities,
            without=self.blanks.without.get("activities"),
            activities=activities_of(self.proposal),
        )

    def choices(self) -> Choices:
        return {"places": [(place.pk, place_text(place)) for place in self.communes]}

    def part_names(self) -> tuple[str, ...]:
        return ("activities", "places")

    @property
    def said(self) -> dict[str, list[str]]:
        found = super().said
        rows = [text for row in self.activities.rows for text in row.faults]
        rows += [text for text, _box in self._twice()]
        return found | {"activity": rows + found.get("activity", [])}

    @property
    def places(self) -> list[tuple[int, str, bool]]:
        return self.boxes("places", ((place.pk, place_text(place)) for place in self.communes))

    def _faults(self) -> Iterator[tuple[str, str]]:
        yield from self.form.faults()
        yield from self.activities.faults()
        yield from self._twice()

    def _twice(self) -> Iterator[tuple[str, str]]:
        seen = set()
        for row in self.activities.rows:
            if not row.is_bound or row.errors:
                continue
            if row.cleaned_data["activity"] in seen:
                yield (
                    _("Dòng {n}: nội dung này đã chọn ở dòng trên.").format(n=row.number),
                    row.anchor,
                )
            seen.add(row.cleaned_data["activity"])

    def parts(self) -> dict[str, Any]:
        by_pk = {str(place.pk): place for place in self.communes}
        return {
            "activities": [row.read() for row in self.activities.rows if not row.errors],
            "places": [by_pk[pk] for pk in self.form.cleaned_data.get("places", [])],
        }
