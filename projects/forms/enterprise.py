"""The register's form: numbers are checked, never forced."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.exceptions import ValidationError as NumberError
from stdnum.vn import mst

from khuyencong.core import clock
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Place, User
from projects.forms.words import Words
from projects.models import Enterprise, EnterpriseIdentifier

Kind = EnterpriseIdentifier.Kind
TAX: Final = (Kind.TAX10, Kind.TAX13)
KIND_BY_LENGTH: Final = {10: Kind.TAX10, 12: Kind.PERSONAL12, 13: Kind.TAX13}
_SIGNS: Final = re.compile(r"[\s.\-–]")
_LINES: Final = (
    ("name", gettext_lazy("Tên cơ sở")),
    ("address", gettext_lazy("Địa chỉ")),
    ("representative", gettext_lazy("Người đại diện")),
    ("phone", gettext_lazy("Điện thoại")),
    ("sector", gettext_lazy("Ngành nghề")),
)


def masked(identifier: EnterpriseIdentifier) -> str:
    """A number as people may read it: of a person's own the last four digits only."""
    if identifier.kind != Kind.PERSONAL12:
        return identifier.value
    return f"•••• •••• {identifier.value[-4:]}"


class EnterpriseForm(PortalForm, forms.ModelForm):
    """Cơ sở CNNT with, where it has one, its number.

    A personal number that is known is never shown again whole: its box stays empty, and empty
    means unchanged. A tax number that is emptied is closed as of today.
    """

    number = Words(
        label=gettext_lazy("Mã số thuế hoặc số định danh"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("10 số, 13 số của chi nhánh, hoặc 12 số định danh của hộ, cá nhân"),
    )
    workers = forms.IntegerField(
        label=gettext_lazy("Số lao động"), required=False, min_value=0, max_value=1_000_000
    )

    class Meta:
        model = Enterprise
        fields = (
            "name",
            "kind",
            "place",
            "address",
            "representative",
            "phone",
            "sector",
            "workers",
        )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        self.base_fields = dict(self.base_fields) | {
            name: Words(
                label=label,
                required=name == "name",
                max_length=Enterprise._meta.get_field(name).max_length,
            )
            for name, label in _LINES
        }
        super().__init__(*args, **kwargs)
        province = user.organisation.province
        if self.instance.pk is None:
            self.instance.province = province
        at_home = Q(parent=province) | Q(parent__parent=province)
        today = Place.objects.valid_on(clock.today()).filter(at_home, level=Place.Level.COMMUNE)
        kept = Place.objects.filter(pk=self.instance.place_id)
        self.fields["kind"].choices = [("", _("Chọn loại hình")), *Enterprise.Kind.choices]
        place = self.fields["place"]
        place.queryset = (today | kept).order_by("name_folded", "pk")
        place.empty_label = _("Chưa rõ")
        place.label_from_instance = lambda row: row.full_name
        self.known: list[EnterpriseIdentifier] = []
        if self.instance.pk is not None:
            self.known = list(self.instance.identifiers.filter(valid_to=None))
        self.tax = next((row for row in self.known if row.kind in TAX), None)
        self.initial["number"] = self.tax.value if self.tax else ""

    def clean_number(self) -> str:
        """The digits alone; a number another establishment has is refused in words."""
        digits = _SIGNS.sub("", self.cleaned_data["number"])
        if not digits:
            return ""
        if not (digits.isascii() and digits.isdigit() and len(digits) in KIND_BY_LENGTH):
            raise forms.ValidationError(
                _("Mã số thuế có 10 hoặc 13 chữ số, số định danh có 12 chữ số.")
            )
        taken = (
            EnterpriseIdentifier.objects.filter(
                kind=KIND_BY_LENGTH[len(digits)], value=digits, valid_to=None
            )
            .exclude(enterprise_id=self.instance.pk)
            .select_related("enterprise")
            .first()
        )
        if taken:
            raise forms.ValidationError(self._taken(taken.enterprise))
        return digits

    def _taken(self, other: Enterprise) -> str:
        if other.province_id != self.user.organisation.province_id:
            return _("Mã này đang thuộc một cơ sở của tỉnh khác.")
        return _("Mã này đang thuộc «{name}» trong sổ. Mở cơ sở đó thay vì thêm mới.").format(
            name=other.name
        )

    @property
    def warning(self) -> str:
        """What looks wrong but may be right: the number is kept, and somebody should look."""
        number = self.cleaned_data.get("number", "")
        if len(number) not in (10, 13):
            return ""
        try:
            mst.validate(number)
        except NumberError:
            return _(
                "Mã số thuế {number} không khớp số kiểm tra. Đã lưu; đề nghị đối chiếu lại giấy tờ."
            ).format(number=number)
        return ""

    def save(self, commit: bool = True) -> Enterprise:
        """Write the establishment and its number; earlier numbers of the kind end today."""
        self.instance.version += 1 if self.instance.pk else 0
        enterprise = super().save(commit)
        number = self.cleaned_data["number"]
        if number in {row.value for row in self.known}:
            return enterprise
        kind = KIND_BY_LENGTH.get(len(number), Kind.TAX10)
        ended = TAX if kind in TAX else (kind,)
        enterprise.identifiers.filter(kind__in=ended, valid_to=None).update(valid_to=clock.today())
        if number:
            EnterpriseIdentifier.objects.create(
                enterprise=enterprise, kind=kind, value=number, valid_from=clock.today()
            )
        return enterprise
