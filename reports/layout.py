"""How wide a table's columns must be: a fixed layout never widens one, the text would run over.

Widths are those of Times (and of Liberation Serif, which has the same), a little on the wide side.
All lengths in millimetres, sizes of type in points.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

POINT: Final = 25.4 / 72
PADDING: Final = 0.9  # left and right of a cell, with its rule
# Margins of official papers: left 30, right 15.
WIDTHS: Final = {"portrait": 210 - 45, "landscape": 297 - 45}
SIZES: Final = {
    "portrait": (11, 10.5, 10, 9.5, 9),
    "landscape": (11, 10.5, 10, 9.5, 9, 8.5, 8, 7.5, 7, 6.5, 6),
}
LONGEST_WORD: Final = 26  # a longer one is broken; a figure never is
_NARROW: Final = dict.fromkeys("., :;'|/ilj", 0.28) | dict.fromkeys("-()[]tfrs I", 0.40)
_WIDE: Final = {"m": 0.84, "w": 0.74, "M": 0.96, "W": 1.0, "%": 1.0, "@": 1.0, "…": 1.0}


@dataclass(frozen=True)
class Column:
    """A heading, and texts below it: figures, or the ``words`` of a first column."""

    heading: str
    texts: Sequence[str]
    words: bool = False


@dataclass(frozen=True)
class Fit:
    """Written as the style sheet wants it, with a point in every language."""

    orientation: str
    size: str
    widths: list[list[str]]  # of each table's columns


def text_width(text: str, size: float) -> float:
    """At most as wide as this, bold or not."""
    ems = 0.0
    for letter in unicodedata.normalize("NFD", text):
        if unicodedata.combining(letter):
            continue
        if letter in _NARROW:
            ems += _NARROW[letter]
        elif letter in _WIDE:
            ems += _WIDE[letter]
        elif letter.isdigit() or letter == "–":
            ems += 0.5
        elif letter.isupper():
            ems += 0.79
        else:
            ems += 0.57
    return ems * size * POINT


def least(column: Column, size: float) -> float:
    """The least width of a column at this size."""
    figures = () if column.words else column.texts
    words = (column.heading, *(column.texts if column.words else ()))
    whole = [text_width(part, size) for text in figures for part in text.split()]
    broken = [min(text_width(part, size), LONGEST_WORD) for text in words for part in text.split()]
    return max(whole + broken, default=0) + 2 * PADDING


def fit(tables: Sequence[Sequence[Column]]) -> Fit:
    """The largest type, upright if it can be, at which every table fits the page."""
    for orientation, sizes in SIZES.items():
        for size in sizes:
            wanted = [[least(column, size) for column in table] for table in tables]
            if all(sum(widths) <= WIDTHS[orientation] for widths in wanted):
                filled = [_filled(widths, WIDTHS[orientation]) for widths in wanted]
                return Fit(orientation, f"{size:g}", filled)
    # The smallest size holds a hundred times money.MAX in every cell.
    raise ValueError("a table is wider than the page")


def _filled(widths: list[float], width: float) -> list[str]:
    """What is left goes to the first column, the one with words, up to double; then to all."""
    left = width - sum(widths)
    first = min(left, widths[0])
    rest = (left - first) / len(widths)
    return [f"{one + rest + (first if not index else 0):.2f}" for index, one in enumerate(widths)]
