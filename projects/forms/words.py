"""Text boxes of the dossier: what is stored is clean, what is broken is said."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from khuyencong.core.fields import cleaned

# What a browser's bytes become when they are no text at all.
_REPLACED: Final = "\ufffd"


class Words(forms.CharField):
    """One line, or several in a textarea of more than one row, cleaned like every stored text."""

    def __init__(self, *args: Any, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        if multiline:
            kwargs.setdefault("widget", forms.Textarea)
        super().__init__(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and _REPLACED in value:
            raise ValidationError(_("Nội dung có ký tự hỏng. Xóa đoạn vừa dán rồi gõ lại."))
        return cleaned(super().to_python(value), multiline=self.multiline)
