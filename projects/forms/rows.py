"""Rows of boxes that are kept as typed until they can be read, and an activity's row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from khuyencong.core.forms import PortalForm

MOST_ROWS: Final = 200


class RowForm(PortalForm, forms.Form):
    """One row of a table of boxes; the row says its faults together, below its boxes."""

    number: int
    blank_but: tuple[str, ...] = ()
    lead: str  # the box that faults of the whole row point to

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        self.number, self.said = number, list[str]()
        super().__init__(*args, **kwargs)
        # A fault of the row, of the guards too, leads to its first box.
        self.fields[self.lead].widget.attrs["id"] = f"id_{self.prefix}"
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = self.label_of(name)

    def label_of(self, name: str) -> str:
        label = str(self.fields[name].label)
        return _("Dòng {n}, {box}").format(n=self.number, box=label[:1].lower() + label[1:])

    @property
    def anchor(self) -> str:
        return f"id_{self.prefix}"

    @cached_property
    def cells(self) -> dict[str, SafeString]:
        """The boxes as they are drawn, tied to the row's faults."""
        return {name: self._drawn(name) for name in self.fields}

    def _drawn(self, name: str) -> SafeString:
        bound = self[name]
        said = bound.errors or (self.said and name == self.lead)
        described = {"aria-describedby": f"{self.anchor}_error"} if said else {}
        return bound.as_widget(attrs=described)

    @property
    def faults(self) -> list[str]:
        """What is wrong with the row: what cannot be read, and what the guards said of it."""
        return [*(message for message, _anchor in self.all_faults()), *self.said]

    def all_faults(self) -> Iterator[tuple[str, str]]:
        """Message and box, each message naming row and box."""
        for name, messages in self.errors.items():
            for message in messages:
                yield f"{self.label_of(name)}: {message}", self[name].id_for_label


class RowSet:
    """Rows sent by the page, without those left blank or taken out, numbered anew.

    There is no form of management fields to be lost: the names of the boxes say how many rows
    there are, so that the page may add rows with or without a script.
    """

    def __init__(
        self,
        form: type[RowForm],
        prefix: str,
        data: QueryDict | None,
        saved: Sequence[Mapping[str, Any]],
        *,
        without: int | None = None,
        blank: int = 1,
        **options: Any,
    ) -> None:
        self.form, self.prefix, self.options = form, prefix, options
        if data is None:
            self.rows = [self._row(n, initial=dict(row)) for n, row in enumerate(saved)]
        else:
            sent = self._sent(data, without)
            self.rows = [self._row(n, data=row) for n, row in enumerate(sent)]
        blank = max(blank, 0 if self.rows else 1)
        self.blank = [self._row(len(self.rows) + n) for n in range(blank)]

    def _row(self, n: int, **given: Any) -> RowForm:
        return self.form(prefix=f"{self.prefix}-{n}", number=n + 1, **given, **self.options)

    def _sent(self, data: QueryDict, without: int | None) -> list[MultiValueDict]:
        found: dict[int, MultiValueDict] = {}
        named = re.compile(rf"{self.prefix}-([0-9]{{1,5}})-(.+)")
        for key, values in data.lists():
            if match := named.fullmatch(key):
                found.setdefault(int(match[1]), MultiValueDict()).setlist(match[2], values)
        kept = [row for n, row in sorted(found.items()) if n != without and not self._is_blank(row)]
        return [
            MultiValueDict({f"{self.prefix}-{n}-{name}": values for name, values in row.lists()})
            for n, row in enumerate(kept)
        ]

    def _is_blank(self, row: MultiValueDict) -> bool:
        return not any(
            value.strip() for name, value in row.items() if name not in self.form.blank_but
        )

    def __iter__(self) -> Iterator[RowForm]:
        """Rows with content first, then the blank ones to go on with."""
        return iter([*self.rows, *self.blank])

    @property
    def template(self) -> RowForm:
        """A row for a script to copy; «9999» stands where its number goes."""
        return self._row(9999)

    def faults(self) -> Iterator[tuple[str, str]]:
        if len(self.rows) > MOST_ROWS:
            text = _("Tối đa {n} dòng, đang có {count}. Gộp hoặc bớt dòng.")
            yield text.format(n=MOST_ROWS, count=len(self.rows)), f"id_{self.prefix}"
        for row in self.rows:
            yield from row.all_faults()
