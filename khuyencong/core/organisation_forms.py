"""The forms by which an administrator keeps the offices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from khuyencong.core import clock, organisations
from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Organisation, User
from khuyencong.core.organisation_guards import Named
from khuyencong.core.refusals import Fault


class _Faults(PortalForm):
    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)


class CorrectForm(_Faults, forms.ModelForm):
    """Sửa: what was entered wrong, never another name from a day on."""

    valid_from = DayField(
        label=_("Có từ ngày"), required=False, help_text=_("để trống nếu chưa biết")
    )
    valid_to = DayField(
        label=_("Đến hết ngày"), required=False, help_text=_("để trống nếu đang hoạt động")
    )

    class Meta:
        model = Organisation
        fields = organisations.CORRECTED


class RenameForm(_Faults, forms.ModelForm):
    """Đổi tên từ ngày…"""

    valid_from = DayField(label=_("Mang tên mới từ ngày"), help_text=_("ví dụ 01/07/2026"))

    class Meta:
        model = Organisation
        fields = ("name", "short_name", "sign", "valid_from", "legal_ref")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["legal_ref"].required = True

    def named(self) -> Named:
        return Named(**{name: self.cleaned_data[name] for name in self.Meta.fields})


class OfficeChoice(forms.ModelChoiceField):
    def label_from_instance(self, office: Organisation) -> str:
        return f"{office.name} ({office.get_kind_display()})"


class MergeForm(_Faults, forms.ModelForm):
    """Sáp nhập vào…"""

    into = OfficeChoice(
        Organisation.objects.none(), label=_("Sáp nhập vào"), empty_label=_("Chọn cơ quan")
    )
    valid_from = DayField(label=_("Từ ngày"), help_text=_("ví dụ 01/07/2026"))

    class Meta:
        model = Organisation
        fields = ("into", "valid_from", "legal_ref")

    def __init__(self, *args: Any, user: User, office: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["legal_ref"].required = True
        self.fields["into"].queryset = (
            organisations.visible_to(user)
            .filter(Q(valid_to=None) | Q(valid_to__gte=clock.today()))
            .filter(province_id=office.province_id, successor=None)
            .exclude(lineage=office.lineage)
            .order_by("kind", "name")
        )
