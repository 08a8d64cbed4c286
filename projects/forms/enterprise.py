"""The register's form: identifiers are checked, never forced."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.exceptions import ValidationError as NumberError
from stdnum.vn import mst

from khuyencong.core import clock
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Place, User
from projects.models import Enterprise, EnterpriseIdentifier


class EnterpriseForm(PortalForm, forms.ModelForm):
    """Cơ sở CNNT with, where known, its tax number."""

    tax_number = forms.CharField(
        label=gettext_lazy("Mã số thuế"),
        required=False,
        max_length=14,
        help_text=gettext_lazy("10 số, hoặc 13 số của chi nhánh"),
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
        super().__init__(*args, **kwargs)
        province = user.organisation.province
        self.instance.province = self.instance.province if self.instance.pk else province
        communes = Place.objects.valid_on(clock.today()).filter(level=Place.Level.COMMUNE)
        at_home = Q(parent=province) | Q(parent__parent=province)
        kept = Q(pk=self.instance.place_id)
        self.fields["place"].queryset = (
            communes.filter(at_home) | Place.objects.filter(kept)
        ).order_by("name_folded", "pk")
        self.fields["place"].empty_label = _("Chưa rõ")
        if self.instance.pk:
            active = self.instance.identifiers.filter(
                kind__in=("tax10", "tax13"), valid_to=None
            ).first()
            self.initial["tax_number"] = active.value if active else ""

    def clean_tax_number(self) -> str:
        typed = self.cleaned_data["tax_number"]
        number = "".join(char for char in typed if char.isdigit())
        if not typed.strip():
            return ""
        if len(number) not in (10, 13) or any(c not in "0123456789 -." for c in typed.strip()):
            raise forms.ValidationError(_("Mã số thuế có 10 hoặc 13 chữ số, ví dụ 0100233488."))
        taken = (
            EnterpriseIdentifier.objects.filter(value=number, valid_to=None)
            .filter(kind__in=("tax10", "tax13"))
            .exclude(enterprise_id=self.instance.pk)
            .select_related("enterprise")
            .first()
        )
        if taken:
            raise forms.ValidationError(
                _("Mã số thuế này đã thuộc «{name}» trong sổ.").format(name=taken.enterprise.name)
            )
        return number

    @property
    def warning(self) -> str:
        """What looks wrong but may be right: old paper, foreign numbers."""
        number = self.cleaned_data.get("tax_number", "")
        if not number:
            return ""
        try:
            mst.validate(number)
        except NumberError:
            return _(
                "Mã số thuế {number} không khớp số kiểm tra; đã lưu, nhờ đối chiếu lại."
            ).format(number=number)
        return ""

    def save(self, commit: bool = True) -> Enterprise:
        self.instance.version += 1 if self.instance.pk else 0
        enterprise = super().save(commit)
        number = self.cleaned_data["tax_number"]
        active = enterprise.identifiers.filter(kind__in=("tax10", "tax13"), valid_to=None)
        if number and not active.filter(value=number).exists():
            active.update(valid_to=clock.today())
            EnterpriseIdentifier.objects.create(
                enterprise=enterprise,
                kind="tax10" if len(number) == 10 else "tax13",
                value=number,
                valid_from=clock.today(),
            )
        return enterprise
