"""Field types shared by every app: money as whole đồng, and text that is safe to store."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

from khuyencong.core import money, text


class MoneyField(models.PositiveBigIntegerField):
    """Whole đồng, never negative (the database has a CHECK of its own), at most 999.999 tỷ."""

    default_validators = [MaxValueValidator(money.MAX)]


def cleaned(value: object, *, multiline: bool) -> object:
    if not isinstance(value, str):
        return value
    try:
        return text.clean(value, multiline=multiline)
    except text.TextInputError as error:
        raise ValidationError(str(error)) from error


class LineField(models.CharField):
    """One line of text: NFC, trimmed, without control characters."""

    def to_python(self, value: object) -> object:
        return super().to_python(cleaned(value, multiline=False))


class ProseField(models.TextField):
    """Several lines of text: NFC, trimmed, without control characters but new lines."""

    def to_python(self, value: object) -> object:
        return super().to_python(cleaned(value, multiline=True))


class NumberKeyField(models.CharField):
    """The number of the same row as it is compared, filled in whenever the row is written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=240, editable=False, default="")
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: Any, add: bool) -> str:
        key = text.number_key(model_instance.number)
        setattr(model_instance, self.attname, key)
        return key
