"""The forms of the working calendar: one day, and a block of days."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Holiday, User
from khuyencong.core.refusals import Fault

NATIONAL: Final = "national"


def scopes(user: User) -> list[tuple[str, str]]:
    """For the whole country, or for the administrator's own province."""
    home = user.organisation.province
    own = [(str(home.pk), home.full_name)] if home else []
    return [(NATIONAL, _("Cả nước")), *own]


class _Scoped(PortalForm):
    """Says which calendar the days belong to."""

    cleaned_data: dict[str, Any]

    @property
    def province_id(self) -> int | None:
        scope = self.cleaned_data["scope"]
        return None if scope == NATIONAL else int(scope)

    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)


class HolidayForm(_Scoped, forms.ModelForm):
    """A day off, or a free day that is worked."""

    day = DayField(label=gettext_lazy("Ngày"), help_text=gettext_lazy("ví dụ 02/09/2027"))
    scope = forms.ChoiceField(label=gettext_lazy("Áp dụng cho"))

    class Meta:
        model = Holiday
        fields = ("day", "name", "is_working", "legal_ref", "confidence")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = scopes(user)
        if not self.instance._state.adding:
            home = self.instance.province_id
            self.fields["scope"].initial = str(home) if home else NATIONAL
            self.fields["scope"].disabled = True

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("scope") and found.get("day"):
            self.instance.province_id = self.province_id
            same = Holiday.objects.filter(day=found["day"], province_id=self.province_id)
            if same.exclude(pk=self.instance.pk).exists():
                self.add_error(
                    "day",
                    _("Ngày {day} đã có trong lịch. Sửa dòng đó.").format(
                        day=f"{found['day']:%d/%m/%Y}"
                    ),
                )
        return found


class PasteForm(_Scoped, forms.Form):
    """Several days from a workbook."""

    scope = forms.ChoiceField(label=gettext_lazy("Áp dụng cho"))
    block = forms.CharField(
        label=gettext_lazy("Các dòng từ Excel"),
        max_length=40_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy(
            "Mỗi dòng: ngày, tên ngày nghỉ, và “làm bù” ở cột thứ ba nếu là ngày đi làm thay"
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = scopes(user)
