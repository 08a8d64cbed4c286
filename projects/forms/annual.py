"""The forms of an annual plan: which list, and the papers under which it goes and comes back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from khuyencong.core import files
from khuyencong.core.form_fields import DayField, UploadField, no_file_hint
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault
from programmes.models import FundingSource, Programme, ProgrammeVersion
from projects.forms.transition import ProseInput


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


class PaperForm(_WithFaults, forms.Form):
    """Number, date, signer and scan; what is missing is said by the verb, all at once."""

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    document_number = forms.CharField(
        label=gettext_lazy("Số văn bản"), required=False, max_length=60
    )
    document_date = DayField(label=gettext_lazy("Ngày văn bản"), required=False)
    signer = forms.CharField(label=gettext_lazy("Người ký"), required=False, max_length=120)
    document_file = UploadField(label=gettext_lazy("Bản quét văn bản"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document_file"].help_text = no_file_hint()

    def paper(self, by: User) -> Paper:
        """The paper entered; its scan is stored now, in the transaction of the caller."""
        data = self.cleaned_data
        upload = data.get("document_file")
        return Paper(
            number=data.get("document_number") or "",
            issued_on=data.get("document_date"),
            signer=data.get("signer") or "",
            file=files.store_upload(upload, by) if upload else None,
        )


class DecisionForm(PaperForm):
    """The paper of a decision, and whether it allots the money as well."""

    allots = forms.BooleanField(
        label=gettext_lazy("Quyết định này đồng thời giao dự toán các số tiền được phê duyệt"),
        required=False,
    )


class CloseForm(_WithFaults, forms.Form):
    """Why a list that was sent ends without a decision over it."""

    expected_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = ProseInput(
        label=gettext_lazy("Lý do"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
