"""The chosen rows of the list as a workbook, for people who go on working in Excel."""

from __future__ import annotations

from typing import IO, Final

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from khuyencong.core.models import User
from khuyencong.core.workbooks.writing import Book, Column
from projects.models import Beneficiary, Proposal, ProposalPlace
from projects.views.listing import with_parts

BATCH: Final = 500


def _columns() -> list[Column]:
    return [
        Column(_("Mã đề án"), "code", 14),
        Column(_("Tên đề án"), "lines", 48),
        Column(_("Năm kế hoạch"), "number", 10),
        Column(_("Chương trình"), "lines", 30),
        Column(_("Đơn vị thực hiện"), "lines", 30),
        Column(_("Cơ sở thụ hưởng"), "lines", 36),
        Column(_("Địa bàn"), "lines", 30),
        Column(_("Nguồn"), "text", 18),
        Column(_("Tổng kinh phí (đồng)"), "money", 18, total=True),
        Column(_("NSNN hỗ trợ (đồng)"), "money", 18, total=True),
        Column(_("Đối ứng, khác (đồng)"), "money", 18, total=True),
        Column(_("Trạng thái"), "lines", 26),
    ]


def write(found: QuerySet[Proposal], target: IO[bytes], user: User) -> None:
    """Some hundreds at a time; a fixed number of queries for each of them."""
    rows = found.order_by("-pk").select_related("programme", "implementing_unit")
    rows = rows.prefetch_related(
        Prefetch("beneficiaries", Beneficiary.objects.select_related("enterprise")),
        Prefetch("places", ProposalPlace.objects.select_related("place")),
    )
    with Book(target, title=_("Đề án khuyến công")) as book:
        sheet = book.sheet(_("Đề án"), _columns())
        last: int | None = None
        while batch := list((rows if last is None else rows.filter(pk__lt=last))[:BATCH]):
            last = batch[-1].pk
            for row in with_parts(batch, user):
                proposal = row.proposal
                sheet.row(
                    [
                        *(proposal.code, proposal.title, proposal.plan_year),
                        *(proposal.programme.name, proposal.implementing_unit.name),
                        "; ".join(each.enterprise.name for each in proposal.beneficiaries.all()),
                        "; ".join(map(str, proposal.places.all())),
                        ", ".join(source.short_name for source in row.sources),
                        *(row.total, row.state, row.other),
                        "; ".join(map(str, row.standings)),
                    ]
                )
        sheet.totals(_("Cộng"))
