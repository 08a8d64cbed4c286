"""What keeps an office from being renamed, merged or corrected; everything is said at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core.models import Organisation
from khuyencong.core.refusals import Fault

A_DAY: Final = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Named:
    """What an office is called from a day on, and by which document."""

    name: str
    short_name: str
    sign: str = ""
    valid_from: datetime.date | None = None
    legal_ref: str = ""


def name_faults(named: Named) -> Iterator[Fault]:
    if not named.name:
        yield Fault(_("Nhập tên cơ quan."), "name")
    if not named.short_name:
        yield Fault(_("Nhập tên ngắn của cơ quan."), "short_name")


def end_faults(office: Organisation, day: datetime.date | None) -> Iterator[Fault]:
    """The day on which the office stops bearing its name."""
    if day is None:
        yield Fault(_("Nhập ngày có hiệu lực, ví dụ 01/07/2026."), "valid_from")
    elif office.valid_from and day <= office.valid_from:
        yield Fault(
            _("{office} có từ ngày {day}: chọn ngày muộn hơn.").format(
                office=office.name, day=f"{office.valid_from:%d/%m/%Y}"
            ),
            "valid_from",
        )
    elif office.valid_to and day > office.valid_to + A_DAY:
        yield Fault(
            _("{office} đã kết thúc ngày {day}: chọn ngày liền sau hoặc sớm hơn.").format(
                office=office.name, day=f"{office.valid_to:%d/%m/%Y}"
            ),
            "valid_from",
        )


def target_faults(
    office: Organisation, into: Organisation, day: datetime.date | None
) -> Iterator[Fault]:
    if into.lineage == office.lineage:
        yield Fault(_("Đây là tên khác của chính cơ quan này. Chọn cơ quan khác."), "into")
        return
    if into.province_id != office.province_id:
        yield Fault(_("Chỉ sáp nhập vào cơ quan cùng tỉnh hoặc cùng cấp trung ương."), "into")
    unit = Organisation.Kind.IMPLEMENTING_UNIT
    if (office.kind == unit) != (into.kind == unit):
        yield Fault(
            _(
                "Đơn vị thực hiện và cơ quan thẩm định không gộp làm một: không ai thẩm định được "
                "đề án của chính mình."
            ),
            "into",
        )
    begun = into.valid_from is None or (day is not None and into.valid_from <= day)
    if day and (not begun or (into.valid_to and into.valid_to < day)):
        yield Fault(
            _("Ngày {day} {office} không hoạt động. Chọn cơ quan hoặc ngày khác.").format(
                day=f"{day:%d/%m/%Y}", office=into.name
            ),
            "into",
        )
    elif into.successor_id:
        yield Fault(
            _("{office} sẽ đổi thành cơ quan khác. Chọn cơ quan kế tiếp đó.").format(
                office=into.name
            ),
            "into",
        )


def correction_faults(
    office: Organisation, before: Iterable[Organisation], given: dict[str, Any]
) -> Iterator[Fault]:
    yield from name_faults(Named(given.get("name", ""), given.get("short_name", "")))
    first, last = given.get("valid_from"), given.get("valid_to")
    if first and last and last < first:
        yield Fault(_("Ngày kết thúc phải từ ngày bắt đầu trở đi."), "valid_to")
    if office.successor_id:
        heir = Organisation.objects.get(pk=office.successor_id)
        follows = heir.lineage == office.lineage and heir.valid_from
        if last is None:
            yield Fault(
                _("Cơ quan đã có cơ quan kế tiếp là {heir}: nhập ngày cuối.").format(
                    heir=heir.name
                ),
                "valid_to",
            )
        elif follows and last >= heir.valid_from:
            yield Fault(
                _("{heir} có từ ngày {day}: chọn ngày cuối sớm hơn.").format(
                    heir=heir.name, day=f"{heir.valid_from:%d/%m/%Y}"
                ),
                "valid_to",
            )
    elif last and last != office.valid_to and office.users.filter(is_active=True).exists():
        yield Fault(
            _(
                "Cơ quan còn tài khoản đang hoạt động. Dùng «Đổi tên» hoặc «Sáp nhập», "
                "hoặc khóa các tài khoản trước."
            ),
            "valid_to",
        )
    if first and first != office.valid_from:
        for earlier in before:
            if earlier.valid_from and first <= earlier.valid_from:
                yield Fault(
                    _("{office} có từ ngày {day}: chọn ngày muộn hơn.").format(
                        office=earlier.name, day=f"{earlier.valid_from:%d/%m/%Y}"
                    ),
                    "valid_from",
                )
