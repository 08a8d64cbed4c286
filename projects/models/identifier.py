"""The numbers by which establishments are known."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import ValidationError as NumberError
from stdnum.vn import mst

from khuyencong.core.fields import LineField

_SIGNS: Final = re.compile(r"[\s.\-–]")
_PERSONS_OWN: Final = re.compile(r"\d{9}(\d{3})?")


class EnterpriseIdentifier(models.Model):
    """Mã định danh, typed and dated; one active (kind, value) belongs to one enterprise.

    A person's own number (Nghị định 13/2023/NĐ-CP) is shown by its last four digits only.
    """

    class Kind(models.TextChoices):
        TAX10 = "tax10", _("Mã số thuế 10 số")
        TAX13 = "tax13", _("Mã số thuế 13 số")
        PERSONAL12 = "personal12", _("Số định danh cá nhân")
        LICENCE = "licence", _("Số giấy đăng ký hộ kinh doanh")
        OTHER = "other", _("Khác")

    DIGITS: Final = {Kind.TAX10: (10,), Kind.TAX13: (13,), Kind.PERSONAL12: (12, 9)}
    TAX: Final = (Kind.TAX10, Kind.TAX13)

    enterprise = models.ForeignKey(
        "projects.Enterprise", models.PROTECT, related_name="identifiers"
    )
    kind = models.CharField(_("loại mã"), max_length=12, choices=Kind)
    value = LineField(_("số"), max_length=40)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    is_verified = models.BooleanField(_("đã đối chiếu giấy tờ"), default=False)

    class Meta:
        indexes = [models.Index(fields=["value"], name="identifier_value")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=Q(valid_to__isnull=True),
                name="identifier_active_once",
                violation_error_message=_("Mã này đang thuộc một cơ sở khác trong sổ."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.shown}"

    def clean(self) -> None:
        try:
            self.value = normalised(self.kind, self.value)
        except ValidationError as error:
            raise ValidationError({"value": error.messages}) from error
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValidationError(
                {"valid_to": gettext("Ngày hết dùng phải từ ngày bắt đầu dùng trở đi.")}
            )

    @property
    def is_active(self) -> bool:
        return self.valid_to is None

    @property
    def is_personal(self) -> bool:
        """A person's own number, also where it was entered as something else."""
        if self.kind in self.TAX:
            return False
        return self.kind == self.Kind.PERSONAL12 or bool(
            _PERSONS_OWN.fullmatch(_SIGNS.sub("", self.value))
        )

    @property
    def shown(self) -> str:
        """The number as people may read it: of a person's own the last four digits only."""
        if self.is_personal:
            return f"•••• •••• {self.value[-4:]}"
        if self.kind == self.Kind.TAX13 and len(self.value) == 13:
            return f"{self.value[:10]}-{self.value[10:]}"
        return self.value

    @property
    def looks_mistyped(self) -> bool:
        """A tax number whose check digit is wrong: kept all the same, somebody should look."""
        if self.kind not in self.TAX:
            return False
        try:
            mst.validate(self.value)
        except NumberError:
            return True
        return False


def normalised(kind: str, value: str) -> str:
    """The number as it is stored; a ``ValidationError`` says what its kind looks like."""
    Kind = EnterpriseIdentifier.Kind
    if kind not in EnterpriseIdentifier.DIGITS:
        return " ".join(value.split()).upper()
    digits = _SIGNS.sub("", value)
    fits = len(digits) in EnterpriseIdentifier.DIGITS[kind]
    if fits and digits.isascii() and digits.isdigit():
        return digits
    said = {
        Kind.TAX10: gettext("Mã số thuế này có 10 chữ số."),
        Kind.TAX13: gettext("Mã số thuế của chi nhánh có 13 chữ số."),
        Kind.PERSONAL12: gettext("Số định danh có 12 chữ số; chứng minh nhân dân cũ có 9."),
    }
    raise ValidationError(said[kind])


def kind_of(value: str) -> str:
    """The kind a number has by its length alone, or nothing when several are possible."""
    digits = _SIGNS.sub("", value)
    if not (digits.isascii() and digits.isdigit()):
        return ""
    return next(
        (str(kind) for kind, sizes in EnterpriseIdentifier.DIGITS.items() if len(digits) in sizes),
        "",
    )
