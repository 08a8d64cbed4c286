"""The money of a draft: cost lines with their sources, and years by sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from budgets.models import Cell
from khuyencong.core import money
from khuyencong.core.refusals import Fault, Refused
from programmes.models import FundingSource, Programme
from projects.drafts.draft import CostRow
from projects.models import (
    CostItem,
    CostShare,
    FundingLine,
    Proposal,
    ProposalActivity,
    ReviewAmount,
)


def _sources(proposal: Proposal) -> dict[str, FundingSource]:
    return sources_of(proposal.programme)


def sources_of(programme: Programme) -> dict[str, FundingSource]:
    """Where money of a programme's proposals may come from, by code."""
    shares = programme.version.source_shares.select_related("source")
    known = {share.source.code: share.source for share in shares}
    # Other people's money may come from where the programme has no line.
    for source in FundingSource.objects.filter(is_state=False):
        known.setdefault(source.code, source)
    return known


def _lacking(code: str) -> Refused:
    name = FundingSource.objects.filter(code=code).values_list("name", flat=True).first()
    return Refused(
        Fault(
            _("Chương trình không có nguồn «{source}». Chọn nguồn khác.").format(
                source=name or code[:40]
            ),
            "funding_lines",
        )
    )


def save_costs(proposal: Proposal, rows: list[CostRow]) -> None:
    known = _sources(proposal)
    stages = {
        (item.position, share.source_id): share
        for item in proposal.cost_items.all()
        for share in item.shares.all()
    }
    proposal.cost_items.all().delete()
    activities = {row.activity.code: row for row in proposal.activities.select_related("activity")}
    for item, shares in items_of(proposal, rows, known, activities, stages):
        item.save()
        for share in shares:
            share.save()


def items_of(
    proposal: Proposal,
    rows: Iterable[CostRow],
    known: Mapping[str, FundingSource],
    activities: Mapping[str, ProposalActivity],
    stages: Mapping[tuple[int, int], CostShare],
) -> Iterator[tuple[CostItem, list[CostShare]]]:
    """Cost lines with their shares, checked and ready to be saved; nothing is asked or written.

    ``stages``: what offices have given to a share, by position and source.
    """
    for position, row in enumerate(rows):
        item = CostItem(
            proposal=proposal,
            activity=activities.get(row.activity_code),
            position=position,
            name=row.name,
            unit=row.unit,
            quantity=row.quantity,
            unit_price=row.unit_price,
            note=row.note,
        )
        # Its factors first: their product is only made of figures that can be multiplied.
        _check_row(item, position)
        item.amount = row.total()
        _check_row(item, position)
        shares = []
        for code, amount in row.shares.items():
            if not amount:
                continue
            if code not in known:
                raise _lacking(code)
            before = stages.get((position, known[code].pk))
            share = CostShare(
                item=item,
                source=known[code],
                requested=amount,
                appraised=before.appraised if before else None,
                approved=before.approved if before else None,
            )
            _check_row(share, position)
            shares.append(share)
        yield item, shares


def _check_row(row: CostItem | CostShare, position: int) -> None:
    nameless = [] if getattr(row, "name", "") else ["name"]
    try:
        row.clean_fields(exclude=[*nameless, "item", "proposal"])
    except ValidationError as error:
        raise Refused(
            [
                Fault(
                    _("Dòng {n}: {message}").format(n=position + 1, message=message),
                    f"cost_items-{position}",
                )
                for message in error.messages
            ]
        ) from error


def save_funding(proposal: Proposal, wanted: dict[tuple[str, int], int]) -> None:
    keep = []
    cells = cells_of(proposal.programme)
    for line in lines_of(proposal, wanted, _sources(proposal), cells):
        stored, _made = FundingLine.objects.update_or_create(
            proposal=proposal,
            source=line.source,
            year=line.year,
            defaults={"requested": line.requested, "cell": line.cell},
        )
        keep.append(stored.pk)
    gone = proposal.funding_lines.exclude(pk__in=keep)
    # A line an office has spoken on is kept as a nought, for its opinion points to it.
    gone.filter(pk__in=_spoken_on(proposal)).update(requested=0)
    gone.exclude(pk__in=_spoken_on(proposal)).delete()


def cells_of(programme: Programme) -> dict[tuple[int, int], Cell]:
    """The cells of a programme by source id and year."""
    rows = Cell.objects.filter(programme=programme)
    return {(cell.source_id, cell.year): cell for cell in rows}


def lines_of(
    proposal: Proposal,
    wanted: Mapping[tuple[str, int], int],
    known: Mapping[str, FundingSource],
    cells: Mapping[tuple[int, int], Cell],
) -> list[FundingLine]:
    """Funding lines, checked and ready to be saved; noughts are no lines."""
    years = proposal.programme.years
    found = []
    for (code, year), amount in wanted.items():
        if not amount:
            continue
        if code not in known:
            raise _lacking(code)
        source = known[code]
        if year not in years:
            raise Refused(
                Fault(
                    _("Năm {year} ngoài giai đoạn {start}–{end} của chương trình.").format(
                        year=year, start=years[0], end=years[-1]
                    ),
                    "funding_lines",
                )
            )
        if not 0 <= amount <= money.MAX:
            raise Refused(Fault(_("Số tiền phải từ 0 đến 999.999 tỷ đồng."), "funding_lines"))
        cell = cells.get((source.pk, year)) if source.is_state else None
        found.append(
            FundingLine(proposal=proposal, source=source, year=year, requested=amount, cell=cell)
        )
    return found


def _spoken_on(proposal: Proposal) -> list[int]:
    return list(
        ReviewAmount.objects.filter(line__proposal=proposal).values_list("line_id", flat=True)
    )
