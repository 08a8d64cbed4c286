"""The forms of a delegation: give it, and end it early."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from khuyencong.core import clock, delegation
from khuyencong.core import roles as role_table
from khuyencong.core.delegation import Wish
from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from khuyencong.core.roles import Role


class ColleagueChoice(forms.ModelChoiceField):
    def label_from_instance(self, user: User) -> str:
        said = [user.full_name, user.title, user.organisation.short_name]
        return ", ".join(part for part in said if part)


class DelegationForm(PortalForm, forms.Form):
    """Who acts for whom, in which roles, from when to when, by which paper.

    Whoever is away sees their own roles and colleagues; an administrator names the person, too.
    What is empty or wrong is told by ``delegation.faults_of``, all of it at once.
    """

    giver = ColleagueChoice(
        User.objects.none(), label=_("Người ủy quyền"), empty_label=_("Chọn người ủy quyền")
    )
    receiver = ColleagueChoice(
        User.objects.none(), label=_("Người được ủy quyền"), empty_label=_("Chọn người nhận")
    )
    roles = forms.MultipleChoiceField(
        label=_("Vai trò"), required=False, widget=forms.CheckboxSelectMultiple
    )
    valid_from = DayField(label=_("Từ ngày"), required=False)
    valid_to = DayField(label=_("Đến hết ngày"), required=False)
    order = forms.CharField(
        label=_("Văn bản ủy quyền"),
        required=False,
        max_length=120,
        help_text=_("số và ngày, ví dụ 12/GUQ-SCT ngày 02/03/2026"),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        colleagues = delegation.colleagues(by).order_by("organisation", "full_name", "pk")
        labels = dict(Role.choices)
        offered = delegation.PASSED_ON
        self.fields["receiver"].queryset = delegation.receivers(by).order_by(
            "organisation", "full_name", "pk"
        )
        if by.may(role_table.ADMINISTER):
            self.fields["giver"].queryset = colleagues
        else:
            del self.fields["giver"]
            offered = [role for role in offered if role in delegation.own_roles(by)]
        self.fields["roles"].choices = [(role, labels[role]) for role in offered]

    @property
    def wish(self) -> Wish:
        found = self.cleaned_data
        return Wish(
            found.get("giver") or self.by,
            found["receiver"],
            tuple(found["roles"]),
            found["valid_from"],
            found["valid_to"],
            " ".join(found["order"].split()),
        )

    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)


class EndForm(PortalForm, forms.Form):
    """The last day of a delegation that is to end early."""

    last = DayField(
        label=_("Ngày cuối cùng"),
        help_text=_("ghi ngày hôm qua để kết thúc ngay, kể cả khi chưa bắt đầu"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last"].initial = clock.today()

    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)
