"""The official list of proposals (Mẫu 2): its columns, and what each says of a proposal.

The same words are written and, when the edited list comes back, compared.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from khuyencong.core import text
from programmes.models import FundingSource
from projects import amounts
from projects.exchange import lists
from projects.exchange.columns import DAY, LINES, MILLIONS, MONEY, TEXT, WHOLE, Column, SheetPlan
from projects.models import Beneficiary, FundingLine, Proposal, ProposalPlace

SHARE: Final = "share-"
# What may be changed in the list itself; everything else is changed on the proposal's own pages.
EDITABLE: Final = ("title", "partner", "expected_output", "starts_on", "ends_on")
# Key of a note about the row as a whole.
FORESEEN: Final = "foreseen"
# What a cell of a workbook holds at most, with some room.
_LONGEST: Final = 32_000
ROMAN: Final = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")


def sources() -> list[FundingSource]:
    """A column for each source there is, in the order in which people know them."""
    return list(FundingSource.objects.order_by("position", "pk"))


def columns(of: Sequence[FundingSource], *, in_millions: bool = False) -> list[Column]:
    """TT, what is proposed, by whom, where, when, and the money by source."""
    money = MILLIONS if in_millions else MONEY

    def checked(name: str) -> Any:
        return lists.field_check(Proposal, name)

    return [
        Column("no", gettext_lazy("TT"), width=6),
        Column(
            "title",
            gettext_lazy("Tên đề án và nội dung chính"),
            required=True,
            check=checked("title"),
            width=38,
        ),
        Column("unit", gettext_lazy("Đơn vị thực hiện"), width=20),
        Column("partner", gettext_lazy("Đơn vị phối hợp"), check=checked("partner"), width=16),
        Column("beneficiaries", gettext_lazy("Đơn vị thụ hưởng"), LINES, width=22),
        Column("places", gettext_lazy("Địa điểm"), LINES, width=16),
        Column(
            "expected_output",
            gettext_lazy("Mục tiêu, kết quả chính"),
            LINES,
            check=checked("expected_output"),
            width=30,
        ),
        Column("starts_on", gettext_lazy("Thời gian bắt đầu"), DAY, width=11),
        Column("ends_on", gettext_lazy("Thời gian kết thúc"), DAY, width=11),
        Column("total", gettext_lazy("Tổng kinh phí"), money, computed=True, width=16),
        *(Column(f"{SHARE}{one.code}", one.name, money, width=16) for one in of),
        Column("remarks", gettext_lazy("Ghi chú"), width=18),
        Column("code", gettext_lazy("Mã đề án"), required=True, width=14),
        Column("version", gettext_lazy("Phiên bản"), WHOLE, required=True, width=8),
    ]


def plan(of: Sequence[FundingSource], *, in_millions: bool = False) -> SheetPlan:
    return SheetPlan(gettext_lazy("Danh mục"), columns(of, in_millions=in_millions))


def with_words(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """With all that a row of the list says, in a fixed number of queries a batch."""
    return rows.select_related("implementing_unit").prefetch_related(
        Prefetch("beneficiaries", Beneficiary.objects.select_related("enterprise").order_by("pk")),
        Prefetch("places", ProposalPlace.objects.select_related("place").order_by("pk")),
        Prefetch("funding_lines", FundingLine.objects.select_related("source")),
    )


def said(proposal: Proposal, of: Sequence[FundingSource]) -> dict[str, Any]:
    """Column code → what the list says of a proposal loaded by ``with_words``; money in đồng."""
    lines = amounts.of_proposal(proposal)
    return {
        "title": cell_text(proposal.title),
        "unit": cell_text(proposal.implementing_unit.name),
        "partner": cell_text(proposal.partner),
        "beneficiaries": joined(row.enterprise.name for row in proposal.beneficiaries.all()),
        "places": joined(row.place.full_name for row in proposal.places.all()),
        "expected_output": cell_text(proposal.expected_output),
        "starts_on": proposal.starts_on,
        "ends_on": proposal.ends_on,
        **{
            f"{SHARE}{one.code}": sum(line.current for line in lines.get(one.code, {}).values())
            for one in of
        },
        "remarks": remarks(proposal),
        "code": proposal.code,
        "version": proposal.version,
    }


def remarks(proposal: Proposal) -> str:
    """What it is, and where it stands."""
    return "; ".join([*kinds(proposal), _labels(get_language() or "")[proposal.status]])


def kinds(proposal: Proposal) -> list[str]:
    """Đề án điểm, nhóm; có thu hồi; chuyển tiếp where money is asked for several years."""
    found = []
    labels = _labels(get_language() or "")
    if proposal.kind != Proposal.Kind.SINGLE:
        found.append(labels[proposal.kind])
    if proposal.is_recoverable:
        found.append(_("có thu hồi kinh phí"))
    if len({line.year for line in proposal.funding_lines.all() if line.current}) > 1:
        found.append(_("chuyển tiếp"))
    return found


@cache
def _labels(_language: str) -> dict[str, str]:
    choices = (*Proposal.Kind.choices, *Proposal.Status.choices)
    return {str(value): str(label) for value, label in choices}


def joined(names: Iterable[str]) -> str:
    return cell_text("; ".join(names))


def cell_text(said: str) -> str:
    """As a cell holds it and gives it back."""
    return text.clean(said[:_LONGEST], multiline=True)


def differs(before: Mapping[str, Any], after: Mapping[str, Any], column: Column) -> bool:
    """Whether a cell was changed; a text is the same whatever its spacing."""
    old, new = before.get(column.code), after.get(column.code)
    if column.kind in (TEXT, LINES):
        return (old or "").split() != (new or "").split()
    if column.kind in (MONEY, MILLIONS):
        return (old or 0) != (new or 0)
    return old != new


def shown(value: Any) -> str:
    """A value as a person reads it in the comparison."""
    if isinstance(value, datetime.date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    return str(value or "")
