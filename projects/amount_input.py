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
    """Funding line id → đồng: what was entered, else the figure of the latest stage.

    Where only the cost lines were judged and the source pays in one year, that year gets their sum.
    """
    entered = act.data.get("amounts") or {}
    lines = lines_of(act.track, list(act.proposal.funding_lines.all()))
    judged = given_shares(act)
    if judged and not entered:
        asked = [line for line in lines if line.requested]
        if len(asked) == 1:
            entered = {asked[0].pk: sum(judged.values())}
    return {line.pk: entered.get(line.pk, line.current) for line in lines}


def given_shares(act: Act) -> dict[int, int]:
    """Cost share id → đồng for the track's source, where the act judged cost lines; else empty.

    A line that was not mentioned keeps its latest figure.
    """
    entered = act.data.get("shares") or {}
    code = act.track.source.code
    if not any(source == code for _position, source in entered):
        return {}
    return {
        share.pk: entered.get((position, code), _current(share))
        for position, share in shares_of(act)
    }


def _current(share: CostShare) -> int:
    return share.appraised if share.appraised is not None else share.requested


def shares_of(act: Act) -> list[tuple[int, CostShare]]:
    """(place of the cost line, share) of the track's source."""
    return [
        (position, share)
        for position, item in enumerate(act.proposal.cost_items.all())
        for share in item.shares.all()
        if share.source_id == act.track.source_id
    ]


def share_faults(act: Act) -> Iterator[Fault]:
    """Each cost line between zero and what was asked; together what the years give."""
    judged = given_shares(act)
    if not judged:
        return
    code = act.track.source.code
    known = {position for position, _share in shares_of(act)}
    for position, source in act.data.get("shares") or {}:
        if source == code and position not in known:
            yield Fault(
                _("Dòng dự toán {n} không nhận nguồn này. Mở lại trang.").format(n=position + 1),
                f"share-{position}-{code}",
            )
    for position, share in shares_of(act):
        amount = judged[share.pk]
        where = f"share-{position}-{code}"
        if isinstance(amount, bool) or not isinstance(amount, int) or amount < 0:
            yield Fault(_("Số tiền phải là số đồng nguyên, không âm."), where)
        elif amount > share.requested:
            yield Fault(
                _("Dòng {n}: {amount} vượt mức đề nghị {requested} triệu đồng.").format(
                    n=position + 1,
                    amount=money.format_exact(amount),
                    requested=money.format_exact(share.requested),
                ),
                where,
            )
    lines, years = sum(judged.values()), sum(given(act).values())
    if lines != years:
        yield Fault(
            _(
                "{source}: các dòng dự toán cộng {lines}, các năm cộng {years} triệu đồng. "
                "Sửa cho hai số bằng nhau."
            ).format(
                source=act.track.source.name,
                lines=money.format_exact(lines),
                years=money.format_exact(years),
            ),
            "amounts",
        )


def faults(act: Act) -> Iterator[Fault]:
    """Each amount between zero and what was requested; not all zero."""
    if not act.gives_amounts:
        return
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
    yield from share_faults(act)


def apply(act: Act, stage: str) -> int:
    """Write the amounts at a stage on lines and shares alike; gives their total in đồng.

    Shares follow their item's earlier figures by largest remainder, so that Σ shares = Σ lines.
    """
    amounts = given(act)
    lines = lines_of(act.track, list(act.proposal.funding_lines.all()))
    for line in lines:
        setattr(line, stage, amounts[line.pk])
    total = sum(amounts.values())
    parts = parts_of(act, total)
    for share, part in parts:
        setattr(share, stage, part)
    act.writes.change_all(lines, stage)
    act.writes.change_all([share for share, _part in parts], stage)
    return total


def parts_of(act: Act, total: int) -> list[tuple[CostShare, int]]:
    """How a total of the track's source falls on the cost shares, in đồng."""
    judged = given_shares(act)
    shares = [share for _position, share in shares_of(act)]
    if judged and sum(judged.values()) == total:
        return [(share, judged[share.pk]) for share in shares]
    weights = [_current(share) for share in shares]
    if sum(weights) < total:
        weights = [share.requested for share in shares]
    return list(zip(shares, money.split(total, weights), strict=True))


def unset(act: Act, stage: str) -> None:
    """A stage of the track's source is not reached any more."""
    lines = lines_of(act.track, list(act.proposal.funding_lines.all()))
    shares = [share for _position, share in shares_of(act)]
    for row in (*lines, *shares):
        setattr(row, stage, None)
    act.writes.change_all(lines, stage)
    act.writes.change_all(shares, stage)


def follow_counterpart(act: Act, stage: str) -> None:
    """Money that is not the state's goes with the proposal: it is promised, never appraised."""
    lines, shares = _of_others(act)
    for row in (*lines, *shares):
        setattr(row, stage, row.requested)
    act.writes.change_all(lines, stage)
    act.writes.change_all(shares, stage)


def unset_counterpart(act: Act, stage: str) -> None:
    """What is not the state's is promised no more where no state source stands approved."""
    lines, shares = _of_others(act)
    for row in (*lines, *shares):
        setattr(row, stage, None)
    act.writes.change_all(lines, stage)
    act.writes.change_all(shares, stage)


def _of_others(act: Act) -> tuple[list[FundingLine], list[CostShare]]:
    """Funding lines and cost shares of money that is not the state's."""
    lines = [line for line in act.proposal.funding_lines.all() if not line.source.is_state]
    items = act.proposal.cost_items.all()
    return lines, [s for item in items for s in item.shares.all() if not s.source.is_state]
