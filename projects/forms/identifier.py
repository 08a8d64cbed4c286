"""Numbers of an establishment as people enter them: checked, never forced."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock
from khuyencong.core.form_fields import DayField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import User
from projects.forms.words import Words
from projects.models import Enterprise, EnterpriseIdentifier
from projects.models.identifier import kind_of, normalised
from projects.register import Number

MAX_LENGTH = EnterpriseIdentifier._meta.get_field("value").max_length


class IdentifierForm(PortalForm, forms.Form):
    """One number. Without its kind it is known by its length; a wrong check digit only warns."""

    number = Words(
        label=gettext_lazy("Mã số"),
        required=False,
        max_length=MAX_LENGTH,
        help_text=gettext_lazy(
            "Mã số thuế 10 hoặc 13 số, số định danh 12 số, hoặc số giấy đăng ký. Không bắt buộc."
        ),
    )
    number_kind = forms.ChoiceField(label=gettext_lazy("Loại mã"), required=False)
    number_from = DayField(label=gettext_lazy("Dùng từ ngày"), required=False)
    number_verified = forms.BooleanField(label=gettext_lazy("Đã đối chiếu giấy tờ"), required=False)

    def __init__(
        self,
        *args: Any,
        user: User,
        enterprise: Enterprise | None = None,
        is_needed: bool = False,
        **kwargs: Any,
    ) -> None:
        self.user, self.enterprise, self.is_needed = user, enterprise, is_needed
        self.holder: Enterprise | None = None
        super().__init__(*args, **kwargs)
        self.fields["number"].required = is_needed
        self.fields["number_kind"].choices = [
            ("", _("Nhận theo số chữ số")),
            *EnterpriseIdentifier.Kind.choices,
        ]

    def clean_number_from(self) -> Any:
        day = self.cleaned_data["number_from"]
        if day and day > clock.today():
            raise forms.ValidationError(_("Ngày bắt đầu dùng không được sau hôm nay."))
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        typed, kind = found.get("number"), found.get("number_kind")
        if not typed or kind is None:
            return found
        kind = kind or kind_of(typed)
        if not kind:
            self.add_error(
                "number",
                _(
                    "Mã số thuế có 10 hoặc 13 chữ số, số định danh có 12 chữ số. "
                    "Số khác thì chọn loại mã."
                ),
            )
            return found
        try:
            value = normalised(kind, typed)
        except forms.ValidationError as error:
            self.add_error("number", error)
            return found
        if said := self._taken(kind, value):
            self.add_error("number", said)
        found["number_kind"], found["number"] = kind, value
        return found

    def _taken(self, kind: str, value: str) -> str:
        held = EnterpriseIdentifier.objects.filter(kind=kind, value=value, valid_to=None)
        other = held.select_related("enterprise").first()
        if other is None:
            return ""
        if self.enterprise and other.enterprise_id == self.enterprise.pk:
            return _("Cơ sở này đang có mã này rồi.")
        if other.enterprise.province_id != self.user.organisation.province_id:
            return _("Mã này đang thuộc một cơ sở của tỉnh khác.")
        self.holder = other.enterprise
        return _("Mã này đang thuộc «{name}» trong sổ. Mở cơ sở đó thay vì thêm mới.").format(
            name=other.enterprise.name
        )

    @property
    def entered(self) -> Number | None:
        """The number to be written, if one was given."""
        found = self.cleaned_data
        if not found.get("number"):
            return None
        return Number(
            found["number_kind"], found["number"], found["number_from"], found["number_verified"]
        )

    @property
    def warning(self) -> str:
        """What looks wrong but may be right: the number is kept, and somebody should look."""
        number = self.entered
        if number is None:
            return ""
        row = EnterpriseIdentifier(kind=number.kind, value=number.value)
        if not row.looks_mistyped:
            return ""
        return _(
            "Mã số thuế {number} không khớp số kiểm tra. Đã lưu; đề nghị đối chiếu lại giấy tờ."
        ).format(number=row.shown)


class EndForm(PortalForm, forms.Form):
    """The last day on which a number was used."""

    ended_on = DayField(label=gettext_lazy("Dùng đến hết ngày"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("ended_on", clock.today())
