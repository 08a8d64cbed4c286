"""The forms of what the administrator keeps: support norms and deadlines."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import documents
from khuyencong.core.form_fields import DayField, MoneyInputField, TypedField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import LegalDocument, User
from khuyencong.core.refusals import Fault
from programmes.models import Activity, Deadline, FundingSource, SupportNorm

LAWS: Final = (
    LegalDocument.Kind.LAW,
    LegalDocument.Kind.DECREE,
    LegalDocument.Kind.CIRCULAR,
    LegalDocument.Kind.RESOLUTION,
)
NATIONAL: Final = "national"
_SHARE: Final = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*(%?)")
_HIGHEST: Final = Decimal(10)


class ShareField(TypedField):
    """A share of 1 from `50%`, `50` or `37,5%`; empty stays None."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{(value * 100).normalize():f}%".replace(".", ",")
        return value

    def read(self, typed: str) -> Decimal:
        found = _SHARE.fullmatch(typed.strip())
        if not found:
            raise ValueError(_("Không đọc được tỷ lệ. Nhập ví dụ: 50% hoặc 37,5%."))
        percent = Decimal(f"{found[1]}.{found[2] or 0}")
        if 0 < percent < 1 and not found[3]:
            raise ValueError(
                _("Ý bạn là {small}% hay {large}%? Ghi cả dấu phần trăm.").format(
                    small=typed.strip().replace(".", ","),
                    large=f"{(percent * 100).normalize():f}".replace(".", ","),
                )
            )
        if not 0 < percent <= 100:
            raise ValueError(_("Tỷ lệ phải lớn hơn 0% và không quá 100%."))
        return percent / 100


class MultiplierField(TypedField):
    """How many times the ceiling, from `1,5`; empty stays None."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{value.normalize():f}".replace(".", ",")
        return value

    def read(self, typed: str) -> Decimal:
        found = re.fullmatch(r"([0-9]{1,2})(?:[.,]([0-9]{1,2}))?", typed.strip())
        factor = Decimal(f"{found[1]}.{found[2] or 0}") if found else None
        if factor is None or not 1 <= factor <= _HIGHEST:
            raise ValueError(_("Hệ số là một số từ 1 đến 10, ví dụ 1,5."))
        return factor


class DocumentChoice(forms.ModelChoiceField):
    def label_from_instance(self, document: LegalDocument) -> str:
        return f"{document}. {document.title}" if document.title else str(document)


class _Scoped:
    """Rows for the whole country or for the administrator's own province."""

    def scope_choices(self, user: User) -> list[tuple[str, str]]:
        choices = [(NATIONAL, _("Cả nước"))]
        home = user.organisation.province
        if home is not None:
            choices.append((str(home.pk), home.full_name))
        return choices

    def scope_of(self, row: Any) -> str:
        return str(row.province_id) if row.province_id else NATIONAL

    def province_id(self, scope: str) -> int | None:
        return None if scope == NATIONAL else int(scope)

    def add_faults(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)


class NormForm(_Scoped, PortalForm, forms.ModelForm):
    """A norm; what it is about (activity, source, area) is fixed once the row is there."""

    activity_code = forms.ChoiceField(label=gettext_lazy("Nội dung hoạt động"))
    source = forms.ModelChoiceField(
        FundingSource.objects.filter(is_state=True),
        label=gettext_lazy("Nguồn kinh phí"),
        empty_label=gettext_lazy("Chọn nguồn"),
    )
    scope = forms.ChoiceField(label=gettext_lazy("Áp dụng cho"))
    max_share = ShareField(
        label=gettext_lazy("Tỷ lệ tối đa"),
        required=False,
        help_text=gettext_lazy("phần của chi phí được hỗ trợ, ví dụ 50%"),
    )
    max_amount = MoneyInputField(
        label=gettext_lazy("Mức tối đa một đơn vị (đồng)"),
        required=False,
        help_text=gettext_lazy("gõ 300tr, 0,3 tỷ hoặc 300.000.000"),
    )
    line_multiplier = MultiplierField(
        label=gettext_lazy("Hệ số dây chuyền công nghệ"),
        required=False,
        help_text=gettext_lazy("ví dụ 1,5; để trống nếu văn bản không cho"),
    )
    priority_multiplier = MultiplierField(
        label=gettext_lazy("Hệ số ưu tiên tối đa"),
        required=False,
        help_text=gettext_lazy("ví dụ 1,5; để trống nếu văn bản không cho"),
    )
    document = DocumentChoice(
        LegalDocument.objects.none(),
        label=gettext_lazy("Văn bản"),
        required=False,
        empty_label=gettext_lazy("Chưa có trong sổ văn bản"),
    )
    valid_from = DayField(
        label=gettext_lazy("Có hiệu lực từ"), help_text=gettext_lazy("ví dụ 05/05/2025")
    )
    valid_to = DayField(
        label=gettext_lazy("Đến hết ngày"),
        required=False,
        help_text=gettext_lazy("để trống nếu chưa hết hiệu lực"),
    )

    class Meta:
        model = SupportNorm
        fields = (
            "activity_code",
            "source",
            "max_share",
            "max_amount",
            "unit",
            "line_multiplier",
            "priority_multiplier",
            "condition",
            "document",
            "legal_ref",
            "confidence",
            "valid_from",
            "valid_to",
        )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(Activity.objects.order_by("position").values_list("code", "name"))
        known = self.instance.activity_code
        if known and known not in names:
            names[known] = ""
        self.fields["activity_code"].choices = [
            ("", _("Chọn nội dung")),
            *((code, f"{code} {name}".strip()) for code, name in names.items()),
        ]
        self.fields["scope"].choices = self.scope_choices(user)
        self.fields["scope"].initial = self.scope_of(self.instance)
        laws = documents.visible_to(user).filter(kind__in=LAWS).order_by("-issued_on", "number")
        self.fields["document"].queryset = laws
        if not self.instance._state.adding:
            for name in ("activity_code", "source", "scope"):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("scope"):
            self.instance.province_id = self.province_id(found["scope"])
        limits = ("max_share", "max_amount")
        if not any(name in self.errors or found.get(name) for name in limits):
            self.add_error("max_share", _("Nhập tỷ lệ tối đa hoặc mức tối đa."))
        begins, ends = found.get("valid_from"), found.get("valid_to")
        if begins and ends and ends < begins:
            self.add_error("valid_to", _("Ngày hết hiệu lực phải từ ngày có hiệu lực trở đi."))
        return found


class NormEndForm(_Scoped, PortalForm, forms.Form):
    """The last day of a norm that acts were checked under."""

    valid_to = DayField(
        label=gettext_lazy("Đến hết ngày"),
        required=False,
        help_text=gettext_lazy("để trống nếu chưa hết hiệu lực"),
    )


class DayFilter(PortalForm, forms.Form):
    """Which day's law the list shows; empty means all of it."""

    ngay = DayField(label=gettext_lazy("Có hiệu lực ngày"), required=False)


class DeadlineForm(_Scoped, PortalForm, forms.ModelForm):
    """The last day on which proposals of a plan year are taken."""

    source = forms.ModelChoiceField(
        FundingSource.objects.filter(is_state=True),
        label=gettext_lazy("Nguồn kinh phí"),
        empty_label=gettext_lazy("Chọn nguồn"),
    )
    scope = forms.ChoiceField(label=gettext_lazy("Áp dụng cho"))
    plan_year = forms.IntegerField(
        label=gettext_lazy("Năm kế hoạch"), min_value=2000, max_value=2100
    )
    due_on = DayField(label=gettext_lazy("Hạn đăng ký"), help_text=gettext_lazy("ví dụ 20/05/2027"))

    class Meta:
        model = Deadline
        fields = ("source", "plan_year", "due_on", "legal_ref", "confidence")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = self.scope_choices(user)
        self.fields["scope"].initial = self.scope_of(self.instance)
        if not self.instance._state.adding:
            for name in ("source", "plan_year", "scope"):
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not found.get("scope"):
            return found
        self.instance.province_id = self.province_id(found["scope"])
        year, due = found.get("plan_year"), found.get("due_on")
        if year and due and not year - 2 <= due.year <= year:
            self.add_error(
                "due_on",
                _("Hạn đăng ký của năm {year} phải nằm trong các năm {first}–{year}.").format(
                    year=year, first=year - 2
                ),
            )
        same = Deadline.objects.filter(
            source=found.get("source"), plan_year=year, province_id=self.instance.province_id
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("plan_year", _("Hạn đăng ký của năm và nguồn này đã có. Sửa dòng đó."))
        return found
