"""What a manager should look at first, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khuyencong.core.templatetags.kc import number, trieu
from projects.amounts import Matrix
from reports.ageing import Ageing
from reports.targets import Progress


@dataclass(frozen=True)
class Alert:
    """``tone`` r is late or over, w wants attention."""

    tone: str
    icon: str
    text: str
    detail: str = ""
    url: str = ""


def link(name: str, **query: object) -> str:
    """An address, or none where the portal has no such page."""
    try:
        address = reverse(name)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address


def alerts(matrix: Matrix, ageing: Ageing, targets: Sequence[Progress]) -> list[Alert]:
    return [
        *_late(ageing),
        *_over(matrix),
        *_gaps(matrix),
        *_undated(matrix),
        *_untouched(targets),
    ]


def _late(ageing: Ageing) -> Iterator[Alert]:
    count = ageing.late_total
    if count:
        text = ngettext(
            "%(count)s hồ sơ quá hạn thẩm định", "%(count)s hồ sơ quá hạn thẩm định", count
        )
        where = ", ".join(
            f"{office.name} {number(office.late)}" for office in ageing.offices if office.late
        )
        yield Alert("r", "warn", text % {"count": number(count)}, where, "#tu")


def _over(matrix: Matrix) -> Iterator[Alert]:
    """State money asked for against what its cell has left."""
    for (year, code), row in sorted(matrix.cells.items()):
        if row.available is None or row.requested <= row.available:
            continue
        names = {source.code: source.name for source in matrix.sources}
        place = {"source": names[code], "year": year, "asked": trieu(row.requested)}
        url = link("budget_plan")
        if row.allotted:
            yield Alert(
                "w",
                "warn",
                _("{source} năm {year}: đang đề nghị vượt số còn lại {over} triệu đồng").format(
                    over=trieu(row.requested - row.available), **place
                ),
                _("Đang đề nghị {asked}, còn lại {left}").format(
                    left=trieu(row.available), **place
                ),
                url,
            )
        else:
            yield Alert(
                "w",
                "plan",
                _("{source} năm {year}: chưa giao dự toán").format(**place),
                _("Đang đề nghị {asked} triệu đồng").format(**place),
                url,
            )


def _gaps(matrix: Matrix) -> Iterator[Alert]:
    missing = sum(row.planned is None for row in matrix.cells.values())
    if not missing:
        return
    if missing == len(matrix.cells):
        text = _("Chưa phân bổ kinh phí từng năm theo nguồn")
        detail = _("{decision} chỉ nêu tổng theo năm và tổng theo nguồn").format(
            decision=matrix.version.decision
        )
    else:
        text = _("Còn {count} ô năm và nguồn chưa phân bổ").format(count=number(missing))
        detail = ""
    yield Alert("w", "plan", text, detail, link("budget_plan"))


def _undated(matrix: Matrix) -> Iterator[Alert]:
    decision = matrix.version.decision
    if decision.issued_on is None:
        yield Alert(
            "w",
            "paper",
            _("{decision} chưa có ngày ban hành").format(decision=decision),
            _("Bổ sung khi có bản gốc"),
            link("document_list"),
        )


def _untouched(targets: Sequence[Progress]) -> Iterator[Alert]:
    names = [target.name for target in targets if target.is_untouched]
    if names:
        text = ngettext(
            "%(count)s mục tiêu chưa có đề án", "%(count)s mục tiêu chưa có đề án", len(names)
        )
        yield Alert("w", "doc", text % {"count": number(len(names))}, "; ".join(names), "#mt")
