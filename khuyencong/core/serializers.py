"""Fields of the API's input: strict about types, and clear in Vietnamese about what is wrong."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from khuyencong.core import money
from khuyencong.core.fields import cleaned


class Said:
    """Vietnamese for what every field may say."""

    default_error_messages = {
        "required": gettext_lazy("Thiếu trường này."),
        "null": gettext_lazy("Trường này không được là null."),
    }


class Text(Said, serializers.CharField):
    """Text as every column stores it: composed letters, no control characters."""

    default_error_messages = {
        "invalid": gettext_lazy("Phải là một chuỗi."),
        "blank": gettext_lazy("Không được để trống."),
        "max_length": gettext_lazy("Dài tối đa {max_length} ký tự."),
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return super().to_internal_value(cleaned(data, multiline=True))
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class WholeNumber(Said, serializers.IntegerField):
    """A JSON integer. 1.0, "1" and true are none: a sender in doubt is told."""

    default_error_messages = {
        "invalid": gettext_lazy("Phải là số nguyên."),
        "max_value": gettext_lazy("Phải từ {max_value} trở xuống."),
        "min_value": gettext_lazy("Phải từ {min_value} trở lên."),
    }

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Dong(WholeNumber):
    """Money: whole đồng, from 0 to the largest the columns hold."""

    default_error_messages = {
        "invalid": gettext_lazy("Số tiền phải là số đồng nguyên, ví dụ 300000000."),
        "max_value": gettext_lazy("Số tiền phải từ 0 đến 999.999 tỷ đồng."),
        "min_value": gettext_lazy("Số tiền phải từ 0 đến 999.999 tỷ đồng."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=money.MAX, **kwargs)


class Day(Said, serializers.DateField):
    default_error_messages = {
        "invalid": gettext_lazy("Phải là một ngày dạng 2026-02-05."),
        "datetime": gettext_lazy("Phải là một ngày dạng 2026-02-05, không có giờ."),
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", format="")
        return super().to_internal_value(data)


class YesNo(Said, serializers.BooleanField):
    default_error_messages = {"invalid": gettext_lazy("Phải là true hoặc false.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(Said, serializers.ChoiceField):
    default_error_messages = {
        "invalid_choice": gettext_lazy("Không có lựa chọn «{input}»; chọn trong: {choices}.")
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            shown = data[:40] if isinstance(data, str) else type(data).__name__
            self.fail("invalid_choice", input=shown, choices=", ".join(map(str, self.choices)))
        return data


class InputSerializer(Said, serializers.Serializer):
    """Refuses a field it does not know by its name, instead of dropping it in silence."""

    default_error_messages = {"invalid": gettext_lazy("Phải là một đối tượng JSON.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            strange = [name for name in data if name not in self.fields]
            if strange:
                raise serializers.ValidationError(
                    {name[:60]: [_("Không ghi được trường này.")] for name in strange}
                )
        return super().to_internal_value(data)


class DocumentSerializer(serializers.Serializer):
    """A document with legal force, as every answer names it."""

    kind = serializers.CharField()
    number = serializers.CharField()
    issuer = serializers.CharField(source="issuer_name")
    issued_on = serializers.DateField(allow_null=True, help_text=gettext_lazy("null: chưa rõ ngày"))


class CodeAndNameSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
