"""Establishments of the register by what people write in a cell: a number, a code, a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from khuyencong.core import text
from projects.exchange.kind import in_parts
from projects.models import Enterprise, EnterpriseIdentifier
from projects.models.naming import bare

_AT_ONCE: Final = 500
_CODE: Final = "CS-"


def found(province_id: int, asked: Iterable[str]) -> dict[str, set[int]]:
    """Folded text → ids of the establishments it names, in three queries for some hundreds.

    A name written in full, legal form and all, wins over names that only share its core.
    """
    wanted = sorted({text.fold(said) for said in asked})
    ours = Enterprise.objects.filter(province=province_id, merged_into=None)
    hits: dict[str, set[int]] = defaultdict(set)
    codes = {int(said[3:18]): said for said in wanted if _is_code(said)}
    for part in in_parts(list(codes), _AT_ONCE):
        for pk in ours.filter(pk__in=part).values_list("pk", flat=True):
            hits[codes[pk]].add(pk)
    for part in in_parts(wanted, _AT_ONCE):
        plain = {"".join(filter(str.isalnum, said)).upper(): said for said in part}
        held = EnterpriseIdentifier.objects.filter(
            value__in=plain, valid_to=None, enterprise__in=ours.values("pk")
        )
        for value, pk in held.values_list("value", "enterprise_id"):
            hits[plain[value]].add(pk)
        _by_name(ours, [said for said in part if said not in hits], hits)
    return hits


def _by_name(ours: object, names: list[str], hits: dict[str, set[int]]) -> None:
    cores: dict[str, list[str]] = defaultdict(list)
    for said in names:
        cores[bare(said)[:200]].append(said)
    same: dict[str, set[int]] = defaultdict(set)
    like: dict[str, set[int]] = defaultdict(set)
    rows = ours.filter(name_bare__in=list(cores)).values_list("pk", "name", "name_bare")
    for pk, name, core in rows:
        for said in cores[core]:
            (same if text.fold(name) == said else like)[said].add(pk)
    for said in names:
        if chosen := same.get(said) or like.get(said):
            hits[said] |= chosen


def _is_code(said: str) -> bool:
    return said.upper().startswith(_CODE) and said[3:].isascii() and said[3:].isdigit()
