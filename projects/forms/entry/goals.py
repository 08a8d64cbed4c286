"""4. Mục tiêu, kết quả."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms

from khuyencong.core.forms import PortalForm
from projects.drafts import Draft
from projects.forms.entry.part import PartEntry
from projects.forms.offered import targets_of
from projects.forms.texts import Choices, GoalsForm

MOST = 1_000_000


class ClaimForm(PortalForm, forms.Form):
    """A box for each target of the programme: how many units the proposal means to add."""

    def __init__(self, *args: Any, targets: list[Any], saved: Draft, **kwargs: Any) -> None:
        self.targets = {f"claim-{target.pk}": target for target in targets}
        self.base_fields = {
            name: forms.IntegerField(
                label=target.name,
                required=False,
                min_value=0,
                max_value=MOST,
                widget=forms.NumberInput(attrs={"autocomplete": "off", "maxlength": 7}),
            )
            for name, target in self.targets.items()
        }
        initial = {f"claim-{target.pk}": quantity for target, quantity in saved.claims}
        super().__init__(*args, initial=initial, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] += " num"

    def faults(self) -> Iterator[tuple[str, str]]:
        for name, messages in self.errors.items():
            for message in messages:
                yield message, self[name].id_for_label


class GoalsEntry(PartEntry):
    """What it is for: targets of the programme with a number, and goals without one."""

    code = "muc-tieu"
    form_class = GoalsForm
    template = "projects/entry/goals.html"
    plain = ("goals", "expected_output", "effect")
    groups = ("objectives",)

    def prepare(self) -> None:
        served = {row.activity.pk for row in self.saved.activities}
        self.matching, self.others = targets_of(self.proposal, served)
        self.claims = ClaimForm(self.data, targets=[*self.matching, *self.others], saved=self.saved)
        self.goals = list(self.proposal.programme.objectives.all())

    def choices(self) -> Choices:
        return {"objectives": [(row.pk, row.text) for row in self.goals]}

    def part_names(self) -> tuple[str, ...]:
        return ("objective_ids", "claims")

    @property
    def objectives(self) -> list[tuple[int, str, bool]]:
        return self.boxes("objectives", ((row.pk, row.text) for row in self.goals))

    @property
    def near(self) -> list[tuple[Any, forms.BoundField]]:
        """Targets that the proposal's activities serve, and those it claims already."""
        claimed = [row for row in self.others if self.claims[f"claim-{row.pk}"].value()]
        return self._bound([*self.matching, *claimed])

    @property
    def far(self) -> list[tuple[Any, forms.BoundField]]:
        near = {row.pk for row, _box in self.near}
        return self._bound([row for row in self.others if row.pk not in near])

    def _bound(self, rows: list[Any]) -> list[tuple[Any, forms.BoundField]]:
        return [(row, self.claims[f"claim-{row.pk}"]) for row in rows]

    def _faults(self) -> Iterator[tuple[str, str]]:
        yield from self.form.faults()
        yield from self.claims.faults()

    def parts(self) -> dict[str, Any]:
        cleaned = self.claims.cleaned_data
        return {
            "objective_ids": [int(pk) for pk in self.form.cleaned_data.get("objectives", [])],
            "claims": [
                (target, cleaned[name])
                for name, target in self.claims.targets.items()
                if cleaned.get(name)
            ],
        }
