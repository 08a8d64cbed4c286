"""Form fields that read what officers type: money, days, files."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from khuyencong.core import filetypes, money, vndates


class MoneyInputField(forms.CharField):
    """đồng as an integer from `300tr`, `0,3 tỷ`, `300.000.000`; empty stays None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"})
        )
        super().__init__(**kwargs)
        self.widget.attrs["class"] = f"{self.widget.attrs.get('class', '')} num".strip()

    def prepare_value(self, value: Any) -> Any:
        # What was typed comes back as it was typed; a stored figure comes grouped.
        return money.format_dong(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        typed = super().to_python(value)
        if not typed:
            return None
        try:
            return money.parse(typed)
        except money.MoneyInputError as error:
            raise ValidationError(str(error)) from error


class DayField(forms.CharField):
    """A day from `1/5/2026`, `010526`, `1 tháng 5 năm 2026`; empty stays None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        )
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, datetime.date) else value

    def to_python(self, value: Any) -> datetime.date | None:
        typed = super().to_python(value)
        if not typed:
            return None
        try:
            return vndates.parse_date(typed)
        except vndates.DateInputError as error:
            raise ValidationError(str(error)) from error


class UploadField(forms.FileField):
    """A scan or a document, recognised by its content, at most ``UPLOAD_MAX_BYTES``."""

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        if upload is None:
            return None
        try:
            upload.recognised = filetypes.check_upload(
                upload, upload.name, settings.UPLOAD_MAX_BYTES
            )
        except filetypes.UploadError as error:
            raise ValidationError(str(error)) from error
        return upload


def no_file_hint() -> str:
    return _("PDF, ảnh, Word hoặc Excel, tối đa 20 MB.")
