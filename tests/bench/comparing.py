"""Two versions of a budget of 200 lines compared cell by cell, against two Python lists.

Both sides begin with the contents as the database gave them, parsed. The peers make a list of row
tuples of each and compare: row by row in place (``plain``), and with difflib so that a line put in
does not make the others differ (``difflib``). Ours gives labelled changes of single cells as well.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

from projects import comparison
from tests.bench import Result, median

LINES = 200
ROUNDS = 60
NAMES = {"provincial": "NS tỉnh", "counterpart": "Đối ứng"}
Rows = list[dict[str, Any]]


def run() -> list[Result]:
    results = []
    for name, old, new in _pairs():
        ours, plain, matched = _times(
            lambda old=old, new=new: comparison.between(
                {"cost_items": old}, {"cost_items": new}, NAMES
            ),
            lambda old=old, new=new: _plain(old, new),
            lambda old=old, new=new: _matched(old, new),
        )
        count = len(comparison.between({"cost_items": old}, {"cost_items": new}, NAMES))
        for peer, took in (("plain lists", plain), ("difflib", matched)):
            results.append(
                Result(
                    f"diff of {LINES} budget lines, {name}, against {peer}",
                    ours / took,
                    3,
                    unit="x",
                    detail=f"{ours * 1e6:.0f} and {took * 1e6:.0f} µs, {count} changes",
                )
            )
    return results


def _pairs() -> list[tuple[str, Rows, Rows]]:
    base = [_line(number) for number in range(LINES)]
    few = copy.deepcopy(base)
    for number in range(5, LINES, 10):
        few[number]["unit_price"] += 1_000_000
        few[number]["amount"] += 1_000_000
        few[number]["shares"]["provincial"] += 1_000_000
    moved = copy.deepcopy(few)
    moved.insert(1, _line(LINES))
    del moved[-2]
    return [
        ("20 repriced", *_parsed(base, few)),
        ("20 repriced, one in, one out", *_parsed(base, moved)),
        ("nothing changed", *_parsed(base, base)),
    ]


def _line(number: int) -> dict[str, Any]:
    price = (number + 3) * 1_000_000
    return {
        "name": f"Máy sao chè số {number}",
        "unit": "bộ",
        "quantity": "2",
        "unit_price": price,
        "amount": 2 * price,
        "activity": "KC3d",
        "shares": {"provincial": price, "counterpart": price},
        "note": "",
    }


def _parsed(*sides: Rows) -> list[Rows]:
    return [json.loads(json.dumps(rows)) for rows in sides]


def _tuples(rows: Rows) -> list[tuple[Any, ...]]:
    return [
        (
            row["name"],
            row["unit"],
            row["quantity"],
            row["unit_price"],
            row["amount"],
            row["activity"],
            row["note"],
            tuple(sorted(row["shares"].items())),
        )
        for row in rows
    ]


def _plain(old: Rows, new: Rows) -> list[int]:
    pairs = zip(_tuples(old), _tuples(new), strict=False)
    return [number for number, (was, now) in enumerate(pairs) if was != now]


def _matched(old: Rows, new: Rows) -> list[Any]:
    return SequenceMatcher(None, _tuples(old), _tuples(new), autojunk=False).get_opcodes()


def _times(*acts: Callable[[], object]) -> list[float]:
    """Medians of acts run in turn, so that a busy machine troubles all alike."""
    times: list[list[float]] = [[] for _act in acts]
    for _round in range(ROUNDS):
        for kept, act in zip(times, acts, strict=True):
            begun = time.perf_counter()
            act()
            kept.append(time.perf_counter() - begun)
    return [median(kept) for kept in times]
