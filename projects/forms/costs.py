"""The rows and boxes of a proposal's money, and of its activities: kept as typed until readable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import money
from khuyencong.core.form_fields import MoneyInputField, TypedField
from khuyencong.core.forms import PortalForm
from programmes.models import Activity, FundingSource
from projects.drafts import CostRow
from projects.forms.words import Words
from projects.models import CostItem

MOST_ROWS: Final = 200
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


class ActivityRow(RowForm):
    """Một nội dung hoạt động và số kết quả dự kiến."""

    lead = "activity"
    blank_but = ("units",)
    activity = forms.ChoiceField(label=gettext_lazy("Nội dung hoạt động"))
    units = forms.IntegerField(
        label=gettext_lazy("Số lượng kết quả"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        widget=forms.NumberInput(attrs={"autocomplete": "off", "maxlength": 9}),
    )

    def __init__(self, *args: Any, activities: Mapping[int, Activity], **kwargs: Any) -> None:
        self.activities = activities
        super().__init__(*args, **kwargs)
        self.fields["activity"].choices = [
            ("", _("Chọn nội dung")),
            *((str(pk), str(activity)) for pk, activity in activities.items()),
        ]
        self.fields["units"].widget.attrs["class"] += " num"

    @property
    def unit(self) -> str:
        picked = str(self["activity"].value() or "")
        found = self.activities.get(int(picked)) if picked.isdecimal() else None
        return found.unit if found else ""

    def read(self) -> tuple[Activity, int]:
        cleaned = self.cleaned_data
        return self.activities[int(cleaned["activity"])], cleaned["units"] or 1


class CostRowForm(RowForm):
    """Dòng dự toán: quantity × unit price is the amount, unless a person wrote another one."""

    lead = "name"
    blank_but = ("quantity", "was", "note")
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
    note = Words(
        required=False,
        max_length=CostItem._meta.get_field("note").max_length,
        widget=forms.HiddenInput,
    )

    def __init__(
        self,
        *args: Any,
        sources: Sequence[FundingSource],
        locked: frozenset[str] = frozenset(),
        **kwargs: Any,
    ) -> None:
        self.sources = sources
        self.base_fields = dict(self.base_fields) | {
            f"share-{source.code}": money_box(source, source.code in locked) for source in sources
        }
        super().__init__(*args, **kwargs)
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
        )


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
        **{f"share-{code}": part for code, part in row.shares.items() if part},
    }


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
