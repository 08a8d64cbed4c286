"""The units the list of proposals may be narrowed to: of today, and of before."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Case, CharField, F, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from khuyencong.core import clock, places
from khuyencong.core.models import Place
from khuyencong.core.models.base import dated_on

NOW, DISTRICTS, BEFORE = range(3)
GROUPS: Final = (
    (NOW, _("Xã, phường hiện nay")),
    (DISTRICTS, _("Huyện, thành phố trước đây")),
    (BEFORE, _("Xã, phường, thị trấn trước đây")),
)


def offered(user: Any) -> QuerySet[Place]:
    """«xã Mường Than», «xã Mường Than (huyện Than Uyên)»: a former commune says its district."""
    group = Case(
        When(level=Place.Level.DISTRICT, then=Value(DISTRICTS)),
        When(dated_on(clock.today()), then=Value(NOW)),
        default=Value(BEFORE),
        output_field=IntegerField(),
    )
    # One type for all parts: PostgreSQL's concatenation takes no mixture of kinds of text.
    kind, name, district, of_district = (
        Cast(field, CharField()) for field in ("kind", "name", "parent__name", "parent__kind")
    )
    own = Concat(kind, Value(" "), name)
    label = Case(
        When(
            parent__level=Place.Level.DISTRICT,
            then=Concat(own, Value(" ("), of_district, Value(" "), district, Value(")")),
        ),
        default=own,
    )
    nil = Value(0)
    return (
        places.choices(user.organisation.province_id)
        .order_by()
        .values_list(Value("place"), "pk", F("name_folded"), label, group, nil, nil)
    )
