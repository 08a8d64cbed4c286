"""The boxes beside one warning: the reason, the paper's number and its date."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from khuyencong.core.fields import cleaned
from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from projects import justifications
from projects.checks import Check
from projects.justifications import Written
from projects.models import Justification


def _stored(name: str) -> Any:
    return Justification._meta.get_field(name)


class JustificationForm(PortalForm, forms.Form):
    """One warning's answer; left empty, there is none."""

    reason = forms.CharField(
        label=gettext_lazy("Lý do"), required=False, widget=forms.Textarea(attrs={"rows": "2"})
    )
    document_number = forms.CharField(
        label=gettext_lazy("Số văn bản làm căn cứ"),
        required=False,
        max_length=_stored("document_number").max_length,
    )
    document_date = DayField(label=gettext_lazy("Ngày văn bản"), required=False)

    def __init__(self, data: Any, *, check: Check) -> None:
        self.check = check
        answer = check.justification
        initial: dict[str, Any] = dict(vars(answer)) if answer else {}
        if answer and answer.document_date:
            initial["document_date"] = datetime.date.fromisoformat(answer.document_date)
        super().__init__(data, prefix=f"justify-{check.key}", initial=initial)

    def clean_reason(self) -> str:
        return cleaned(self.cleaned_data["reason"], multiline=True)

    def clean_document_number(self) -> str:
        return cleaned(self.cleaned_data["document_number"], multiline=False)

    def written(self) -> Written:
        return Written(self.check.code, self.check.subject, **self.cleaned_data)

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            for fault in justifications.faults(self.written()):
                self.add_error(fault.field, fault.message)
        return self.cleaned_data
