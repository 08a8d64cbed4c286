"""The form of a decision that gives money to cells."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import Allocation, Cell
from khuyencong.core import papers
from khuyencong.core.fields import cleaned
from khuyencong.core.form_fields import DayField, MoneyInputField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Organisation
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault
from programmes.models import Programme

GIVERS = (
    Organisation.Kind.PROVINCIAL_COMMITTEE,
    Organisation.Kind.MINISTRY,
    Organisation.Kind.NATIONAL_AGENCY,
    Organisation.Kind.FINANCE_DEPARTMENT,
    Organisation.Kind.INDUSTRY_DEPARTMENT,
)


class OneLine(forms.CharField):
    """One line, cleaned like every stored text."""

    def to_python(self, value: Any) -> Any:
        return cleaned(super().to_python(value), multiline=False)


def givers(programme: Programme) -> QuerySet[Organisation]:
    """Bodies whose decisions give this programme money; former names stay, for old papers."""
    return Organisation.objects.filter(
        Q(province_id=programme.province_id) | Q(province=None), kind__in=GIVERS
    ).order_by("kind", "name")


class AllocationForm(PortalForm, forms.Form):
    """Quyết định giao dự toán: number, date, body, and one amount a cell of state money.

    Every fault of the paper and of the amounts is told at once, with the box it is about.
    """

    document_number = OneLine(
        label=gettext_lazy("Số quyết định"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("ví dụ 12/QĐ-UBND"),
    )
    document_date = DayField(
        label=gettext_lazy("Ngày quyết định"),
        required=False,
        help_text=gettext_lazy("ví dụ 05/02/2026"),
    )
    issuer = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=gettext_lazy("Cơ quan ban hành"),
        empty_label=gettext_lazy("Chọn cơ quan"),
    )
    note = OneLine(
        label=gettext_lazy("Ghi chú"),
        required=False,
        max_length=Allocation._meta.get_field("note").max_length,
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        self.programme = programme
        self.cells: dict[str, Cell] = {
            f"amount-{cell.year}-{cell.source.code}": cell
            for cell in programme.cells.select_related("source").order_by(
                "year", "source__position"
            )
        }
        self.base_fields = dict(self.base_fields) | {
            name: MoneyInputField(label=_amount_label(cell), required=False)
            for name, cell in self.cells.items()
        }
        super().__init__(*args, **kwargs)
        self.fields["issuer"].queryset = givers(programme)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The amount boxes by year, in the order of the sources."""
        found: dict[int, list[dict[str, Any]]] = {}
        for name, cell in self.cells.items():
            found.setdefault(cell.year, []).append({"cell": cell, "bound": self[name]})
        return [{"year": year, "boxes": boxes} for year, boxes in found.items()]

    @property
    def sources(self) -> list[Any]:
        return list({cell.source_id: cell.source for cell in self.cells.values()}.values())

    def paper(self) -> Paper:
        return Paper(
            number=self.cleaned_data.get("document_number") or "",
            issued_on=self.cleaned_data.get("document_date"),
        )

    def amounts(self) -> dict[Cell, int]:
        """đồng by cell, only where something is given."""
        return {
            cell: self.cleaned_data[name]
            for name, cell in self.cells.items()
            if self.cleaned_data.get(name)
        }

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        self.add_faults(papers.faults_of(self.paper()))
        unread = any(name in self.errors for name in self.cells)
        if not unread and not self.amounts():
            self.add_error(None, _("Nhập số tiền giao cho ít nhất một năm, một nguồn."))
        return found

    def add_faults(self, faults: list[Fault]) -> None:
        """Put faults beside their boxes; a box that could not be read says only that."""
        for fault in faults:
            if fault.field not in self.fields:
                self.add_error(None, fault.message)
            elif fault.field not in self.errors:
                self.add_error(fault.field, fault.message)


def _amount_label(cell: Cell) -> str:
    return _("{source} năm {year}").format(source=cell.source.short_name, year=cell.year)
