"""Keep the working calendar: days off, days worked in their place, and what a year comes to.

The trail stands with the office that keeps the calendar, since a removed day has no row any more.
"""

from __future__ import annotations

import calendar as gregorian
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, text, vndates
from khuyencong.core.models import Holiday, Organisation, User
from khuyencong.core.refusals import Fault, Refused
from khuyencong.core.workdays import SATURDAY, Calendar

MAX_LINES: Final = 400
_CELLS: Final = re.compile(r"\t|\s*;\s*")
_WORKED: Final = frozenset({"lam bu", "di lam", "x", "1"})


@dataclass(frozen=True)
class Pasted:
    """One line of a block: a day, what it is called, and whether it is worked."""

    line: int
    day: datetime.date
    name: str
    is_working: bool = False


@dataclass
class Written:
    """What a block did to the calendar."""

    added: int = 0
    changed: int = 0
    kept: int = 0


@dataclass
class Month:
    """How many days of a month are worked, and the days that are not as their weekday says."""

    first: datetime.date
    working_days: int
    off: list[Holiday] = field(default_factory=list)
    worked: list[Holiday] = field(default_factory=list)


def faults_of(holiday: Holiday) -> Iterator[Fault]:
    """A day worked «in place of another» must be one that would be free."""
    if not holiday.is_working or holiday.day.weekday() >= SATURDAY:
        return
    free = Holiday.objects.filter(province=None, day=holiday.day, is_working=False)
    if holiday.province_id is None or not free.exists():
        yield Fault(
            _(
                "Ngày {day} không phải ngày cuối tuần hay ngày nghỉ chung, vốn đã là ngày làm "
                "việc. Bỏ dấu làm bù, hoặc chọn ngày khác."
            ).format(day=f"{holiday.day:%d/%m/%Y}"),
            "is_working",
        )


def save(holiday: Holiday, *, by: User) -> bool:
    """Write a new day or change one; whether anything changed. Due dates set before stay."""
    with transaction.atomic():
        home = _locked_home(by)
        stored = Holiday.objects.filter(pk=holiday.pk).first()
        if found := list(faults_of(holiday)):
            raise Refused(found)
        was, now = (_said(stored) if stored else None), _said(holiday)
        if was == now:
            return False
        _insert(holiday)
        changes = now | ({"was": was} if was else {})
        audit.record(f"core.holiday.{'edit' if was else 'add'}", home, by=by, changes=changes)
        return True


def remove(holiday: Holiday, *, by: User) -> None:
    """Take a day out of the calendar; the trail keeps what it was."""
    with transaction.atomic():
        home = _locked_home(by)
        if Holiday.objects.filter(pk=holiday.pk).delete()[0]:
            audit.record("core.holiday.remove", home, by=by, changes=_said(holiday))


def paste(block: str, *, province_id: int | None, by: User) -> Written:
    """Take over lines «dd/mm/yyyy, name, làm bù» of a workbook, all of them or none."""
    rows = read(block)
    done = Written()
    with transaction.atomic():
        _locked_home(by)
        known = {
            row.day: row
            for row in Holiday.objects.filter(
                province_id=province_id, day__in=[row.day for row in rows]
            )
        }
        faults = []
        for row in rows:
            holiday = known.get(row.day) or Holiday(day=row.day, province_id=province_id)
            is_new = holiday.pk is None
            holiday.name, holiday.is_working = row.name, row.is_working
            try:
                changed = save(holiday, by=by)
            except Refused as refused:
                faults += [_on_line(row.line, fault.message) for fault in refused.faults]
                continue
            done.added += is_new
            done.changed += changed and not is_new
            done.kept += not changed
        if faults:
            raise Refused(faults)
    return done


def read(block: str) -> list[Pasted]:
    """The lines of a block; raises ``Refused`` with every line that cannot be read."""
    found: list[Pasted] = []
    faults: list[Fault] = []
    days: dict[datetime.date, int] = {}
    lines = block.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MAX_LINES:
        raise Refused(
            Fault(_("Dán tối đa {n} dòng một lần.").format(n=MAX_LINES), "block"),
        )
    for number, line in enumerate(lines, start=1):
        if not line.strip() or (not found and not faults and not re.search(r"[0-9]", line)):
            continue  # empty, or the titles of the columns
        try:
            row = _line(number, line)
        except ValueError as error:
            faults.append(_on_line(number, str(error)))
            continue
        if row.day in days:
            said = _("ngày {day} đã có ở dòng {other}.")
            day = f"{row.day:%d/%m/%Y}"
            faults.append(_on_line(number, said.format(day=day, other=days[row.day])))
            continue
        days[row.day] = number
        found.append(row)
    if not found and not faults:
        faults.append(Fault(_("Chưa dán dòng nào. Mỗi dòng: ngày, rồi tên ngày nghỉ."), "block"))
    if faults:
        raise Refused(faults)
    return found


def _line(number: int, line: str) -> Pasted:
    cells = [cell.strip().strip('"').strip() for cell in _CELLS.split(line.strip())]
    if len(cells) < 2 or not cells[1]:
        raise ValueError(_("thiếu tên ngày. Mỗi dòng: ngày, phím Tab, tên ngày nghỉ."))
    day = vndates.parse_date(cells[0])
    name = text.clean(cells[1])
    longest = Holiday._meta.get_field("name").max_length
    if len(name) > longest:
        raise ValueError(_("tên ngày dài quá {n} ký tự.").format(n=longest))
    third = text.fold(cells[2]) if len(cells) > 2 else ""
    if third and third not in _WORKED:
        raise ValueError(_("cột thứ ba chỉ ghi “làm bù”, hoặc để trống."))
    return Pasted(number, day, name, bool(third))


def _on_line(number: int, said: str) -> Fault:
    return Fault(_("Dòng {n}: {message}").format(n=number, message=said), "block")


def year_of(year: int, province_id: int | None) -> list[Month]:
    """The months of a year with their working days; a province's own row goes before."""
    rows: dict[datetime.date, Holiday] = {}
    for row in Holiday.objects.for_province(province_id).filter(day__year=year):
        if row.day not in rows or row.province_id is not None:
            rows[row.day] = row
    made = Calendar(
        frozenset(day for day, row in rows.items() if not row.is_working),
        frozenset(day for day, row in rows.items() if row.is_working),
    )
    months = []
    for number in range(1, 13):
        first = datetime.date(year, number, 1)
        last = first.replace(day=gregorian.monthrange(year, number)[1])
        inside = [row for row in rows.values() if row.day.month == number]
        months.append(
            Month(
                first,
                made.between(first, last) + made.works(first),
                [row for row in inside if not row.is_working and row.day.weekday() < SATURDAY],
                [row for row in inside if row.is_working and row.day.weekday() >= SATURDAY],
            )
        )
    return months


def _locked_home(by: User) -> Organisation:
    """The office whose trail the calendar is kept in; two administrators take turns."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)


def _insert(holiday: Holiday) -> None:
    try:
        with transaction.atomic():
            holiday.save()
    except IntegrityError as error:
        raise Refused(
            Fault(
                _("Ngày {day} đã có trong lịch. Sửa dòng đó.").format(
                    day=f"{holiday.day:%d/%m/%Y}"
                ),
                "day",
            )
        ) from error


def _said(holiday: Holiday) -> dict[str, Any]:
    return {
        "day": holiday.day.isoformat(),
        "name": holiday.name,
        "is_working": holiday.is_working,
        "national": holiday.province_id is None,
        "legal_ref": holiday.legal_ref,
        "confidence": holiday.confidence,
    }
