"""The row of an activity: how many results, and what raises its ceiling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.form_fields import TypedField
from programmes.models import Activity
from projects.drafts import ActivityChoice
from projects.forms.rows import RowForm
from projects.forms.words import Words
from projects.models import ProposalActivity

_FACTOR: Final = re.compile(r"([0-9]{1,2})(?:[.,]([0-9]{1,2}))?")


class FactorField(TypedField):
    """A factor as `1,5`; empty means one. How much the norms allow is a check, not a form's."""

    inputmode = "decimal"

    def prepare_value(self, value: Any) -> Any:
        return factor_text(value) if isinstance(value, Decimal) else value

    def read(self, typed: str) -> Decimal:
        found = _FACTOR.fullmatch(typed.strip())
        factor = Decimal(f"{found[1]}.{found[2] or 0}") if found else Decimal(0)
        if factor < 1:
            raise ValueError(_("Hệ số ưu tiên phải là số từ 1 trở lên, ví dụ 1,5."))
        return factor


def factor_text(factor: Decimal) -> str:
    """1.50 as 1,5; one is shown as an empty box."""
    return f"{factor.normalize():f}".replace(".", ",") if factor != 1 else ""


class ActivityRow(RowForm):
    """Một nội dung hoạt động, số kết quả dự kiến, và điều làm mức hỗ trợ cao hơn."""

    lead = "activity"
    blank_but = ("units", "multiplier")
    activity = forms.ChoiceField(label=gettext_lazy("Nội dung hoạt động"))
    units = forms.IntegerField(
        label=gettext_lazy("Số lượng kết quả"),
        min_value=1,
        max_value=1_000_000,
        required=False,
        widget=forms.NumberInput(attrs={"autocomplete": "off", "maxlength": 9}),
    )
    is_technology_line = forms.BooleanField(
        label=gettext_lazy("Dây chuyền công nghệ"), required=False
    )
    multiplier = FactorField(label=gettext_lazy("Hệ số ưu tiên"), required=False)
    multiplier_reason = Words(
        label=gettext_lazy("Lý do được ưu tiên"),
        required=False,
        max_length=ProposalActivity._meta.get_field("multiplier_reason").max_length,
    )

    def __init__(self, *args: Any, activities: Mapping[int, Activity], **kwargs: Any) -> None:
        self.activities = activities
        super().__init__(*args, **kwargs)
        self.fields["activity"].choices = [
            ("", _("Chọn nội dung")),
            *((str(pk), str(activity)) for pk, activity in activities.items()),
        ]
        self.fields["units"].widget.attrs["class"] += " num"
        self.fields["multiplier"].widget.attrs |= {"class": "in num", "placeholder": "1"}

    @property
    def unit(self) -> str:
        picked = str(self["activity"].value() or "")
        found = self.activities.get(int(picked)) if picked.isdecimal() else None
        return found.unit if found else ""

    def read(self) -> ActivityChoice:
        cleaned = self.cleaned_data
        return ActivityChoice(
            self.activities[int(cleaned["activity"])],
            cleaned["units"] or 1,
            cleaned["is_technology_line"],
            cleaned["multiplier"] or Decimal(1),
            cleaned["multiplier_reason"],
        )


def activity_initial(row: ActivityChoice) -> dict[str, Any]:
    """How a saved activity stands in its boxes."""
    return row._asdict() | {"activity": row.activity.pk}
