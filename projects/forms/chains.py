"""The form of a version of a review chain: its terms, and a row for each step."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Organisation
from khuyencong.core.refusals import Fault
from projects.chain_steps import NO_REVIEWER, Step
from projects.chains import Terms
from projects.forms.rows import RowForm, RowSet
from projects.forms.words import Words
from projects.models import ReviewChain, ReviewStep

PREFIX: Final = "steps"
_TICKS: Final = ("may_return", "two_signatures", "acts_in_portal")


class StepForm(RowForm):
    """Một bước; the number box says where it stands, since rows cannot be dragged everywhere."""

    lead = "kind"
    blank_but = ("order", *_TICKS)
    kind = forms.ChoiceField(
        label=gettext_lazy("Việc"),
        choices=[("", gettext_lazy("Chọn việc")), *ReviewStep.Kind.choices],
    )
    organisation_kind = forms.ChoiceField(
        label=gettext_lazy("Cơ quan"),
        choices=[
            ("", gettext_lazy("Chọn cơ quan")),
            *(
                (code, label)
                for code, label in Organisation.Kind.choices
                if code not in NO_REVIEWER
            ),
        ],
    )
    name = Words(
        label=gettext_lazy("Tên bước"),
        required=False,
        max_length=ReviewStep._meta.get_field("name").max_length,
    )
    order = forms.IntegerField(
        label=gettext_lazy("Thứ tự"), required=False, min_value=1, max_value=99
    )
    working_days = forms.IntegerField(
        label=gettext_lazy("Số ngày làm việc"), required=False, min_value=1, max_value=365
    )
    may_return = forms.BooleanField(
        label=gettext_lazy("được trả lại bổ sung"), required=False, initial=True
    )
    two_signatures = forms.BooleanField(
        label=gettext_lazy("chuyên viên đề xuất, lãnh đạo kết luận"), required=False
    )
    acts_in_portal = forms.BooleanField(
        label=gettext_lazy("làm việc trên cổng"), required=False, initial=True
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["order"].initial = self.number

    def label_of(self, name: str) -> str:
        label = str(self.fields[name].label)
        return _("Bước {n}, {box}").format(n=self.number, box=label[:1].lower() + label[1:])

    def step(self) -> Step:
        return Step(**{name: self.cleaned_data[name] for name in Step.__dataclass_fields__})


class VersionForm(PortalForm, forms.ModelForm):
    """What a version says beside its steps."""

    valid_from = DayField(
        label=gettext_lazy("Có hiệu lực từ"), help_text=gettext_lazy("ví dụ 01/07/2026")
    )

    class Meta:
        model = ReviewChain
        fields = ("valid_from", "name", "legal_ref", "confidence")


class EndForm(PortalForm, forms.Form):
    """The one thing that may change of a version dossiers run under."""

    valid_to = DayField(
        label=gettext_lazy("Đến hết ngày"),
        required=False,
        help_text=gettext_lazy("để trống nếu chưa hết hiệu lực"),
    )

    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)


class VersionEntry:
    """The version's box and its rows together, from a version or from what was sent."""

    def __init__(
        self, chain: ReviewChain, sent: Any = None, *, is_new: bool, without: int | None = None
    ) -> None:
        terms = Terms.of(chain)
        initial = {name: getattr(terms, name) for name in VersionForm.Meta.fields}
        if is_new:
            initial["valid_from"] = None
        self.form = VersionForm(sent, initial=initial)
        if not is_new and chain.valid_from is None:
            self.form.fields["valid_from"].required = False
        saved = [
            {name: getattr(step, name) for name in Step.__dataclass_fields__}
            for step in terms.steps
        ]
        self.rows = RowSet(StepForm, PREFIX, sent, saved, without=without)
        self.said: list[Fault] = []

    def is_valid(self) -> bool:
        rows = [row.is_valid() for row in self.rows.rows]
        return self.form.is_valid() and all(rows)

    def in_order(self) -> list[StepForm]:
        """The rows as their number boxes put them."""
        return sorted(
            self.rows.rows, key=lambda row: (row.cleaned_data["order"] or row.number, row.number)
        )

    def terms(self) -> Terms:
        given = self.form.cleaned_data
        return Terms(
            name=given["name"],
            valid_from=given["valid_from"],
            legal_ref=given["legal_ref"],
            confidence=given["confidence"],
            steps=tuple(row.step() for row in self.in_order()),
        )

    def add_faults(self, faults: list[Fault]) -> None:
        """Faults of a step lead to the row it was typed in, wherever its number puts it."""
        ordered = self.in_order()
        for fault in faults:
            prefix, _dash, index = fault.field.partition("-")
            if prefix == PREFIX and ordered:
                row = ordered[min(int(index or 0), len(ordered) - 1)]
                row.said.append(fault.message)
                self.said.append(Fault(fault.message, row.prefix))
            elif prefix == PREFIX:
                self.said.append(Fault(fault.message, f"{PREFIX}-0"))
            else:
                name = fault.field if fault.field in self.form.fields else None
                self.form.add_error(name, fault.message)

    def faults(self) -> list[Any]:
        """Everything but the version form's own, for the summary above the page."""
        return [*self.rows.faults(), *self.said]
