"""Offices change name and merge: a new name is a new row, and old papers keep the old one.

The lineage is the same for all names of an office and for what was merged into it, so that what lay
on the old desk goes on at the new one. People follow on the day itself.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, permissions, roles
from khuyencong.core import organisation_sentences as _sentences  # noqa: F401  how the acts read
from khuyencong.core.models import Organisation, User
from khuyencong.core.organisation_guards import (
    A_DAY,
    Named,
    correction_faults,
    end_faults,
    name_faults,
    target_faults,
)
from khuyencong.core.permissions import rule
from khuyencong.core.refusals import Fault, NotAllowed, NotNow, Refused

EDIT: Final = "core.organisations.edit"
CORRECTED: Final = ("name", "short_name", "sign", "legal_ref", "valid_from", "valid_to")
Objection = Callable[[Organisation, Organisation], Iterable[Fault]]
_listeners: list[Callable[[set[int]], object]] = []
_objections: list[Objection] = []


@rule("core.organisations.edit")
def may_edit(user: User, office: Organisation | None = None) -> str | None:
    """Cơ quan: the administrator, for national bodies and those of the own province."""
    if not user.may(roles.ADMINISTER):
        return _("Chỉ quản trị hệ thống được sửa danh mục cơ quan.")
    if office and office.province_id not in (None, user.organisation.province_id):
        return _("Cơ quan này thuộc tỉnh khác.")
    return None


def visible_to(user: User) -> QuerySet[Organisation]:
    """National bodies and those of the person's province."""
    return Organisation.trail_visible_to(user)


def when_renamed(listener: Callable[[set[int]], object]) -> Callable[[set[int]], object]:
    """Register who must hear that the name of offices was corrected (their ids)."""
    _listeners.append(listener)
    return listener


def objects_to_merging(objection: Objection) -> Objection:
    """Register who says why two offices cannot become one (the one that ends, the one that stays).

    The apps above say what they know here, since this app imports none of them.
    """
    _objections.append(objection)
    return objection


def correct(office: Organisation, given: dict[str, Any], *, by: User) -> None:
    """Mend what was entered wrong; ``given`` holds the fields of ``CORRECTED``.

    The name of before that ended the day before this one began moves along with a changed day.
    """
    with transaction.atomic():
        current = _locked(office, by)
        before = list(
            current.predecessors.select_for_update(no_key=True)
            .filter(lineage=current.lineage)
            .order_by("pk")
        )
        _refuse(correction_faults(current, before, given))
        changed = {
            name: [_plain(getattr(current, name)), _plain(given[name])]
            for name in CORRECTED
            if name in given and getattr(current, name) != given[name]
        }
        if not changed:
            return
        first, was = given.get("valid_from"), current.valid_from
        for name in changed:
            setattr(current, name, given[name])
        current.save()
        audit.record("core.organisation.correct", current, by=by, changes={"changed": changed})
        if "valid_from" in changed and first and was:
            for earlier in before:
                if earlier.valid_to == was - A_DAY:
                    _end(earlier, first - A_DAY, current, by=by)
        if {"name", "short_name"} & changed.keys():
            _tell({current.pk})


def rename(office: Organisation, named: Named, *, by: User) -> Organisation:
    """Đổi tên từ ngày…: the same office under a new row; its people follow on that day."""
    with transaction.atomic():
        current = _locked(office, by)
        _goes_on(current)
        _refuse([*name_faults(named), *end_faults(current, named.valid_from)])
        if named.name == current.name:
            raise Refused(Fault(_("Tên mới trùng tên đang dùng."), "name"))
        made = Organisation(
            code=_free_code(current, named.valid_from),
            name=named.name,
            short_name=named.short_name,
            sign=named.sign,
            kind=current.kind,
            province_id=current.province_id,
            place_id=current.place_id,
            parent_id=current.parent_id,
            lineage=current.lineage,
            legal_ref=named.legal_ref,
            valid_from=named.valid_from,
        )
        made.full_clean(exclude=["province", "place", "parent", "successor"])
        made.save()
        audit.record(
            "core.organisation.begin",
            made,
            by=by,
            changes={
                "name": made.name,
                "before": current.name,
                "valid_from": _plain(made.valid_from),
                "legal_ref": made.legal_ref,
            },
        )
        _end(current, named.valid_from - A_DAY, made, by=by, verb="rename")
        _tell({current.pk, made.pk})
        move_people(by=by)
        return made


def merge(
    office: Organisation,
    into: Organisation,
    day: datetime.date | None,
    *,
    legal_ref: str = "",
    by: User,
) -> None:
    """Sáp nhập từ ngày…: from that day the other office goes on with everything of this one."""
    with transaction.atomic():
        both = Organisation.objects.filter(pk__in={office.pk, into.pk}).order_by("pk")
        locked = {row.pk: row for row in both.select_for_update(no_key=True)}
        current, target = _locked(locked[office.pk], by), locked[into.pk]
        _goes_on(current)
        objections = [fault for ask in _objections for fault in ask(current, target)]
        _refuse([*end_faults(current, day), *target_faults(current, target, day), *objections])
        _end(current, day - A_DAY, target, by=by, verb="merge", legal_ref=legal_ref)
        audit.record(
            "core.organisation.absorb",
            target,
            by=by,
            changes={"name": current.name, "from": _plain(day), "legal_ref": legal_ref},
        )
        move_people(by=by)


def move_people(*, by: User | None = None) -> int:
    """Whoever works at an office whose last day has passed works at the one after it.

    Looked after every minute: a change entered beforehand comes into force on its day.
    """
    moved = 0
    over = Q(successor__isnull=False, valid_to__lt=clock.today())
    behind = (
        Q(users__is_active=True)
        | Q(children__isnull=False, children__valid_to=None)
        | ~Q(lineage=F("successor__lineage"))
    )
    # An office may have been renamed twice: the oldest goes first, the next follows it.
    ids = Organisation.objects.filter(over & behind).order_by("valid_to", "pk")
    for pk in dict.fromkeys(ids.values_list("pk", flat=True)):
        with transaction.atomic():
            moved += _take_effect(pk, by)
    return moved


def _take_effect(pk: int, by: User | None) -> int:
    office = Organisation.objects.select_for_update(no_key=True).select_related(None).get(pk=pk)
    heir = Organisation.objects.get(pk=office.successor_id)
    while heir.successor_id and heir.valid_to and heir.valid_to < clock.today():
        heir = Organisation.objects.get(pk=heir.successor_id)
    if office.lineage != heir.lineage:
        alike = Organisation.objects.select_for_update(no_key=True).filter(lineage=office.lineage)
        for row in alike.order_by("pk"):
            row.lineage = heir.lineage
            row.save(update_fields=["lineage"])
            audit.record(
                "core.organisation.join", row, by=by, changes={"name": row.name, "into": heir.name}
            )
            office = row if row.pk == office.pk else office
    office.children.filter(valid_to=None).exclude(pk=heir.pk).update(parent=heir)
    moved = User.objects.filter(organisation=office, is_active=True).update(organisation=heir)
    if moved:
        audit.record(
            "core.organisation.move",
            office,
            by=by,
            changes={"count": moved, "from": office.name, "into": heir.name},
        )
    return moved


def _locked(office: Organisation, by: User) -> Organisation:
    current = Organisation.objects.select_for_update(no_key=True).get(pk=office.pk)
    if reason := permissions.refusal(by, EDIT, current):
        raise NotAllowed(reason)
    return current


def _goes_on(office: Organisation) -> None:
    if office.successor_id:
        heir = Organisation.objects.get(pk=office.successor_id)
        raise NotNow(
            _("{office} đã có cơ quan kế tiếp là {heir}, từ ngày {day}.").format(
                office=office.name,
                heir=heir.name,
                day=f"{office.valid_to + A_DAY:%d/%m/%Y}" if office.valid_to else "–",
            )
        )


def _end(
    office: Organisation,
    last: datetime.date,
    heir: Organisation,
    *,
    by: User,
    verb: str = "end",
    legal_ref: str = "",
) -> None:
    was = office.valid_to
    office.valid_to, office.successor = last, heir
    office.save(update_fields=["valid_to", "successor"])
    audit.record(
        f"core.organisation.{verb}",
        office,
        by=by,
        changes={
            "name": office.name,
            "heir": heir.name,
            "legal_ref": legal_ref,
            "valid_to": [_plain(was), _plain(last)],
        },
    )


def _free_code(office: Organisation, day: datetime.date) -> str:
    """The lineage and the day, which tell the names of one office apart."""
    base = f"{office.lineage[:28]}-{day:%Y%m%d}"
    taken = set(Organisation.objects.filter(code__startswith=base).values_list("code", flat=True))
    number, code = 1, base
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime.date) else value


def _tell(ids: set[int]) -> None:
    for listener in _listeners:
        listener(ids)


def _refuse(faults: Iterable[Fault]) -> None:
    found = list(faults)
    if found:
        raise Refused(found)
