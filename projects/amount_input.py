"""Amounts an office gives to the funding lines of a track, and how they reach the cost shares."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.refusals import Fault
from projects.act import Act
from projects.models import CostShare, FundingLine, Track


def lines_of(act_track: Track, lines: list[FundingLine]) -> list[FundingLine]:
    return [line for line in lines if line.source_id == act_track.source_id]


def given(act: Act) -> dict[int, int]:
    """Funding line id → đồng: what was entered, else the figure of the latest stage."""
    entered = act.data.get("amounts") or {}
    return {
        line.pk: entered.get(line.pk, line.current)
        for line in lines_of(act.track, list(act.proposal.funding_lines.all()))
    }


def faults(act: Act) -> Iterator[Fault]:
    """Each amount between zero and what was requested; not all zero."""
    entered = act.data.get("amounts") or {}
    lines = lines_of(act.track, list(act.proposal.funding_lines.all()))
    all_lines = {line.pk for line in act.proposal.funding_lines.all()}
    for line_id in entered:
        if line_id not in all_lines:
            yield Fault(_("Có dòng vốn không thuộc đề án này. Mở lại trang."), "amounts")
    amounts = given(act)
    for line in lines:
        amount = amounts[line.pk]
        if isinstance(amount, bool) or not isinstance(amount, int) or amount < 0:
            yield Fault(_("Số tiền phải là số đồng nguyên, không âm."), f"amount-{line.pk}")
        elif amount > line.requested:
            yield Fault(
                _("{source} năm {year}: {amount} vượt mức đề nghị {requested} triệu đồng.").format(
                    source=line.source.name,
                    year=line.year,
                    amount=money.format_exact(amount),
                    requested=money.format_exact(line.requested),
                ),
                f"amount-{line.pk}",
            )
    if lines and not any(amounts.values()):
        yield Fault(
            _("Tổng số tiền bằng 0. Nếu không đồng ý, chọn «Từ chối»."),
            f"amount-{lines[0].pk}",
        )


def apply(act: Act, stage: str) -> int:
    """Write the amounts at a stage on lines and shares alike; gives their total in đồng.

    Shares follow their item's earlier figures by largest remainder, so that Σ shares = Σ lines.
    """
    amounts = given(act)
    lines = lines_of(act.track, list(act.proposal.funding_lines.all()))
    for line in lines:
        setattr(line, stage, amounts[line.pk])
    FundingLine.objects.bulk_update(lines, [stage])
    total = sum(amounts.values())
    parts = parts_of(act, total)
    for share, part in parts:
        setattr(share, stage, part)
    if parts:
        CostShare.objects.bulk_update([share for share, _part in parts], [stage])
    return total


def parts_of(act: Act, total: int) -> list[tuple[CostShare, int]]:
    """How a total of the track's source falls on the cost shares, in đồng."""
    shares = [
        share
        for item in act.proposal.cost_items.all()
        for share in item.shares.all()
        if share.source_id == act.track.source_id
    ]
    weights = [
        share.appraised if share.appraised is not None else share.requested for share in shares
    ]
    if sum(weights) < total:
        weights = [share.requested for share in shares]
    return list(zip(shares, money.split(total, weights), strict=True))


def follow_counterpart(act: Act, stage: str) -> None:
    """Money that is not the state's goes with the proposal: it is promised, never appraised."""
    lines = [line for line in act.proposal.funding_lines.all() if not line.source.is_state]
    for line in lines:
        setattr(line, stage, line.requested)
    FundingLine.objects.bulk_update(lines, [stage])
    shares = [
        share
        for item in act.proposal.cost_items.all()
        for share in item.shares.all()
        if not share.source.is_state
    ]
    for share in shares:
        setattr(share, stage, share.requested)
    if shares:
        type(shares[0]).objects.bulk_update(shares, [stage])
