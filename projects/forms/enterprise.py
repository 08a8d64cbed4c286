"""The register's form: what an establishment is, makes and employs."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import clock
from khuyencong.core.form_fields import MoneyInputField
from khuyencong.core.forms import PortalForm
from khuyencong.core.models import Place, User
from programmes.models import IndustryCode, Sector
from projects import register_fields
from projects.forms.transition import MONEY_HINT
from projects.forms.words import Words
from projects.models import CraftVillage, Enterprise

_LINES: Final = (
    ("name", gettext_lazy("Tên cơ sở")),
    ("address", gettext_lazy("Địa chỉ")),
    ("representative", gettext_lazy("Người đại diện")),
    ("phone", gettext_lazy("Điện thoại")),
    ("sector", gettext_lazy("Ngành nghề, sản phẩm")),
)
_COUNTS: Final = (
    ("workers", gettext_lazy("Số lao động")),
    ("workers_female", gettext_lazy("Trong đó nữ")),
    ("workers_minority", gettext_lazy("Trong đó dân tộc thiểu số")),
)
PRIORITIES: Final = (
    "owner_is_woman",
    "owner_is_minority",
    "uses_local_material",
    "is_exporter",
    "has_typical_product",
)


def communes_of(user: User, kept: int | None) -> Any:
    """Communes of the reader's province as they are today, and the one that stands already."""
    province = user.organisation.province
    at_home = Q(parent=province) | Q(parent__parent=province)
    today = Place.objects.valid_on(clock.today()).filter(at_home, level=Place.Level.COMMUNE)
    return (today | Place.objects.filter(pk=kept)).order_by("name_folded", "pk")


def in_one_query(field: forms.ModelChoiceField, rows: Any, empty: str, label: Any) -> None:
    """A choice of records; the label of each is made from the row alone."""
    field.queryset, field.empty_label, field.label_from_instance = rows, empty, label


def sector_label(row: Sector) -> str:
    return _("{name} (không được hỗ trợ)").format(name=row.name) if row.is_excluded else row.name


def industry_label(row: IndustryCode) -> str:
    return f"{row.code} {row.name} ({row.version})"


class EnterpriseForm(PortalForm, forms.ModelForm):
    """Cơ sở CNNT but for its numbers, which have dates and pages of their own."""

    capital = MoneyInputField(
        label=gettext_lazy("Vốn (đồng)"), required=False, help_text=MONEY_HINT
    )
    revenue = MoneyInputField(
        label=gettext_lazy("Doanh thu một năm (đồng)"), required=False, help_text=MONEY_HINT
    )
    revenue_year = forms.IntegerField(
        label=gettext_lazy("Năm của doanh thu"), required=False, min_value=0, max_value=9999
    )

    class Meta:
        model = Enterprise
        fields = register_fields.FIELDS

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        self.base_fields = (
            dict(self.base_fields)
            | {
                name: Words(
                    label=label,
                    required=name == "name",
                    max_length=Enterprise._meta.get_field(name).max_length,
                )
                for name, label in _LINES
            }
            | {
                name: forms.IntegerField(
                    label=label, required=False, min_value=0, max_value=1_000_000
                )
                for name, label in _COUNTS
            }
        )
        super().__init__(*args, **kwargs)
        instance, province = self.instance, user.organisation.province
        if instance.pk is None:
            instance.province = province
        self.fields["kind"].choices = [("", _("Chọn loại hình")), *Enterprise.Kind.choices]
        fields: Any = self.fields
        in_one_query(
            fields["place"],
            communes_of(user, instance.place_id),
            _("Chưa rõ"),
            lambda row: row.full_name,
        )
        sectors = Sector.objects.valid_on(clock.today())
        in_one_query(
            fields["sector_group"],
            (sectors | Sector.objects.filter(pk=instance.sector_group_id)).order_by(
                "position", "code"
            ),
            _("Chưa rõ"),
            sector_label,
        )
        in_one_query(
            fields["industry"],
            IndustryCode.objects.order_by("-version", "code"),
            _("Chưa rõ"),
            industry_label,
        )
        in_one_query(
            fields["craft_village"],
            CraftVillage.objects.filter(province=province).order_by("search_text", "pk"),
            _("Không thuộc làng nghề"),
            str,
        )

    @property
    def priorities(self) -> list[forms.BoundField]:
        return [self[name] for name in PRIORITIES]
