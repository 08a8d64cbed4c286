"""What differs between the cost tables of two rounds, cell by cell.

Lines bear no number of their own in a round, so they are first paired: those that read the same,
then those of the same name, then those in the same place. A line put in or taken out therefore
leaves the others alone. Time grows with the lines, not with their square.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core import money
from projects.changes import Change
from projects.common_ends import common_ends

Row = Mapping[str, Any]
Pair = tuple[int, int]
FIELD: Final = "cost_items"
NAMED: Final = 3  # moved lines that are called by name


def between(old: Sequence[Row], new: Sequence[Row], names: Mapping[str, str]) -> Iterator[Change]:
    """Each line and cell that differs, in the order of the new table; lines that went come last."""
    if old == new:
        return
    pairs, same = aligned(old, new)
    places = {j: i for i, j in pairs}
    kept = {j for _i, j in same}
    labels = _labels()
    for j, row in enumerate(new):
        if j in places:
            yield from _cells(j, old[places[j]], row, names, labels)
        elif j not in kept:
            yield _line(j, row, names, "added")
    if len(pairs) + len(same) < len(old):
        stayed = {i for i, _j in pairs} | {i for i, _j in same}
        for i in (i for i in range(len(old)) if i not in stayed):
            yield _line(i, old[i], names, "removed")
    yield from _order([*pairs, *same], new)


def aligned(old: Sequence[Row], new: Sequence[Row]) -> tuple[list[Pair], list[Pair]]:
    """Pairs of (old, new) places: of lines that differ in something, and of lines that do not."""
    start, ends = common_ends(old, new)
    same = [(i, i) for i in range(start)]
    same += [(len(old) - k, len(new) - k) for k in range(ends, 0, -1)]
    pairs = []
    left, right = range(start, len(old) - ends), range(start, len(new) - ends)
    # Most names stand there once: such lines are found without a look at the rest of them.
    for i, j in (found := _of_one_name(old, new, left, right)):
        (same if old[i] == new[j] else pairs).append((i, j))
    left, right = _rest(left, right, found)
    equal = _paired(old, new, left, right, _whole)
    same += equal
    left, right = _rest(left, right, equal)
    found = _paired(old, new, left, right, _name)
    pairs += found
    left, right = _rest(left, right, found)
    if left and right:
        pairs += _by_place(old, new, left, right, sorted([*same, *pairs], key=_second))
    return pairs, same


def _of_one_name(old: Sequence[Row], new: Sequence[Row], left: Any, right: Any) -> list[Pair]:
    places = {old[i]["name"]: i for i in left}
    others = {new[j]["name"]: j for j in right}
    if len(places) < len(left) or len(others) < len(right):
        often = {
            name
            for rows, among in ((old, left), (new, right))
            for name, n in Counter(rows[k]["name"] for k in among).items()
            if n > 1
        }
        others = {name: j for name, j in others.items() if name not in often}
    return [(places[name], j) for name, j in others.items() if name in places]


def _whole(row: Row) -> tuple[Any, ...]:
    shares = row["shares"]
    return (
        row["name"],
        row["amount"],
        row["unit_price"],
        row["quantity"],
        row["unit"],
        row.get("activity"),
        row.get("note") or "",
        # Written by source in one order; two sources are the most a line has.
        *(shares.items() if len(shares) < 2 else sorted(shares.items())),
    )


def _name(row: Row) -> str:
    return " ".join(row["name"].casefold().split())


def _second(pair: Pair) -> int:
    return pair[1]


def _paired(old: Sequence[Row], new: Sequence[Row], left: Any, right: Any, key: Any) -> list[Pair]:
    """Lines of one key are paired in the order they stand."""
    if not left or not right:
        return []
    free: dict[Any, list[int]] = {}
    for i in reversed(left):
        free.setdefault(key(old[i]), []).append(i)
    found = []
    for j in right:
        rows = free.get(key(new[j]))
        if rows:
            found.append((rows.pop(), j))
    return found


def _rest(left: Any, right: Any, taken: list[Pair]) -> tuple[Sequence[int], Sequence[int]]:
    if not taken:
        return left, right
    olds, news = {i for i, _j in taken}, {j for _i, j in taken}
    left = [] if len(olds) == len(left) else [i for i in left if i not in olds]
    right = [] if len(news) == len(right) else [j for j in right if j not in news]
    return left, right


def _by_place(
    old: Sequence[Row],
    new: Sequence[Row],
    left: Sequence[int],
    right: Sequence[int],
    fixed: list[Pair],
) -> list[Pair]:
    """A line written anew in its place: between the same neighbours, with something in common."""
    places = [j for _i, j in fixed]
    waiting: dict[int, list[int]] = {}
    for i in left:
        waiting.setdefault(_gap_of_old(i, fixed), []).append(i)
    found = []
    for j in right:
        rows = waiting.get(bisect_left(places, j))
        if rows and _akin(old[rows[0]], new[j]):
            found.append((rows.pop(0), j))
    return found


def _gap_of_old(i: int, fixed: list[Pair]) -> int:
    """After how many of the paired lines an old line stood (moved ones blur this; it is a hint)."""
    low, high = 0, len(fixed)
    while low < high:
        middle = (low + high) // 2
        if fixed[middle][0] < i:
            low = middle + 1
        else:
            high = middle
    return low


def _akin(was: Row, now: Row) -> bool:
    if was["amount"] == now["amount"] or was["unit_price"] == now["unit_price"]:
        return True
    ours, theirs = set(_name(was).split()), set(_name(now).split())
    return 2 * len(ours & theirs) >= min(len(ours), len(theirs))


def title(place: int, row: Row, said: str = "") -> str:
    return (said or _("Dòng {n} «{name}»")).format(n=place + 1, name=row["name"])


def quantity(text: str) -> str:
    """A quantity as it is written here: «1E+3» of a content is 1.000."""
    try:
        number = f"{Decimal(text):,f}"
    except InvalidOperation:
        return text
    return number.translate(str.maketrans(",.", ".,"))


def figures(row: Row, names: Mapping[str, str]) -> str:
    """How many of what price, and who pays."""
    count = " ".join(filter(None, (quantity(row["quantity"]), row["unit"])))
    parts = [f"{count} × {money.format_exact(row['unit_price'])}"]
    parts += [
        f"{names.get(code, code)} {money.format_exact(amount)}"
        for code, amount in row["shares"].items()
        if amount
    ]
    return "; ".join(parts)


def _line(place: int, row: Row, names: Mapping[str, str], kind: str) -> Change:
    """A whole line that came or went."""
    came = kind == "added"
    return Change(
        title(place, row),
        before="" if came else figures(row, names),
        after=figures(row, names) if came else "",
        before_amount=None if came else row["amount"],
        after_amount=row["amount"] if came else None,
        is_money=True,
        kind=kind,
        field=f"{FIELD}-{place}" if came else FIELD,
    )


@dataclass(frozen=True)
class _Labels:
    """What the cells are called: said once, a table has hundreds."""

    texts: list[tuple[str, str, Callable[[str], str]]]
    line: str
    unit_price: str
    amount: str


def _labels() -> _Labels:
    return _Labels(
        [
            ("name", _("tên"), str),
            ("unit", _("ĐVT"), str),
            ("quantity", _("số lượng"), quantity),
            ("activity", _("nội dung hoạt động"), str),
            ("note", _("ghi chú"), str),
        ],
        _("Dòng {n} «{name}»"),
        _("đơn giá"),
        _("thành tiền"),
    )


def _cells(
    place: int, was: Row, now: Row, names: Mapping[str, str], labels: _Labels
) -> Iterator[Change]:
    called, field = title(place, now, labels.line), f"{FIELD}-{place}"
    for name, label, said in labels.texts:
        # A round of an earlier release does not know every cell.
        before, after = was.get(name), now.get(name)
        if before != after and name in was and name in now:
            yield Change(f"{called}: {label}", said(before), said(after), field=field)
    amounts = []
    if was["unit_price"] != now["unit_price"]:
        amounts.append((labels.unit_price, was["unit_price"], now["unit_price"]))
    if was["amount"] != now["amount"]:
        amounts.append((labels.amount, was["amount"], now["amount"]))
    shares, present = was["shares"], now["shares"]
    if shares != present:
        amounts += [
            (names.get(code, code), shares.get(code), present.get(code))
            for code in dict.fromkeys([*shares, *present])
            if (shares.get(code) or 0) != (present.get(code) or 0)
        ]
    for label, before, after in amounts:
        yield Change(
            f"{called}: {label}",
            before_amount=before,
            after_amount=after,
            is_money=True,
            field=field,
        )


def _order(pairs: list[Pair], new: Sequence[Row]) -> Iterator[Change]:
    """Lines that only moved: all but the longest run that kept its order."""
    pairs.sort(key=_second)
    olds = [i for i, _j in pairs]
    if all(a < b for a, b in pairwise(olds)):
        return
    standing = _longest_run(olds)
    moved = [new[j]["name"] for k, (_i, j) in enumerate(pairs) if k not in standing]
    text = "; ".join(moved[:NAMED])
    if len(moved) > NAMED:
        text += _(" và {n} dòng nữa").format(n=len(moved) - NAMED)
    said = _("Chuyển chỗ: {lines}").format(lines=text)
    yield Change(_("Thứ tự dòng dự toán"), after=said, field=FIELD)


def _longest_run(numbers: list[int]) -> set[int]:
    """Places of the longest rising run in a list without repeats."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(number)
            ends.append(place)
        else:
            tails[at], ends[at] = number, place
    found, place = set(), ends[-1] if ends else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found
