"""The forms of an annual plan: which list, and the papers under which it goes and comes back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from programmes.models import FundingSource, Programme, ProgrammeVersion
from projects.forms.paper import PaperForm
from projects.forms.words import Words


class _WithFaults(PortalForm):
    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)


class NewPlanForm(_WithFaults, forms.Form):
    """Programme, year and source of a new list."""

    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    programme = forms.ChoiceField(label=gettext_lazy("Chương trình"))
    year = forms.IntegerField(label=gettext_lazy("Năm kế hoạch"), min_value=1900, max_value=9999)
    source = forms.ModelChoiceField(
        FundingSource.objects.filter(is_state=True),
        label=gettext_lazy("Nguồn kinh phí"),
        to_field_name="code",
        empty_label=gettext_lazy("Chọn nguồn"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = ProgrammeVersion.objects.values("programme")
        rows = Programme.objects.visible_to(user).filter(
            pk__in=versions, province_id=user.organisation.province_id
        )
        self.programmes = {
            row.code: row
            for row in rows.select_related("province").order_by(
                "is_illustration", "-start_year", "code"
            )
        }
        self.fields["programme"].choices = [
            (code, f"{row.name} ({row.start_year}–{row.end_year})")
            for code, row in self.programmes.items()
        ]

    @property
    def chosen(self) -> Programme:
        return self.programmes[self.cleaned_data["programme"]]


class PlanPaperForm(_WithFaults, PaperForm):
    """The paper of a step of the list, on the version of it that was read."""

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class DecisionForm(PlanPaperForm):
    """The paper of a decision, and whether it allots the money as well."""

    allots = forms.BooleanField(
        label=gettext_lazy("Quyết định này đồng thời giao dự toán các số tiền được phê duyệt"),
        required=False,
    )


class CloseForm(_WithFaults, forms.Form):
    """Why a list that was sent ends without a decision over it."""

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = Words(
        multiline=True,
        label=gettext_lazy("Lý do"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
