"""Pure checks that yield faults; they change nothing and say everything at once."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.refusals import Fault, Refused
from projects import chain_gaps, papers_of_dossier, tracks
from projects.models import Proposal

PROSE = ("necessity", "goals", "content", "expected_output")


def complete(proposal: Proposal) -> Iterator[Fault]:
    """What a dossier still lacks to be submitted (TT 36/2013/TT-BCT Điều 5: eight parts)."""
    yield from filled(proposal)
    yield from _chains(proposal)
    yield from papers_of_dossier.faults(proposal)


def filled(proposal: Proposal) -> Iterator[Fault]:
    """The part of it that the form's own boxes answer; asks the database nothing."""
    yield from _texts(proposal)
    yield from _parties(proposal)
    yield from _costs(proposal)
    yield from _funding(proposal)


def _texts(proposal: Proposal) -> Iterator[Fault]:
    if not proposal.title:
        yield Fault(_("Nhập tên đề án."), "title")
    for name in PROSE:
        if not getattr(proposal, name):
            label = proposal._meta.get_field(name).verbose_name
            yield Fault(_("Nhập {label}.").format(label=label), name)
    if not proposal.starts_on:
        yield Fault(_("Nhập ngày bắt đầu, ví dụ 01/05/2026."), "starts_on")
    if not proposal.ends_on:
        yield Fault(_("Nhập ngày kết thúc, ví dụ 30/11/2026."), "ends_on")
    yield from days_in_order(proposal.starts_on, proposal.ends_on)


def days_in_order(starts: datetime.date | None, ends: datetime.date | None) -> Iterator[Fault]:
    """That the end is not before the start, once both are there."""
    if starts and ends and ends < starts:
        yield Fault(_("Ngày kết thúc phải từ ngày bắt đầu trở đi."), "ends_on")


def _parties(proposal: Proposal) -> Iterator[Fault]:
    kind, kinds = proposal.kind, Proposal.Kind
    activities = len(proposal.activities.all())
    if not activities:
        yield Fault(_("Chọn nội dung hoạt động khuyến công."), "activity")
    elif kind == kinds.PILOT and activities < 2:
        yield Fault(_("Đề án điểm có từ hai nội dung hoạt động trở lên."), "activity")
    if kind not in {kinds.GROUP, kinds.TASK} and not proposal.places.all():
        yield Fault(_("Chọn địa điểm thực hiện."), "places")
    count = len(proposal.beneficiaries.all())
    if kind == kinds.SINGLE and count != 1:
        yield Fault(_("Chọn đúng một cơ sở thụ hưởng, hoặc đổi loại đề án."), "beneficiaries")
    if kind in {kinds.SEVERAL, kinds.PILOT} and not count:
        yield Fault(_("Chọn ít nhất một cơ sở thụ hưởng."), "beneficiaries")
    if kind == kinds.TASK and count:
        yield Fault(
            _("Nhiệm vụ không có cơ sở thụ hưởng. Bỏ cơ sở hoặc đổi loại đề án."), "beneficiaries"
        )


def _costs(proposal: Proposal) -> Iterator[Fault]:
    items = list(proposal.cost_items.all())
    if not items:
        yield Fault(_("Nhập ít nhất một dòng dự toán."), "cost_items")
    for number, item in enumerate(items, start=1):
        where = f"cost_items-{number - 1}"
        shares = list(item.shares.all())
        if not item.name:
            yield Fault(_("Dòng {n}: nhập nội dung chi.").format(n=number), where)
        if not item.amount:
            yield Fault(_("Dòng {n}: nhập số lượng và đơn giá.").format(n=number), where)
        total = sum(share.requested for share in shares)
        if total != item.amount:
            yield Fault(
                _("Dòng {n}: các nguồn cộng {total}, thành tiền là {amount} triệu đồng.").format(
                    n=number,
                    total=money.format_exact(total),
                    amount=money.format_exact(item.amount),
                ),
                where,
            )
        state = [share for share in shares if share.source.is_state and share.requested]
        if len(state) > 1:
            yield Fault(
                _(
                    "Dòng {n}: một dòng dự toán chỉ nhận một nguồn ngân sách nhà nước. "
                    "Tách thành hai dòng hoặc bỏ một nguồn."
                ).format(n=number),
                where,
            )


def share_sums(proposal: Proposal, stage: str = "requested") -> dict[int, int]:
    """Σ cost shares by source id at a stage, in đồng."""
    sums: dict[int, int] = defaultdict(int)
    for item in proposal.cost_items.all():
        for share in item.shares.all():
            sums[share.source_id] += getattr(share, stage) or 0
    return sums


def _funding(proposal: Proposal) -> Iterator[Fault]:
    lines = [line for line in proposal.funding_lines.all() if line.requested]
    by_source: dict[int, int] = defaultdict(int)
    names = {}
    years = proposal.programme.years
    state_sources = set()
    for line in lines:
        by_source[line.source_id] += line.requested
        names[line.source_id] = line.source.name
        if line.source.is_state:
            state_sources.add(line.source_id)
        if line.year not in years:
            yield Fault(
                _("Năm {year} ngoài giai đoạn {start}–{end} của chương trình.").format(
                    year=line.year, start=years[0], end=years[-1]
                ),
                "funding_lines",
            )
        elif line.year < proposal.plan_year:
            yield Fault(
                _("Năm {year} trước năm kế hoạch {plan} của đề án.").format(
                    year=line.year, plan=proposal.plan_year
                ),
                "funding_lines",
            )
        if line.source.is_state and line.cell_id is None:
            yield Fault(
                _("Chương trình không có nguồn {source} trong năm {year}.").format(
                    source=line.source.name, year=line.year
                ),
                "funding_lines",
            )
    if not state_sources:
        yield Fault(_("Đề nghị ít nhất một nguồn ngân sách nhà nước, theo năm."), "funding_lines")
    if proposal.kind == Proposal.Kind.PILOT and len({line.year for line in lines}) == 1:
        yield Fault(
            _("Đề án điểm thực hiện nhiều năm: ghi nguồn vốn của từ hai năm trở lên."),
            "funding_lines",
        )
    shares = share_sums(proposal)
    for item in proposal.cost_items.all():
        names |= {share.source_id: share.source.name for share in item.shares.all()}
    for source_id in sorted(names):
        if shares.get(source_id, 0) != by_source.get(source_id, 0):
            yield Fault(
                _(
                    "{source}: dự toán cộng {shares}, phân kỳ theo năm cộng {lines} triệu đồng. "
                    "Sửa cho hai số bằng nhau."
                ).format(
                    source=names[source_id],
                    shares=money.format_exact(shares.get(source_id, 0)),
                    lines=money.format_exact(by_source.get(source_id, 0)),
                ),
                "funding_lines",
            )


def _chains(proposal: Proposal) -> Iterator[Fault]:
    lines = proposal.funding_lines.all()
    state_sources = {line.source_id for line in lines if line.requested and line.source.is_state}
    for line in proposal.funding_lines.all():
        if line.source_id not in state_sources:
            continue
        state_sources.discard(line.source_id)
        chain = tracks.chain_for(line.source_id, proposal)
        if chain is None:
            yield chain_gaps.missing(line.source, proposal.province_id)
            continue
        try:
            for step in chain.steps.all():
                tracks.office_of(step, proposal)
        except Refused as refused:
            yield from refused.faults
