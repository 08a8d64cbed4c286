"""5. Dự toán, nguồn vốn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django.http import QueryDict

from khuyencong.core.refusals import Fault
from projects import cost_paste
from projects.forms.costs import CostRowForm, cost_initial, pasted_boxes
from projects.forms.entry.part import PartEntry
from projects.forms.offered import decided
from projects.forms.rows import RowSet
from projects.forms.texts import CostsForm


class CostTableEntry(PartEntry):
    """The cost table (Mẫu 1): rows typed, or a block of a workbook pasted in one go."""

    code = "du-toan"
    form_class = CostsForm
    template = "projects/entry/costs.html"
    pasted: cost_paste.Pasted | None = None

    def prepare(self) -> None:
        self.activities = [row.activity for row in self.saved.activities]
        self.cost_items = RowSet(
            CostRowForm,
            "cost_items",
            self.data,
            [cost_initial(row) for row in self.saved.cost_rows],
            blank=self.blanks.cost_items,
            without=self.blanks.without.get("cost_items"),
            sources=self.sources,
            activities=self.activities,
            locked=decided(self.proposal),
        )

    def part_names(self) -> tuple[str, ...]:
        return ("cost_rows",)

    def say(self, faults: Iterable[Fault]) -> None:
        rows = {f"cost_items-{row.number - 1}": row for row in self.cost_items.rows}
        rest = []
        for fault in faults:
            if fault.field in rows:
                rows[fault.field].said.append(fault.message)
            else:
                rest.append(fault)
        super().say(rest)

    def _faults(self) -> Iterator[tuple[str, str]]:
        yield from self.form.faults()
        yield from self.cost_items.faults()

    def parts(self) -> dict[str, Any]:
        return {"cost_rows": [row.read() for row in self.cost_items.rows]}

    @property
    def has_block(self) -> bool:
        """Whether a block stands in its box that was not put into the table yet."""
        return bool(self.data is not None and (self.data.get("block") or "").strip())

    def paste(self) -> None:
        """Put the pasted block below the rows that are there; what was pasted leaves its box."""
        block = self.data.get("block") or ""
        self.pasted = cost_paste.read(block, self.sources, self.activities)
        sent: QueryDict = self.data.copy()
        first = 1 + max((row.number for row in self.cost_items.rows), default=0)
        start = self._first_free(sent)
        for n, row in enumerate(self.pasted.rows):
            for name, typed in pasted_boxes(row, self.activities).items():
                sent[f"cost_items-{start + n}-{name}"] = typed
        if self.pasted.rows:
            sent["block"] = ""
        self.pasted = self.pasted.numbered_from(first)
        self.data = sent
        self.prepare()
        self.form.data = sent

    @staticmethod
    def _first_free(sent: QueryDict) -> int:
        numbers = [
            int(parts[1])
            for parts in (name.split("-", 2) for name in sent)
            if parts[0] == "cost_items" and len(parts) == 3 and parts[1].isdecimal()
        ]
        return 1 + max((n for n in numbers if n < 10_000), default=-1)

    @cached_property
    def copied(self) -> str:
        """The table as a block that a workbook takes, and that pasted back gives the same."""
        return cost_paste.write(self.draft().cost_rows, self.sources, self.activities)
