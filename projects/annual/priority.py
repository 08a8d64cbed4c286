"""The order the law suggests for a list, with its reasons; a person confirms or departs from it.

Nghị định 45/2012/NĐ-CP Điều 6, Thông tư 46/2012/TT-BCT Điều 6: area before sector. Thông tư
36/2013/TT-BCT Điều 7: đề án điểm. Cleaner production has no order by area or sector (Thông tư 46
Điều 6 khoản 3b): it is ranked by effect and urgency, which is for people to weigh.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from khuyencong.core import datafile
from khuyencong.core.models import PlaceTrait, dated_on
from projects.models import Beneficiary, Enterprise, Proposal

FILE: Final = Path(__file__).parents[1] / "data" / "priority.yaml"
AREAS: Final = tuple(PlaceTrait.Kind)  # in the order of the law
# (area, sector, đề án điểm, owner): the smaller goes first.
Key = tuple[int, int, int, int]
_STANDING: Final = (Beneficiary.Status.PLANNED, Beneficiary.Status.CONFIRMED)


@dataclass(frozen=True)
class Law:
    """What the data file says of sectors and activities."""

    workers: int
    sectors: frozenset[str]
    unordered_sectors: frozenset[str]
    unordered_activities: frozenset[str]


@cache
def law() -> Law:
    data = datafile.read(FILE).data
    return Law(
        workers=int(data["workers"]),
        sectors=frozenset(data["sectors"]),
        unordered_sectors=frozenset(data["unordered_sectors"]),
        unordered_activities=frozenset(data["unordered_activities"]),
    )


@dataclass(frozen=True)
class Suggestion:
    """Where one dossier would stand. Without a ``key`` the law gives it no order.

    ``reasons`` may stand on paper; ``lacks`` is what the registers do not say, for screens alone.
    """

    key: Key | None
    reasons: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def is_ordered(self) -> bool:
        return self.key is not None

    @property
    def notes(self) -> tuple[str, ...]:
        """All that a screen says of it."""
        return (*self.lacks, *self.reasons)


Traits = dict[int, list[PlaceTrait]]


def traits_on(proposals: Iterable[Proposal], day: datetime.date) -> Traits:
    """Place → its traits in force on the day, and those of the unit above it: one query."""
    units = {row.place for one in proposals for row in one.places.all()}
    above = {unit.pk: unit.parent_id for unit in units}
    asked = set(above) | {pk for pk in above.values() if pk}
    found: Traits = {}
    rows = PlaceTrait.objects.filter(dated_on(day), place__in=asked).select_related("place")
    for trait in rows:
        found.setdefault(trait.place_id, []).append(trait)
    return {
        pk: [*found.get(pk, []), *(found.get(parent, []) if parent else [])]
        for pk, parent in above.items()
    }


def suggest(proposals: Sequence[Proposal], day: datetime.date) -> dict[int, Suggestion]:
    """Proposal id → its suggestion, for dossiers loaded by ``candidates.with_words``."""
    traits = traits_on(proposals, day)
    return {one.pk: of_one(one, traits) for one in proposals}


def of_one(proposal: Proposal, traits: Traits) -> Suggestion:
    firms = [row.enterprise for row in proposal.beneficiaries.all() if row.standing in _STANDING]
    if _has_no_order(proposal, firms):
        return Suggestion(
            None,
            (_("sản xuất sạch hơn: không xếp theo địa bàn, ngành nghề; xét hiệu quả, cấp thiết"),),
        )
    area, area_said = _area(proposal, traits)
    sector, sector_said = _sector(firms)
    reasons = [*area_said, *sector_said]
    is_pilot = proposal.kind == Proposal.Kind.PILOT
    if is_pilot:
        reasons.append(_("đề án điểm"))
    owners = _owners(firms)
    return Suggestion(
        (area, sector, int(not is_pilot), int(not owners)),
        tuple(dict.fromkeys([*reasons, *owners])),
        () if area_said else (_("địa bàn: chưa có đặc điểm ưu tiên trong sổ"),),
    )


def _has_no_order(proposal: Proposal, firms: list[Enterprise]) -> bool:
    rules = law()
    codes = {row.activity.code for row in proposal.activities.all()}
    if codes and codes <= rules.unordered_activities:
        return True
    groups = [firm.sector_group.code if firm.sector_group else "" for firm in firms]
    return bool(groups) and set(groups) <= rules.unordered_sectors


def _area(proposal: Proposal, traits: Traits) -> tuple[int, list[str]]:
    """The best of its places counts."""
    best = len(AREAS)
    said: list[str] = []
    for row in proposal.places.all():
        for trait in traits.get(row.place_id, []):
            at = AREAS.index(PlaceTrait.Kind(trait.kind))
            if at < best:
                best = at
                said = [f"{trait.get_kind_display()}: {row.place.full_name}"]
    return best, said


def _sector(firms: list[Enterprise]) -> tuple[int, list[str]]:
    """Nought: products and workers the law names; one: sectors it names; two: the others."""
    rules, said = law(), []
    for firm in firms:
        facts = [
            (firm.has_typical_product, _("có sản phẩm CNNT tiêu biểu")),
            (firm.is_exporter, _("có hàng xuất khẩu")),
            (firm.uses_local_material, _("dùng trên 50% nguyên liệu tại chỗ")),
            (
                (firm.workers or 0) >= rules.workers,
                _("từ {n} lao động trở lên").format(n=rules.workers),
            ),
        ]
        said += [words for holds, words in facts if holds]
    if said:
        return 0, said
    named = [
        firm.sector_group.name
        for firm in firms
        if firm.sector_group and firm.sector_group.code in rules.sectors
    ]
    if named:
        return 1, [_("ngành nghề ưu tiên: {name}").format(name=named[0])]
    return 2, []


def _owners(firms: list[Enterprise]) -> list[str]:
    said = []
    if any(firm.owner_is_woman for firm in firms):
        said.append(_("phụ nữ làm chủ"))
    if any(firm.owner_is_minority for firm in firms):
        said.append(_("người dân tộc thiểu số làm chủ"))
    return said


def in_order(rows: Sequence[int], found: dict[int, Suggestion]) -> list[int]:
    """Ids as the law suggests; equals, and what has no order, stay as they stood."""
    ranked = [pk for pk in rows if found[pk].key is not None]
    rest = [pk for pk in rows if found[pk].key is None]
    return [*sorted(ranked, key=lambda pk: found[pk].key or ()), *rest]


def departing(rows: Sequence[int], found: dict[int, Suggestion]) -> set[int]:
    """The fewest ids that would have to move for the order to be the suggested one.

    The others already stand as the law suggests: of two changed places the one that was moved is
    named, not every row that moved up for it.
    """
    keyed = [(pk, found[pk].key) for pk in rows if found[pk].key is not None]
    tails: list[Key] = []  # the last key of the best run of each length
    last: list[int] = []  # and which row it is
    before: dict[int, int] = {}
    for at, (_pk, key) in enumerate(keyed):
        place = bisect_right(tails, key)
        if place:
            before[at] = last[place - 1]
        tails[place : place + 1] = [key]
        last[place : place + 1] = [at]
    standing, at = set(), last[-1] if last else None
    while at is not None:
        standing.add(keyed[at][0])
        at = before.get(at)
    return {pk for pk, _key in keyed} - standing
