"""Find the norm in force, and write norms so that one at a time holds for one thing."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, Refused
from programmes.models import Deadline, SupportNorm

# What a norm says, as the trail tells a change of it.
SAID: Final = (
    "max_share",
    "max_amount",
    "unit",
    "line_multiplier",
    "priority_multiplier",
    "condition",
    "legal_ref",
    "confidence",
    "valid_from",
    "valid_to",
)
_A_DAY: Final = datetime.timedelta(days=1)
Found = dict[tuple[str, str], SupportNorm]


def in_force(
    day: datetime.date,
    *,
    province_id: int | None,
    codes: Iterable[str] | None = None,
    sources: Iterable[str] | None = None,
) -> Found:
    """The norm of each (activity code, source code) on a day, in one query."""
    rows = SupportNorm.objects.for_province(province_id).valid_on(day)
    if codes is not None:
        rows = rows.filter(activity_code__in=set(codes))
    if sources is not None:
        rows = rows.filter(source__code__in=set(sources))
    return first_of_each(rows.select_related("source", "document"))


def first_of_each(rows: Iterable[SupportNorm]) -> Found:
    """Of rows that hold on one day, the one that goes before the others of its kind.

    A province's own row goes before the national one, a later row before an earlier.
    """
    found: Found = {}
    for norm in sorted(
        rows, key=lambda row: (row.province_id is None, -row.valid_from.toordinal())
    ):
        found.setdefault((norm.activity_code, norm.source.code), norm)
    return found


def holds_on(norm: SupportNorm, day: datetime.date) -> bool:
    return norm.valid_from <= day and (norm.valid_to is None or day <= norm.valid_to)


def before(norm: SupportNorm) -> SupportNorm | None:
    """The row that a new one takes over from: the last that began earlier and goes on."""
    rows = SupportNorm.objects.same_thing(norm).exclude(pk=norm.pk)
    earlier = rows.filter(valid_from__lt=norm.valid_from).order_by("-valid_from").first()
    if earlier is None or (earlier.valid_to and earlier.valid_to < norm.valid_from):
        return None
    return earlier


def faults_of(norm: SupportNorm, *, takes_over: bool) -> Iterator[Fault]:
    """Where a row would hold together with another one of the same thing.

    One that takes over may begin inside an earlier row, which then ends the day before.
    """
    rows = SupportNorm.objects.same_thing(norm).exclude(pk=norm.pk).order_by("valid_from")
    for other in rows:
        if other.valid_from == norm.valid_from:
            yield _began_already(norm)
        elif other.valid_from > norm.valid_from:
            if norm.valid_to is None or norm.valid_to >= other.valid_from:
                yield Fault(
                    _(
                        "Đã có định mức có hiệu lực từ ngày {day}. "
                        "Nhập ngày hết hiệu lực muộn nhất là {last}."
                    ).format(
                        day=f"{other.valid_from:%d/%m/%Y}",
                        last=f"{other.valid_from - _A_DAY:%d/%m/%Y}",
                    ),
                    "valid_to",
                )
            return
        elif not takes_over and (other.valid_to is None or other.valid_to >= norm.valid_from):
            yield Fault(
                _("Định mức trước còn hiệu lực đến {last}. Chọn ngày có hiệu lực muộn hơn.").format(
                    last=f"{other.valid_to:%d/%m/%Y}" if other.valid_to else _("chưa có hạn")
                ),
                "valid_from",
            )


def add(norm: SupportNorm, *, by: User) -> SupportNorm | None:
    """A new row; gives the row before it, ended on the day before. All of it or nothing."""
    with transaction.atomic():
        _lock(norm)
        _refuse(faults_of(norm, takes_over=True))
        earlier = before(norm)
        if earlier:
            end(earlier, norm.valid_from - _A_DAY, by=by)
        _insert(norm, _began_already(norm))
        audit.record("programmes.norm.add", norm, by=by, changes=_said(norm))
        return earlier


def revise(norm: SupportNorm, *, by: User) -> None:
    """Write a row that no act was checked under: the caller has locked it and looked."""
    stored = SupportNorm.objects.get(pk=norm.pk)
    with transaction.atomic():
        _lock(norm)
        _refuse(faults_of(norm, takes_over=False))
        was, now = _said(stored), _said(norm)
        changed = {name: [was.get(name), now[name]] for name in now if was.get(name) != now[name]}
        if not changed:
            return
        norm.save()
        audit.record(
            "programmes.norm.edit", norm, by=by, changes=_thing(norm) | {"changed": changed}
        )


def end(norm: SupportNorm, last: datetime.date | None, *, by: User) -> None:
    """Set the last day of a row, which is all that may change once an act was checked under it."""
    was = norm.valid_to
    if was == last:
        return
    norm.valid_to = last
    with transaction.atomic():
        _lock(norm)
        if last and last < norm.valid_from:
            raise Refused(
                Fault(_("Ngày hết hiệu lực phải từ ngày có hiệu lực trở đi."), "valid_to")
            )
        _refuse(fault for fault in faults_of(norm, takes_over=True) if fault.field == "valid_to")
        norm.save(update_fields=["valid_to"])
        audit.record(
            "programmes.norm.end",
            norm,
            by=by,
            changes=_thing(norm) | {"valid_to": [_text(was), _text(last)]},
        )


def save_deadline(deadline: Deadline, *, by: User) -> None:
    """A new deadline, or another day for one that is known."""
    with transaction.atomic():
        stored = Deadline.objects.filter(pk=deadline.pk).first()
        _insert(deadline, Fault(_("Hạn đăng ký của năm và nguồn này đã có."), "plan_year"))
        audit.record(
            f"programmes.deadline.{'edit' if stored else 'add'}",
            deadline,
            by=by,
            changes={
                "source": deadline.source.code,
                "source_name": deadline.source.name,
                "plan_year": deadline.plan_year,
                "due_on": [_text(stored.due_on) if stored else None, _text(deadline.due_on)],
            },
        )


def _began_already(norm: SupportNorm) -> Fault:
    return Fault(
        _("Định mức có hiệu lực từ ngày {day} đã có. Sửa dòng đó, hoặc chọn ngày khác.").format(
            day=f"{norm.valid_from:%d/%m/%Y}"
        ),
        "valid_from",
    )


def _insert(row: SupportNorm | Deadline, fault: Fault) -> None:
    """Save; where somebody wrote the same row a moment before, say so."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(fault) from error


def _lock(norm: SupportNorm) -> None:
    """Two people who write rows of the same thing take turns."""
    list(SupportNorm.objects.same_thing(norm).order_by("pk").select_for_update(of=("self",)))


def _refuse(faults: Iterable[Fault]) -> None:
    found = list(faults)
    if found:
        raise Refused(found)


def _thing(norm: SupportNorm) -> dict[str, Any]:
    return {
        "activity": norm.activity_code,
        "source": norm.source.code,
        "source_name": norm.source.name,
    }


def _said(norm: SupportNorm) -> dict[str, Any]:
    said = {name: _text(getattr(norm, name)) for name in SAID}
    return _thing(norm) | said | {"document": str(norm.document) if norm.document else None}


def _text(given: Any) -> Any:
    """As the trail keeps it: figures as numbers, the rest as text that reads the same again."""
    if given is None or isinstance(given, int | str):
        return given
    if isinstance(given, datetime.date):
        return given.isoformat()
    return f"{given.normalize():f}"
