"""The paper an act rests on, as a person enters it: one set of boxes for every form that asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from khuyencong.core import files
from khuyencong.core.form_fields import DayField, UploadField, no_file_hint
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from khuyencong.core.papers import Paper
from projects.forms.words import Words


def entered(cleaned: Mapping[str, Any], by: User) -> Paper:
    """The paper in a form's data; its scan is stored now, in the transaction of the caller."""
    upload = cleaned.get("document_file")
    return Paper(
        number=cleaned.get("document_number") or "",
        issued_on=cleaned.get("document_date"),
        signer=cleaned.get("signer") or "",
        file=files.store_upload(upload, by) if upload else None,
    )


class PaperForm(PortalForm, forms.Form):
    """Number, day, signer and scan; what is missing is said by the act, all at once."""

    document_number = Words(label=gettext_lazy("Số văn bản"), max_length=60, required=False)
    document_date = DayField(label=gettext_lazy("Ngày văn bản"), required=False)
    signer = Words(label=gettext_lazy("Người ký"), max_length=120, required=False)
    document_file = UploadField(label=gettext_lazy("Bản quét văn bản"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document_file"].help_text = no_file_hint()

    def paper(self, by: User) -> Paper:
        return entered(self.cleaned_data, by)
