"""What the parts of the form share: bound to what was sent, else showing what is saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar

from django.http import QueryDict

from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from programmes.models import FundingSource
from projects.drafts import Draft
from projects.forms.entry.saved import as_draft, initial_of
from projects.forms.offered import sources_of
from projects.forms.texts import Choices, PartForm
from projects.models import Proposal


@dataclass
class Blanks:
    """How many empty rows to go on with, and which row was taken out."""

    activities: int = 0
    cost_items: int = 0
    without: dict[str, int] = field(default_factory=dict)


class PartEntry:
    """One part of a proposal's form.

    It reads and writes its own part of the draft alone: what others write meanwhile in another
    part is never touched.
    """

    code: ClassVar[str]
    form_class: ClassVar[type[PartForm]]
    template: ClassVar[str]
    plain: ClassVar[tuple[str, ...]] = ()
    groups: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        proposal: Proposal,
        user: User,
        data: QueryDict | None = None,
        blanks: Blanks | None = None,
    ) -> None:
        self.proposal, self.user, self.data = proposal, user, data
        self.blanks = blanks or Blanks()
        self.saved = as_draft(proposal)
        self._said: dict[str, list[str]] = defaultdict(list)
        self.prepare()
        self.form = self.form_class(data, initial=initial_of(self.saved), choices=self.choices())

    @cached_property
    def sources(self) -> list[FundingSource]:
        """Sources of money with a column or a line of sums."""
        return sources_of(self.proposal)

    def prepare(self) -> None:
        """Load what the part offers, and read its rows."""

    def choices(self) -> Choices:
        return {}

    def offer(self, ids: list[int]) -> None:
        """Tick what somebody came back with; it is saved with the part."""

    def say(self, faults: Iterable[Fault]) -> None:
        """Put what the guards say beside the boxes it is about."""
        for fault in faults:
            if fault.field in self.form.fields and fault.field not in self.groups:
                held = self.form.errors.setdefault(fault.field, self.form.error_class())
                held.append(fault.message)
            else:
                self._said[fault.field].append(fault.message)

    def notices(self, missing: Iterable[Fault]) -> list[Fault]:
        """What is saved all the same and yet said beside its box at once, of what is missing."""
        return []

    @property
    def said(self) -> dict[str, list[str]]:
        """Faults of groups of boxes, by the name of the group."""
        found = {name: list(self.form.errors.get(name, ())) for name in self.groups}
        for name, texts in self._said.items():
            found[name] = found.get(name, []) + texts
        return found

    def boxes(self, name: str, options: Iterable[tuple[int, str]]) -> list[tuple[int, str, bool]]:
        ticked = set(self.form.picked(name))
        return [(pk, text, pk in ticked) for pk, text in options]

    def faults(self) -> list[tuple[str, str]]:
        """Everything that cannot be read, with the box it is about, in the page's order."""
        return list(self._faults()) if self.data is not None else []

    def _faults(self) -> Iterator[tuple[str, str]]:
        yield from self.form.faults()

    def fields(self) -> dict[str, Any]:
        """The plain fields that could be read."""
        cleaned = self.form.cleaned_data
        return {name: cleaned[name] for name in self.plain if name in cleaned}

    def parts(self) -> dict[str, Any]:
        """The part of the draft beside its plain fields, as far as it can be read."""
        return {}

    def draft(self) -> Draft:
        """What this part says, as far as it can be read; every other part is None."""
        if self.data is None:
            return self.saved_part()
        self.faults()  # reads every box
        return Draft(fields=self.fields(), **self.parts())

    def saved_part(self) -> Draft:
        """The same part as it is saved."""
        return Draft(
            fields={name: self.saved.fields[name] for name in self.plain},
            **{name: getattr(self.saved, name) for name in self.part_names()},
        )

    def part_names(self) -> tuple[str, ...]:
        return ()

    def whole(self) -> Draft:
        """The saved proposal as it would be with this part: for sums and checks."""
        mine = self.draft()
        return replace(
            self.saved,
            fields=self.saved.fields | mine.fields,
            **{name: getattr(mine, name) for name in self.part_names()},
        )
