"""Checks on a list of sites and on the answer to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import clock, money, papers
from khuyencong.core.models import LegalDocument, Place
from khuyencong.core.refusals import Fault
from projects import sites
from projects.act import Act
from projects.checks import listed
from projects.models import Enterprise

MOST = 200


def rows_of(act: Act) -> list[Mapping[str, Any]]:
    """The sites that were entered; whatever is no list of rows is none."""
    given = act.data.get("sites")
    if not isinstance(given, list | tuple):
        return []
    return [row for row in given if isinstance(row, Mapping)]


def leaving_of(act: Act) -> frozenset[int]:
    """Confirmed sites that go: withdrawn, or replaced by one of the list."""
    given = act.data.get("withdraws")
    gone = set(given) if isinstance(given, list | tuple | set | frozenset) else set()
    return frozenset(gone | {row["replaces"] for row in rows_of(act) if row.get("replaces")})


def sites_right(act: Act) -> Iterator[Fault]:
    """The list of Mẫu 11: known sites, each once, within the support that was approved."""
    rows, leaving = rows_of(act), leaving_of(act)
    if not rows and not leaving:
        yield Fault(_("Chọn ít nhất một cơ sở."), "sites-0-enterprise")
        return
    if len(rows) > MOST:
        yield Fault(
            _("Một danh sách có tối đa {n} cơ sở. Tách làm nhiều danh sách.").format(n=MOST)
        )
        return
    yield from _leaving_right(act, rows)
    unknown = list(_sites_known(act, rows, leaving))
    yield from unknown
    faulty = list(_amounts_right(rows))
    yield from faulty
    if not faulty:
        yield from _within_approved(act, rows, leaving)
    if rows and not unknown and not faulty:
        yield from listed.faults(act, listed.entered(rows))


def _leaving_right(act: Act, rows: list[Mapping[str, Any]]) -> Iterator[Fault]:
    known = {row.pk for row in sites.confirmed(act.proposal)}
    replaced = [row.get("replaces") for row in rows if row.get("replaces")]
    withdrawn = list(act.data.get("withdraws") or [])
    for gone in {*replaced, *withdrawn}:
        if gone not in known:
            yield Fault(_("Chỉ rút hoặc thay cơ sở đã được xác nhận."), "withdraws")
            return
    if len({*replaced, *withdrawn}) != len(replaced) + len(withdrawn):
        yield Fault(_("Một cơ sở chỉ được rút hoặc thay một lần."), "withdraws")
    if withdrawn and not act.reason:
        yield Fault(_("Nêu lý do rút cơ sở."), "reason")


def _sites_known(
    act: Act, rows: list[Mapping[str, Any]], leaving: frozenset[int]
) -> Iterator[Fault]:
    firms = _ids(rows, "enterprise")
    known = set(
        Enterprise.objects.visible_to(act.by)
        .filter(pk__in=firms, province_id=act.proposal.province_id)
        .values_list("pk", flat=True)
    )
    ground = _communes(act, _ids(rows, "place"))
    staying = {row.enterprise_id for row in sites.confirmed(act.proposal)}
    seen: set[int] = set()
    for index, row in _numbered(rows):
        firm, box = row.get("enterprise"), f"sites-{index}-enterprise"
        number = index + 1
        if not isinstance(firm, int) or firm not in known:
            yield Fault(
                _("Cơ sở {n}: chọn cơ sở có trong sổ cơ sở của tỉnh.").format(n=number), box
            )
        elif firm in seen:
            yield Fault(_("Cơ sở {n}: đã có ở dòng trên.").format(n=number), box)
        elif firm in staying:
            yield Fault(_("Cơ sở {n}: đã được xác nhận trong đề án này.").format(n=number), box)
        else:
            seen.add(firm)
        place = row.get("place")
        if not isinstance(place, int) or place not in ground:
            yield Fault(
                _("Cơ sở {n}: chọn xã, phường đang có trong tỉnh.").format(n=number),
                f"sites-{index}-place",
            )


def _numbered(rows: list[Mapping[str, Any]]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row with its place on the form, where rows between may have stayed empty."""
    return ((row.get("box", index), row) for index, row in enumerate(rows))


def _ids(rows: list[Mapping[str, Any]], name: str) -> list[int]:
    return [row[name] for row in rows if isinstance(row.get(name), int)]


def _communes(act: Act, ids: list[int]) -> set[int]:
    inside = Q(parent=act.proposal.province_id) | Q(parent__parent=act.proposal.province_id)
    rows = Place.objects.valid_on(clock.today()).filter(inside, level=Place.Level.COMMUNE)
    return set(rows.filter(pk__in=ids).values_list("pk", flat=True))


def _amounts_right(rows: list[Mapping[str, Any]]) -> Iterator[Fault]:
    for index, row in _numbered(rows):
        for name, least in (("support", 1), ("counterpart", 0)):
            amount = row.get(name)
            whole = isinstance(amount, int) and not isinstance(amount, bool)
            if whole and least <= amount <= money.MAX:
                continue
            said = (
                _("Cơ sở {n}: nhập số tiền hỗ trợ, lớn hơn 0.")
                if least
                else _("Cơ sở {n}: nhập vốn đối ứng; ghi 0 nếu không có.")
            )
            yield Fault(said.format(n=index + 1), f"sites-{index}-{name}")


def _within_approved(
    act: Act, rows: list[Mapping[str, Any]], leaving: frozenset[int]
) -> Iterator[Fault]:
    room = sites.room(act.proposal, leaving)
    asked = sum(row["support"] for row in rows)
    if asked > room.left:
        yield Fault(
            _(
                "Danh sách cộng {asked} triệu đồng, ngân sách hỗ trợ được duyệt {approved}, "
                "các cơ sở đã xác nhận {taken}: chỉ còn {left} triệu đồng."
            ).format(
                asked=money.format_exact(asked),
                approved=money.format_exact(room.approved),
                taken=money.format_exact(room.taken),
                left=money.format_exact(room.left),
            ),
            "sites-0-support",
        )
    if room.count + len(rows) > room.units and not act.reason:
        yield Fault(
            _("Có {count} cơ sở, đề án được duyệt {units} đơn vị kết quả. Nêu lý do.").format(
                count=room.count + len(rows), units=room.units
            ),
            "reason",
        )


def list_paper_given(act: Act) -> Iterator[Fault]:
    """The unit's paper, not dated before the decision that approved the proposal."""
    yield from papers.faults_of(act.paper, not_before=_submitted_on(act))
    decided = (
        LegalDocument.objects.filter(
            decision__lines__track__proposal=act.proposal, issued_on__isnull=False
        )
        .order_by("-issued_on")
        .first()
    )
    yield from _not_before(act, decided)


def answer_given(act: Act) -> Iterator[Fault]:
    """The department answers by a paper, or says why in writing; the sites are looked at again."""
    if not act.paper and not act.reason:
        yield Fault(_("Nhập số, ngày văn bản xác nhận, hoặc ghi ý kiến."), "reason")
        return
    if act.paper:
        waiting = sites.open_list(act.proposal)
        yield from papers.faults_of(act.paper)
        yield from _not_before(act, waiting.document if waiting else None)


def sites_still_right(act: Act) -> Iterator[Fault]:
    """The sites that wait, under the law of the day of the answer."""
    waiting = sites.open_list(act.proposal)
    rows = listed.waiting(waiting) if waiting else []
    if rows:
        yield from listed.faults(act, rows)


def _submitted_on(act: Act) -> Any:
    submitted = act.proposal.submitted_at
    return timezone.localdate(submitted) if submitted else None


def _not_before(act: Act, base: LegalDocument | None) -> Iterator[Fault]:
    dated = act.paper.issued_on and base and base.issued_on
    if dated and act.paper.issued_on < base.issued_on:
        yield Fault(
            _("Ngày văn bản phải từ ngày {day}, ngày của {base}, trở đi.").format(
                day=f"{base.issued_on:%d/%m/%Y}", base=base
            ),
            "document_date",
        )
