"""The upload of a workbook to be imported."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.filetypes import FileType
from khuyencong.core.form_fields import UploadField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from programmes.models import Programme
from projects.forms.draft import open_programmes
from projects.models import ImportRun


class UploadForm(PortalForm, forms.Form):
    """One workbook of one kind; proposals also say for which programme."""

    programme = forms.ChoiceField(label=gettext_lazy("Chương trình"))
    file = UploadField(
        label=gettext_lazy("Tệp Excel (.xlsx)"),
        help_text=gettext_lazy("Tệp .xlsx, tối đa 20 MB."),
        widget=forms.ClearableFileInput(
            attrs={
                "accept": f".xlsx,{FileType.XLSX.media_type}",
                "data-choose": gettext_lazy("Chọn tệp"),
                "data-none": gettext_lazy("Chưa chọn tệp nào"),
            }
        ),
    )

    def __init__(self, *args: Any, kind: str, user: User, **kwargs: Any) -> None:
        self.kind, self.user = kind, user
        # Several of these forms stand on one page.
        super().__init__(*args, auto_id=f"id_{kind}_%s", **kwargs)
        if kind == ImportRun.Kind.PROPOSALS:
            self.fields["programme"].choices = [(one.code, one.name) for one in self.programmes]
        else:
            del self.fields["programme"]

    @cached_property
    def programmes(self) -> list[Programme]:
        return open_programmes(self.user)

    @property
    def chosen(self) -> Programme | None:
        code = self.cleaned_data.get("programme")
        return next((one for one in self.programmes if one.code == code), None)

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload is not None and upload.recognised != FileType.XLSX:
            raise forms.ValidationError(
                _("Chỉ nhập được tệp Excel .xlsx. Mở tệp trong Excel, lưu thành .xlsx rồi tải lên.")
            )
        return upload
