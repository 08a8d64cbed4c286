"""Form fields that read what officers type: money, days, files."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from khuyencong.core import filetypes, money, vndates


class TypedField(forms.Field):
    """A text box read by one of our parsers; what was typed comes back as it was typed."""

    inputmode = "text"

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={"inputmode": self.inputmode, "autocomplete": "off", "maxlength": 60}
            ),
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        typed = "" if value is None else str(value)
        if not typed.strip():
            return None
        try:
            return self.read(typed)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def read(self, typed: str) -> Any:
        """The value of a text; a ``ValueError`` says in words what is wrong."""
        return typed


class MoneyInputField(TypedField):
    """đồng as an integer from `300tr`, `0,3 tỷ`, `300.000.000`; empty stays None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["class"] = f"{self.widget.attrs.get('class', '')} num".strip()

    def prepare_value(self, value: Any) -> Any:
        return money.format_dong(value) if isinstance(value, int) else value

    def read(self, typed: str) -> int:
        return money.parse(typed)


class DayField(TypedField):
    """A day from `1/5/2026`, `010526`, `1 tháng 5 năm 2026`; empty stays None."""

    inputmode = "numeric"

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, datetime.date) else value

    def read(self, typed: str) -> datetime.date:
        return vndates.parse_date(typed)


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
