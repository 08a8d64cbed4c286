"""Đặc điểm ưu tiên của địa bàn: added and ended between days, by the administrator alone."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from khuyencong.core import audit, permissions, places, roles
from khuyencong.core import place_trait_sentences as _sentences  # noqa: F401  how its acts read
from khuyencong.core.models import PlaceTrait, User
from khuyencong.core.permissions import rule
from khuyencong.core.refusals import Fault, NotAllowed, Refused

EDIT = "core.place_traits.edit"


@rule(EDIT)
def may_edit(user: User) -> str | None:
    if not user.may(roles.ADMINISTER):
        return _("Chỉ quản trị hệ thống được sửa đặc điểm của địa bàn.")
    return None


def of_province(province_id: int | None) -> QuerySet[PlaceTrait]:
    """Traits of units of a province; of every one for a national body."""
    rows = PlaceTrait.objects.filter(place__in=places.choices(province_id).order_by().values("pk"))
    return rows.select_related("place__parent")


def add(trait: PlaceTrait, *, by: User) -> None:
    """A new row; the same trait of a place does not hold twice on one day."""
    _allowed(by)
    with transaction.atomic():
        # The place's row is the lock under which its traits are compared.
        type(trait.place).objects.select_for_update().get(pk=trait.place_id)
        if not of_home(trait, by):
            raise Refused(Fault(_("Chọn địa bàn trong tỉnh."), "place"))
        if faults := list(_faults(trait)):
            raise Refused(faults)
        try:
            with transaction.atomic():
                trait.save()
        except IntegrityError as error:
            said = _("Đặc điểm này của địa bàn từ ngày đó đã có.")
            raise Refused(Fault(said, "valid_from")) from error
        audit.record("core.place_trait.add", trait, by=by, changes=said_of(trait))


def end(trait: PlaceTrait, last: datetime.date | None, *, by: User) -> None:
    """Set the last day on which it holds, all that may change: lists rest on it."""
    _allowed(by)
    with transaction.atomic():
        found = PlaceTrait.objects.select_for_update().get(pk=trait.pk)
        if last is None:
            raise Refused(Fault(_("Nhập ngày cuối, ví dụ 31/12/2026."), "valid_to"))
        if found.valid_from and last < found.valid_from:
            said = _("Ngày cuối phải từ ngày {day} trở đi.")
            raise Refused(Fault(said.format(day=f"{found.valid_from:%d/%m/%Y}"), "valid_to"))
        was = found.valid_to
        if was == last:
            return
        found.valid_to = last
        if faults := list(_faults(found)):
            raise Refused(faults)
        found.save(update_fields=["valid_to"])
        changes = said_of(found) | {"was": was.isoformat() if was else None}
        audit.record("core.place_trait.end", found, by=by, changes=changes)


def _allowed(by: User) -> None:
    if reason := permissions.refusal(by, EDIT):
        raise NotAllowed(reason)


def of_home(trait: PlaceTrait, by: User) -> bool:
    home = by.organisation.province_id
    return places.choices(home).filter(pk=trait.place_id).exists()


def _faults(trait: PlaceTrait) -> Iterator[Fault]:
    try:
        trait.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            yield from (Fault(message, name) for message in messages)
    if not trait.legal_ref.strip():
        yield Fault(_("Nhập căn cứ: số, ngày và tên văn bản."), "legal_ref")
    if trait.valid_from and trait.valid_to and trait.valid_to < trait.valid_from:
        yield Fault(_("Ngày cuối phải từ ngày bắt đầu trở đi."), "valid_to")
    same = PlaceTrait.objects.filter(place=trait.place_id, kind=trait.kind).exclude(pk=trait.pk)
    if trait.valid_to:
        same = same.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=trait.valid_to))
    if trait.valid_from:
        same = same.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=trait.valid_from))
    if other := same.first():
        yield Fault(
            _("Đặc điểm này của địa bàn đã có, từ {first} đến {last}.").format(
                first=_day(other.valid_from), last=_day(other.valid_to)
            ),
            "valid_from",
        )


def _day(day: datetime.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "…"


def said_of(trait: PlaceTrait) -> dict[str, Any]:
    """What the trail tells of a row."""
    return {
        "place": trait.place.full_name,
        "kind": trait.kind,
        "valid_from": trait.valid_from.isoformat() if trait.valid_from else None,
        "valid_to": trait.valid_to.isoformat() if trait.valid_to else None,
        "legal_ref": trait.legal_ref,
        "confidence": trait.confidence,
    }
