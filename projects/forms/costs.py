"""The money of a draft as officers type it: rows of costs, and years by sources."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.form_fields import MoneyInputField, TypedField
from khuyencong.core.forms import PortalForm
from programmes.models import FundingSource, Programme
from projects.drafts import CostRow
from projects.models import Proposal

ROWS_AT_FIRST, ROWS_MORE, ROWS_MAX = 3, 5, 200


class QuantityField(TypedField):
    """A quantity as people write it: 1, 2,5 or 1.000."""

    inputmode = "decimal"

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return f"{value.normalize():f}".replace(".", ",")

    def read(self, typed: str) -> Decimal:
        plain = typed.strip().replace(" ", "")
        if "," in plain or plain.count(".") > 1 or len(plain.rpartition(".")[2]) == 3:
            plain = plain.replace(".", "").replace(",", ".")
        try:
            found = Decimal(plain)
        except InvalidOperation:
            raise ValueError(_("Số lượng phải là số, ví dụ 2 hoặc 2,5.")) from None
        if not found.is_finite() or found <= 0 or found >= 10**9:
            raise ValueError(_("Số lượng phải lớn hơn 0 và nhỏ hơn 1 tỷ."))
        if found != round(found, 3):
            raise ValueError(_("Số lượng có nhiều nhất ba chữ số thập phân."))
        return found


class CostRowForm(PortalForm, forms.Form):
    """Một dòng dự toán; a row left wholly empty is no row."""

    name = forms.CharField(label=gettext_lazy("nội dung chi"), required=False, max_length=300)
    unit = forms.CharField(label=gettext_lazy("ĐVT"), required=False, max_length=40)
    quantity = QuantityField(label=gettext_lazy("số lượng"), required=False)
    unit_price = MoneyInputField(label=gettext_lazy("đơn giá"), required=False)

    def __init__(self, *args: Any, sources: list[FundingSource], **kwargs: Any) -> None:
        self.sources = sources
        super().__init__(*args, **kwargs)
        for source in sources:
            self.fields[f"share_{source.code}"] = MoneyInputField(
                label=source.short_name, required=False
            )
        for name, field in self.fields.items():
            css = field.widget.attrs.get("class", "")
            field.widget.attrs["class"] = f"in ce {css}".strip()
            field.widget.attrs["data-cost"] = name
            field.widget.attrs["aria-label"] = _("{label}, dòng {n}").format(
                label=field.label, n=int(str(self.prefix).rpartition("-")[2] or 0) + 1
            )

    @property
    def share_fields(self) -> list[forms.BoundField]:
        return [self[f"share_{source.code}"] for source in self.sources]

    @property
    def is_blank(self) -> bool:
        """Nothing was typed in the row."""
        return not any(
            str(self.data.get(self.add_prefix(name), "")).strip() for name in self.fields
        )

    def row(self) -> CostRow:
        cleaned = self.cleaned_data
        return CostRow(
            name=cleaned.get("name") or "",
            unit=cleaned.get("unit") or "",
            quantity=cleaned.get("quantity") or Decimal(1),
            unit_price=cleaned.get("unit_price") or 0,
            shares={
                source.code: cleaned[f"share_{source.code}"]
                for source in self.sources
                if cleaned.get(f"share_{source.code}")
            },
        )

    @property
    def amount(self) -> int | None:
        """Thành tiền of what is typed, in đồng; none while it cannot be read."""
        if not self.is_bound:
            initial = self.initial or {}
            if not initial.get("unit_price"):
                return None
            return CostRow(
                quantity=initial.get("quantity") or Decimal(1), unit_price=initial["unit_price"]
            ).total()
        self.errors  # noqa: B018  cleans the row
        if not hasattr(self, "cleaned_data") or not self.cleaned_data.get("unit_price"):
            return None
        return self.row().total()


class CostRows(forms.BaseFormSet):
    """All rows; knows those that count."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """No delete or order boxes: an emptied row is a deleted one."""

    def filled(self) -> list[CostRowForm]:
        return [form for form in self.forms if not form.is_blank]

    def full_clean(self) -> None:
        """Only rows with something in them can be wrong."""
        super().full_clean()
        if self.is_bound:
            self._errors = [
                form.errors if not form.is_blank else type(form.errors)() for form in self.forms
            ]


def cost_rows(
    proposal: Proposal, sources: list[FundingSource], data: Any = None
) -> forms.BaseFormSet:
    """The formset of a proposal's cost table, bound to what was sent if there is any."""
    made = forms.formset_factory(
        CostRowForm,
        formset=CostRows,
        extra=0,
        max_num=ROWS_MAX,
        absolute_max=ROWS_MAX,
    )
    initial = [
        {
            "name": item.name,
            "unit": item.unit,
            "quantity": item.quantity,
            "unit_price": item.unit_price or None,
            **{f"share_{share.source.code}": share.requested for share in item.shares.all()},
        }
        for item in proposal.cost_items.all()
    ]
    initial += [{} for _n in range(max(ROWS_AT_FIRST - len(initial), 1))]
    return made(data, prefix="cost", initial=initial, form_kwargs={"sources": sources})


class FundingForm(PortalForm, forms.Form):
    """Phân kỳ: one box a source and year."""

    def __init__(
        self, *args: Any, proposal: Proposal, sources: list[FundingSource], **kwargs: Any
    ) -> None:
        programme: Programme = proposal.programme
        self.sources = sources
        self.years = [year for year in programme.years if year >= proposal.plan_year]
        stored = {
            (line.source.code, line.year): line.requested
            for line in proposal.funding_lines.all()
            if line.requested
        }
        self.years = sorted({*self.years, *(year for _code, year in stored)})
        self.base_fields = {
            self.name_of(source.code, year): MoneyInputField(
                label=_("{source} năm {year}").format(source=source.short_name, year=year),
                required=False,
                initial=stored.get((source.code, year)),
            )
            for source in sources
            for year in self.years
        }
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "in ce num"
            field.widget.attrs["aria-label"] = field.label

    @staticmethod
    def name_of(code: str, year: int) -> str:
        return f"fund-{code}-{year}"

    @property
    def rows(self) -> list[tuple[FundingSource, list[forms.BoundField]]]:
        return [
            (source, [self[self.name_of(source.code, year)] for year in self.years])
            for source in self.sources
        ]

    def funding(self) -> dict[tuple[str, int], int]:
        return {
            (source.code, year): amount
            for source in self.sources
            for year in self.years
            if (amount := self.cleaned_data.get(self.name_of(source.code, year)))
        }


def readable(form: forms.BaseForm, name: str) -> int:
    """The đồng in a box as it stands now, typed or stored; nought where it cannot be read."""
    if form.is_bound:
        form.errors  # noqa: B018  cleans the form
        return getattr(form, "cleaned_data", {}).get(name) or 0
    return form.get_initial_for_field(form.fields[name], name) or 0
