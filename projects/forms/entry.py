"""Everything the page of a draft holds: read together, refused together, shown again as typed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from projects.drafts import CostRow, Draft
from projects.forms.costs import CostRowForm, FundingForm, cost_initial
from projects.forms.draft import DraftForm, fields_of, ids, initial_of, label
from projects.forms.offered import (
    activities_of,
    communes_of,
    decided,
    found_in_register,
    place_text,
    sources_of,
    years_of,
)
from projects.forms.rows import ActivityRow, RowSet
from projects.models import Enterprise, Proposal

GROUPS: Final = ("places", "beneficiaries", "objectives")
PARTS: Final = {
    "activities": gettext_lazy("Nội dung hoạt động"),
    "places": gettext_lazy("Địa điểm thực hiện"),
    "beneficiaries": gettext_lazy("Cơ sở thụ hưởng"),
    "objective_ids": gettext_lazy("Mục tiêu của chương trình"),
    "cost_rows": gettext_lazy("Dự toán"),
    "funding": gettext_lazy("Nguồn vốn theo năm"),
}


@dataclass
class Blanks:
    """How many empty rows to go on with, and which row was taken out."""

    activities: int = 0
    cost_items: int = 0
    without: dict[str, int] = field(default_factory=dict)


class Entry:
    """A proposal's draft page: bound to what was sent, else showing what is saved."""

    def __init__(
        self,
        proposal: Proposal,
        user: User,
        data: QueryDict | None = None,
        blanks: Blanks | None = None,
    ) -> None:
        self.proposal, self.user, self.data = proposal, user, data
        self.saved = as_draft(proposal)
        self._said: dict[str, list[str]] = defaultdict(list)
        blanks = blanks or Blanks()
        self.sources = sources_of(proposal)
        self.communes = communes_of(proposal)
        locked = decided(proposal)
        self.form = DraftForm(
            data,
            initial=initial_of(proposal),
            choices={
                "places": [(place.pk, place_text(place)) for place in self.communes],
                "beneficiaries": [(row.pk, row.name) for row in [*self.chosen, *self.found]],
                "objectives": [(row.pk, row.text) for row in proposal.programme.objectives.all()],
            },
        )
        self.activities = RowSet(
            ActivityRow,
            "activities",
            data,
            [{"activity": row.pk, "units": units} for row, units in self.saved.activities],
            blank=blanks.activities,
            without=blanks.without.get("activities"),
            activities=activities_of(proposal),
        )
        self.cost_items = RowSet(
            CostRowForm,
            "cost_items",
            data,
            [cost_initial(row) for row in self.saved.cost_rows],
            blank=blanks.cost_items,
            without=blanks.without.get("cost_items"),
            sources=self.sources,
            locked=locked,
        )
        self.funding = FundingForm(
            data,
            years=years_of(proposal),
            sources=self.sources,
            locked=locked,
            saved=self.saved.funding,
        )

    def say(self, faults: Iterable[Fault]) -> None:
        """Put what the guards say beside the boxes it is about."""
        rows = {f"cost_items-{row.number - 1}": row for row in self.cost_items.rows}
        for fault in faults:
            if fault.field in rows:
                rows[fault.field].said.append(fault.message)
            elif fault.field in self.form.fields and fault.field not in GROUPS:
                held = self.form.errors.setdefault(fault.field, self.form.error_class())
                held.append(fault.message)
            else:
                self._said[fault.field].append(fault.message)

    @property
    def said(self) -> dict[str, list[str]]:
        """Faults of groups of boxes, by the name of the group."""
        found = {name: list(self.form.errors.get(name, ())) for name in GROUPS}
        found["activity"] = [text for row in self.activities.rows for text in row.faults]
        found["activity"] += [text for text, _box in self._twice()]
        for name, texts in self._said.items():
            found[name] = found.get(name, []) + texts
        return found

    def boxes(self, name: str, options: Iterable[tuple[int, str]]) -> list[tuple[int, str, bool]]:
        ticked = set(self.form.picked(name))
        return [(pk, text, pk in ticked) for pk, text in options]

    @property
    def places(self) -> list[tuple[int, str, bool]]:
        return self.boxes("places", ((place.pk, place_text(place)) for place in self.communes))

    @property
    def objectives(self) -> list[tuple[int, str, bool]]:
        rows = self.proposal.programme.objectives.all()
        return self.boxes("objectives", ((row.pk, row.text) for row in rows))

    @cached_property
    def chosen(self) -> list[Enterprise]:
        """Establishments that stand chosen: as sent, else as saved."""
        saved = [row.enterprise for row in self.proposal.beneficiaries.all()]
        if self.data is None:
            return saved
        sent = ids(self.data.getlist("beneficiaries"))
        known = {row.pk: row for row in saved}
        if missing := set(sent) - known.keys():
            visible = Enterprise.objects.visible_to(self.user).filter(pk__in=missing)
            known |= {row.pk: row for row in visible}
        return [known[pk] for pk in sent if pk in known]

    @cached_property
    def sought(self) -> str:
        return (self.data.get("find") or "").strip()[:100] if self.data is not None else ""

    @cached_property
    def found(self) -> list[Enterprise]:
        """Establishments that match what was looked for, one more than are shown."""
        return found_in_register(self.user, self.sought, self.chosen)

    def faults(self) -> list[tuple[str, str]]:
        """Everything that cannot be read, with the box it is about, in the page's order."""
        return list(self._faults())

    def _faults(self) -> Iterator[tuple[str, str]]:
        if self.data is None:
            return
        yield from self.form.faults()
        yield from self.activities.faults()
        yield from self._twice()
        yield from self.cost_items.faults()
        yield from self.funding.faults()

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

    def draft(self) -> Draft:
        """What the page says, as far as it can be read."""
        if self.data is None:
            return self.saved
        self.faults()  # reads every box
        picked = {name: self.form.cleaned_data.get(name, []) for name in ("places", "objectives")}
        places = {str(place.pk): place for place in self.communes}
        kept = self.form.cleaned_data.get("beneficiaries", [])
        return Draft(
            fields=fields_of(self.form),
            activities=[row.read() for row in self.activities.rows if not row.errors],
            places=[places[pk] for pk in picked["places"]],
            beneficiaries=[row for row in [*self.chosen, *self.found] if str(row.pk) in kept],
            objective_ids=[int(pk) for pk in picked["objectives"]],
            cost_rows=[row.read() for row in self.cost_items.rows],
            funding=self.funding.read(),
        )

    def differences(self) -> list[str]:
        """What the page says otherwise than the record does, by name."""
        mine, theirs = _comparable(self.draft()), _comparable(self.saved)
        return [
            str(PARTS.get(name) or label(name)) for name in mine if mine[name] != theirs.get(name)
        ]


def _comparable(draft: Draft) -> dict[str, Any]:
    """A draft as plain values in an order that does not matter."""
    return {
        **draft.fields,
        "activities": sorted((row.pk, units) for row, units in draft.activities),
        "places": sorted(row.pk for row in draft.places),
        "beneficiaries": sorted(row.pk for row in draft.beneficiaries),
        "objective_ids": sorted(draft.objective_ids),
        "cost_rows": [
            (row.name, row.unit, row.quantity, row.unit_price, row.total(), row.note, parts(row))
            for row in draft.cost_rows
        ],
        "funding": {key: amount for key, amount in draft.funding.items() if amount},
    }


def parts(row: CostRow) -> dict[str, int]:
    return {code: amount for code, amount in row.shares.items() if amount}


def as_draft(proposal: Proposal) -> Draft:
    """The record in the shape in which pages send it."""
    initial = initial_of(proposal)
    return Draft(
        fields={
            name: value
            for name, value in initial.items()
            if name not in ("places", "beneficiaries", "objectives")
        },
        activities=[(row.activity, row.units) for row in proposal.activities.all()],
        places=[row.place for row in proposal.places.all()],
        beneficiaries=[row.enterprise for row in proposal.beneficiaries.all()],
        objective_ids=initial["objectives"],
        cost_rows=[
            CostRow(
                name=item.name,
                unit=item.unit,
                quantity=item.quantity,
                unit_price=item.unit_price,
                amount=item.amount,
                shares={share.source.code: share.requested for share in item.shares.all()},
                note=item.note,
            )
            for item in proposal.cost_items.all()
        ],
        funding={
            (line.source.code, line.year): line.requested for line in proposal.funding_lines.all()
        },
    )
