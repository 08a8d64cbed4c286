"""Write the official list of proposals (Mẫu 2): real numbers, live sums, one group an activity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, BinaryIO, Final

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.workbooks import writing
from khuyencong.core.workbooks.cells import column_letters
from programmes.models import FundingSource
from projects.exchange import plan_sheet
from projects.exchange.columns import MILLIONS, MONEY, Column
from projects.exchange.plan_sheet import ROMAN, SHARE
from projects.exchange.templates import head
from projects.models import Proposal, ProposalActivity

# Written while somebody waits; more than these are narrowed by a filter first.
MOST: Final = 2_000
_BATCH: Final = 500
_LAST: Final = len(ROMAN)  # the group of what has no activity stands behind the others
_HIDDEN: Final = frozenset({"code", "version"})


def grouped(rows: QuerySet[Proposal], inside: str = "code") -> QuerySet[Proposal]:
    """By the group of the first activity; in a group by ``inside``, a column or an annotation."""
    first = ProposalActivity.objects.filter(proposal=OuterRef("pk")).order_by("pk")
    group = Coalesce(
        Subquery(first.values("activity__group")[:1]), Value(_LAST), output_field=IntegerField()
    )
    return rows.annotate(activity_group=group).order_by("activity_group", inside, "code")


def group_names(rows: QuerySet[Proposal]) -> dict[int, str]:
    """Group → the activities that proposals of the list have in it."""
    chosen = ProposalActivity.objects.filter(proposal__in=rows.order_by().values("pk"))
    found: dict[int, list[str]] = {}
    named = chosen.order_by("activity__position", "activity__code").values_list(
        "activity__group", "activity__name"
    )
    for group, name in dict.fromkeys(named.distinct()):
        found.setdefault(group, []).append(name)
    return {group: "; ".join(names) for group, names in found.items()}


def write(
    target: BinaryIO,
    rows: QuerySet[Proposal],
    *,
    title: str,
    about: str,
    in_millions: bool,
    inside: str = "code",
) -> None:
    """The list of these proposals; memory does not grow with their number."""
    with translation.override("vi"), writing.Book(target, title=title) as book:
        sources = plan_sheet.sources()
        plan = plan_sheet.plan(sources, in_millions=in_millions)
        unit = _("ĐVT: triệu đồng") if in_millions else _("ĐVT: đồng")
        heads = [_head(column) for column in plan.columns]
        sheet = book.sheet(str(plan.name), heads, above=[title, about, unit])
        for at, column in enumerate(plan.columns):
            if column.code in _HIDDEN:
                sheet.paper.set_column(at, at, column.width, None, {"hidden": True})
        names = group_names(rows)
        number = 0
        for group, own in groupby(_batched(grouped(rows, inside)), key=_group_of):
            if group < _LAST:
                mark = ROMAN[group]
                sheet.group(f"{mark}. {names.get(group, '')}")
                added_up = _("Cộng {mark}").format(mark=mark)
            else:
                sheet.group(_("Khác: chưa chọn nội dung hoạt động"))
                added_up = _("Cộng")
            for proposal in own:
                number += 1
                _row(book, sheet, plan.columns, proposal, sources, number, in_millions)
            sheet.subtotal(added_up)
        sheet.totals(_("TỔNG CỘNG"))


def _group_of(row: Any) -> int:
    return row.activity_group


def _head(column: Column) -> writing.Column:
    made = head(column, filled_in=False)
    is_money = column.kind in (MONEY, MILLIONS)
    return writing.Column(made.title, made.kind, made.width, total=is_money)


def _batched(rows: QuerySet[Proposal]) -> Iterator[Proposal]:
    return plan_sheet.with_words(rows).iterator(chunk_size=_BATCH)


def _row(
    book: writing.Book,
    sheet: writing.SheetWriter,
    columns: Iterable[Column],
    proposal: Proposal,
    sources: list[FundingSource],
    number: int,
    in_millions: bool,
) -> None:
    said = plan_sheet.said(proposal, sources)
    shares = [said[f"{SHARE}{source.code}"] for source in sources]
    said |= {"no": str(number), "total": sum(shares)}
    values, total_at, first_share = [], 0, 0
    for at, column in enumerate(columns):
        value = said[column.code]
        if column.code == "total":
            total_at = at
        elif column.code.startswith(SHARE) and not first_share:
            first_share = at
        values.append(_figure(value, in_millions) if column.kind in (MONEY, MILLIONS) else value)
    row = sheet.row(values)
    cells = (
        f"{column_letters(first_share)}{row}:{column_letters(first_share + len(shares) - 1)}{row}"
    )
    kind = sheet.columns[total_at].kind
    sheet.paper.write_formula(
        row - 1, total_at, f"=SUM({cells})", book.format(kind), values[total_at]
    )


def _figure(amount: int, in_millions: bool) -> Any:
    """đồng, or the exact triệu."""
    if not in_millions:
        return amount
    whole, rest = divmod(amount, money.MILLION)
    return whole if not rest else amount / money.MILLION
