"""What a program sends about an establishment: the register's own verbs check and write it."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request

from khuyencong.core import clock, permissions
from khuyencong.core.api import invalid
from khuyencong.core.models import Place, User
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from khuyencong.core.serializers import (
    Choice,
    Day,
    Dong,
    InputSerializer,
    Text,
    WholeNumber,
    YesNo,
)
from programmes.models import IndustryCode, Sector
from projects import duplicates, register
from projects.forms.enterprise import communes_of
from projects.models import CraftVillage, Enterprise, EnterpriseIdentifier
from projects.models.identifier import normalised

LARGEST_ID: Final = 2**63 - 1
MOST_NUMBERS: Final = 20
_PLAIN: Final = (
    *("name", "kind", "address", "representative", "phone", "sector"),
    *("workers", "workers_female", "workers_minority", "capital", "revenue", "revenue_year"),
    *("owner_is_woman", "owner_is_minority", "uses_local_material", "is_exporter"),
    "has_typical_product",
)


def _text(name: str) -> Text:
    longest = Enterprise._meta.get_field(name).max_length
    return Text(max_length=longest, required=False, allow_blank=True)


def _count() -> WholeNumber:
    return WholeNumber(min_value=0, max_value=1_000_000, required=False, allow_null=True)


class IndustryInput(InputSerializer):
    version = Text(max_length=20)
    code = Text(max_length=10)


class NumberInput(InputSerializer):
    kind = Choice(choices=EnterpriseIdentifier.Kind.choices)
    value = Text(max_length=40)
    valid_from = Day(required=False, allow_null=True, default=None)
    is_verified = YesNo(required=False, default=False)


class EnterpriseChange(InputSerializer):
    """Fields to change; what is not sent stays. Numbers are added and ended on the page."""

    name = Text(max_length=200, required=False)
    kind = Choice(choices=Enterprise.Kind.choices, required=False)
    place_id = WholeNumber(
        min_value=1,
        max_value=LARGEST_ID,
        required=False,
        allow_null=True,
        help_text=gettext_lazy("xã, phường đang có hiệu lực của tỉnh"),
    )
    address = _text("address")
    representative = _text("representative")
    phone = _text("phone")
    sector = _text("sector")
    sector_group = Text(
        max_length=30, required=False, allow_null=True, help_text=gettext_lazy("mã nhóm ngành nghề")
    )
    industry = IndustryInput(required=False, allow_null=True)
    craft_village_id = WholeNumber(
        min_value=1, max_value=LARGEST_ID, required=False, allow_null=True
    )
    workers = _count()
    workers_female = _count()
    workers_minority = _count()
    capital = Dong(required=False, allow_null=True)
    revenue = Dong(required=False, allow_null=True)
    revenue_year = WholeNumber(min_value=1, max_value=9999, required=False, allow_null=True)
    owner_is_woman = YesNo(required=False)
    owner_is_minority = YesNo(required=False)
    uses_local_material = YesNo(required=False)
    is_exporter = YesNo(required=False)
    has_typical_product = YesNo(required=False)


class EnterpriseNew(EnterpriseChange):
    """A new establishment with its numbers, if it has any."""

    name = Text(max_length=200)
    kind = Choice(choices=Enterprise.Kind.choices)
    identifiers = serializers.ListField(
        child=NumberInput(), required=False, default=list, max_length=MOST_NUMBERS
    )
    others = serializers.ListField(
        child=WholeNumber(min_value=1, max_value=LARGEST_ID),
        required=False,
        default=list,
        max_length=100,
        help_text=gettext_lazy("id các cơ sở giống mà người gửi biết là cơ sở khác"),
    )


def writer_or_403(request: Request, enterprise: Enterprise) -> None:
    if reason := permissions.refusal(request.user, "projects.enterprise.write", enterprise):
        raise NotAllowed(reason)
    if enterprise.province_id is None:
        raise NotAllowed(_("Sổ cơ sở do đơn vị trong tỉnh lập."))


def fill(enterprise: Enterprise, given: dict[str, Any], user: User) -> None:
    """Set what was sent; a record that is not there is refused by the name of its field."""
    for name in _PLAIN:
        if name in given:
            setattr(enterprise, name, given[name])
    if "place_id" in given:
        communes: Any = communes_of(user, enterprise.place_id)
        enterprise.place = _one(communes, "place_id", pk=given["place_id"])
    if "sector_group" in given:
        sectors = Sector.objects.valid_on(clock.today())
        enterprise.sector_group = _one(sectors, "sector_group", code=given["sector_group"])
    if "industry" in given:
        enterprise.industry = _one(IndustryCode.objects, "industry", **(given["industry"] or {}))
    if "craft_village_id" in given:
        villages = CraftVillage.objects.filter(province_id=enterprise.province_id)
        enterprise.craft_village = _one(villages, "craft_village_id", pk=given["craft_village_id"])


def _one(rows: Any, field: str, **wanted: Any) -> Place | Any | None:
    if not any(wanted.values()):
        return None
    found = rows.filter(**wanted).first()
    if found is None:
        raise invalid(field, _("Không có trong danh mục đang dùng."))
    return found


def create(given: dict[str, Any], user: User) -> Enterprise:
    """A new entry, unless it may be there already and the sender did not say it is another."""
    enterprise = Enterprise(province=user.organisation.province)
    fill(enterprise, given, user)
    numbers = [register.Number(**row) for row in given["identifiers"]]
    likely = duplicates.of(
        enterprise.name,
        enterprise.place,
        [(row.kind, _normalised(row)) for row in numbers],
        province_id=enterprise.province_id,
    )
    strangers = [like for like in likely if like.enterprise.pk not in given["others"]]
    if strangers:
        raise Refused(
            [
                Fault(
                    _(
                        "Có thể là {code} ({reasons}). Nếu là cơ sở khác, gửi id đó trong others."
                    ).format(code=like.enterprise.code, reasons="; ".join(like.reasons)),
                    "others",
                )
                for like in strangers
            ]
        )
    return register.save(enterprise, by=user, numbers=numbers)


def _normalised(number: register.Number) -> str:
    """As it is stored; one that cannot be is nobody's yet, and refused when it is written."""
    try:
        return normalised(number.kind, number.value)
    except ValidationError:
        return ""
