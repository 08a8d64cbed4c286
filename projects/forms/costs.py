"""The boxes of a proposal's money: cost lines with their sources, and years by sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import money
from khuyencong.core.form_fields import MoneyInputField, TypedField
from khuyencong.core.forms import PortalForm
from programmes.models import Activity, FundingSource
from projects.drafts import CostRow
from projects.forms.rows import RowForm
from projects.forms.words import Words
from projects.models import CostItem

NEAR: Final = 2  # years
_QUANTITY: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{1,3}))?")
_MOST: Final = Decimal(10**9)


class QuantityField(TypedField):
    """A quantity as `2`, `2,5` or `1.500`: dots part thousands, a comma the fraction."""

    inputmode = "decimal"

    def prepare_value(self, value: Any) -> Any:
        return quantity_text(value) if isinstance(value, Decimal) else value

    def read(self, typed: str) -> Decimal:
        found = _QUANTITY.fullmatch(typed.strip()[:40])
        if not found:
            raise ValueError(_("Số lượng phải là số, ví dụ 2 hoặc 2,5 hoặc 1.500."))
        quantity = Decimal(f"{found[1].replace('.', '')}.{found[2] or '0'}")
        if not 0 < quantity < _MOST:
            raise ValueError(_("Số lượng phải lớn hơn 0 và dưới 1 tỷ."))
        return quantity


def quantity_text(value: Decimal) -> str:
    """2.500 as 2,5: the way it is typed, in every language of the screens."""
    whole, _point, rest = f"{value:f}".partition(".")
    rest = rest.rstrip("0")
    return money.format_dong(int(whole)) + (f",{rest}" if rest else "")


class CostRowForm(RowForm):
    """Dòng dự toán: quantity × unit price is the amount, unless a person wrote another one."""

    lead = "name"
    blank_but = ("quantity", "was", "note", "activity")
    is_computed = True
    name = Words(
        label=gettext_lazy("Nội dung chi"),
        required=False,
        max_length=CostItem._meta.get_field("name").max_length,
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    unit = Words(
        label=gettext_lazy("Đơn vị tính"),
        required=False,
        max_length=CostItem._meta.get_field("unit").max_length,
    )
    quantity = QuantityField(label=gettext_lazy("Số lượng"), required=False)
    unit_price = MoneyInputField(label=gettext_lazy("Đơn giá"), required=False)
    amount = MoneyInputField(label=gettext_lazy("Thành tiền"), required=False)
    # The computed amount the page showed: if it stands unchanged, it is computed again.
    was = forms.CharField(required=False, widget=forms.HiddenInput)
    activity = forms.ChoiceField(label=gettext_lazy("Nội dung hoạt động"), required=False)
    note = Words(
        required=False,
        max_length=CostItem._meta.get_field("note").max_length,
        widget=forms.HiddenInput,
    )

    def __init__(
        self,
        *args: Any,
        sources: Sequence[FundingSource],
        activities: Sequence[Activity] = (),
        locked: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        self.sources, self.activities = sources, activities
        self.base_fields = dict(self.base_fields) | {
            f"share-{source.code}": money_box(source, source.code in locked) for source in sources
        }
        super().__init__(*args, **kwargs)
        codes = [(row.code, row.code) for row in activities]
        self.fields["activity"].choices = [("", _("Chưa gắn")), *codes]
        for name in ("name", "unit", "quantity", "unit_price", "amount"):
            self.fields[name].widget.attrs["class"] += " ce num" if name == "quantity" else " ce"

    @property
    def shares(self) -> list[tuple[FundingSource, SafeString]]:
        cells = self.cells
        return [(source, cells[f"share-{source.code}"]) for source in self.sources]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        typed = (self.data.get(self.add_prefix("amount")) or "").strip()
        self.is_computed = not typed or typed == cleaned.get("was")
        row = self.read()
        if row.total() > money.MAX:
            self.add_error("amount", _("Thành tiền lớn hơn 999.999 tỷ đồng. Kiểm tra lại số."))
        elif row.amount is None and "amount" not in self.errors:
            # The page shows what was computed, should it come back.
            shown = money.format_dong(row.total()) if row.total() else ""
            self.data[self.add_prefix("amount")] = self.data[self.add_prefix("was")] = shown
        return cleaned

    def read(self) -> CostRow:
        """What can be read of the row so far; a box that cannot is as if it were empty."""
        cleaned = self.cleaned_data
        return CostRow(
            name=cleaned.get("name") or "",
            unit=cleaned.get("unit") or "",
            quantity=cleaned.get("quantity") or Decimal(1),
            unit_price=cleaned.get("unit_price") or 0,
            amount=None if self.is_computed else cleaned.get("amount"),
            shares={
                source.code: cleaned[f"share-{source.code}"]
                for source in self.sources
                if cleaned.get(f"share-{source.code}")
            },
            note=cleaned.get("note") or "",
            activity_code=cleaned.get("activity") or self._only_activity,
        )

    @property
    def _only_activity(self) -> str:
        """Where there is one activity, every line is of it."""
        return self.activities[0].code if len(self.activities) == 1 else ""


def money_box(source: FundingSource, is_locked: bool) -> MoneyInputField:
    """A box for one source; what is decided already can be read, not changed."""
    field = MoneyInputField(label=source.short_name, required=False)
    field.widget.attrs["class"] += " ce"
    if source.is_state:
        field.widget.attrs["data-state"] = "1"
    if is_locked:
        field.widget.attrs["readonly"] = True
    return field


def cost_initial(row: CostRow) -> dict[str, Any]:
    """How a cost row stands in its boxes; noughts stay empty."""
    product = CostRow(quantity=row.quantity, unit_price=row.unit_price).total()
    amount = row.total()
    computed = amount == product
    return {
        "name": row.name,
        "unit": row.unit,
        "quantity": row.quantity,
        "unit_price": row.unit_price or None,
        "amount": amount or None,
        "was": money.format_dong(amount) if computed and amount else "",
        "note": row.note,
        "activity": row.activity_code,
        **{f"share-{code}": part for code, part in row.shares.items() if part},
    }


def pasted_boxes(row: Mapping[str, str], activities: Sequence[Activity]) -> dict[str, str]:
    """A pasted line as the boxes of a row: texts as they are typed."""
    boxes = {name: typed for name, typed in row.items() if name != "activity"}
    wanted = row.get("activity", "").strip()
    for activity in activities:
        if wanted.casefold() in (activity.code.casefold(), str(activity).casefold()):
            boxes["activity"] = activity.code
    return boxes


class FundingForm(PortalForm, forms.Form):
    """Phân kỳ nguồn vốn: a box for each year and source."""

    def __init__(
        self,
        *args: Any,
        years: Iterable[int],
        sources: Sequence[FundingSource],
        locked: frozenset[str] = frozenset(),
        saved: Mapping[tuple[str, int], int],
        **kwargs: Any,
    ) -> None:
        self.years, self.sources = list(years), sources
        self.boxes = {
            (source.code, year): f"funding-{source.code}-{year}"
            for year in self.years
            for source in sources
        }
        by_code = {source.code: source for source in sources}
        self.base_fields = {
            name: money_box(by_code[code], code in locked)
            for (code, _year), name in self.boxes.items()
        }
        initial = {self.boxes[key]: amount for key, amount in saved.items() if amount}
        super().__init__(*args, initial=initial, **kwargs)
        for (code, year), name in self.boxes.items():
            label = _("{source} năm {year}").format(source=by_code[code].short_name, year=year)
            self.fields[name].label = label
            self.fields[name].widget.attrs["aria-label"] = label

    def _rows(self, near: bool) -> list[tuple[int, list[forms.BoundField]]]:
        found = []
        for n, year in enumerate(self.years):
            boxes = [self[self.boxes[source.code, year]] for source in self.sources]
            if near == (n < NEAR or any(box.value() for box in boxes)):
                found.append((year, boxes))
        return found

    @property
    def near(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The first years, and every year with money."""
        return self._rows(True)

    @property
    def later(self) -> list[tuple[int, list[forms.BoundField]]]:
        """Years that most proposals never use, folded away while they are empty."""
        return self._rows(False)

    def faults(self) -> Iterator[tuple[str, str]]:
        for name, messages in self.errors.items():
            for message in messages:
                yield f"{self.fields[name].label}: {message}", self[name].id_for_label

    def read(self) -> dict[tuple[str, int], int]:
        """đồng by source code and year, as far as it can be read."""
        cleaned = self.cleaned_data
        return {key: cleaned[name] for key, name in self.boxes.items() if cleaned.get(name)}
