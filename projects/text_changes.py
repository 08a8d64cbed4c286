"""Two readings of a long text: only the paragraphs that differ, and in them only the words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from projects.common_ends import common_ends

AROUND: Final = 8  # words left standing on each side of a change
MOST: Final = 60_000  # word pairs to look at; beyond it the paragraph is shown whole
_WORD: Final = re.compile(r"\s*\S+|\s+$")
GAP: Final = " … "


@dataclass(frozen=True)
class Piece:
    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class Both:
    """The text before and after, each as pieces in their order."""

    before: list[Piece]
    after: list[Piece]


def between(before: str, after: str) -> Both:
    """Whole paragraphs that both have are left out where there is more than one."""
    if not before or not after:
        return Both(_whole(before), _whole(after))
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(old) == len(new) == 1:
        return _of_words(before, after)
    start, ends = common_ends(old, new)
    left, right = "".join(old[start : len(old) - ends]), "".join(new[start : len(new) - ends])
    found = _of_words(left, right) if left and right else Both(_whole(left), _whole(right))
    lead, tail = [Piece(GAP)] * bool(start), [Piece(GAP)] * bool(ends)
    return Both([*lead, *found.before, *tail], [*lead, *found.after, *tail])


def _whole(text: str) -> list[Piece]:
    return [Piece(text, is_changed=True)] if text else []


def _of_words(before: str, after: str) -> Both:
    old, new = _WORD.findall(before), _WORD.findall(after)
    start, ends = common_ends(old, new)
    a, b = old[start : len(old) - ends], new[start : len(new) - ends]
    if len(a) * len(b) > MOST:
        runs = [("replace", 0, len(a), 0, len(b))]
    else:
        runs = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    lead, tail = old[:start], old[len(old) - ends :] if ends else []
    left, right = _Side(lead), _Side(lead)
    for number, (what, i, j, k, m) in enumerate(runs):
        if what == "equal":
            last = number == len(runs) - 1 and not tail
            left.same(a[i:j], last=last)
            right.same(b[k:m], last=last)
        else:
            left.changed(a[i:j])
            right.changed(b[k:m])
    for side in (left, right):
        side.same(tail, last=True)
    return Both(left.pieces, right.pieces)


class _Side:
    """One of the two texts as it grows."""

    def __init__(self, lead: list[str]) -> None:
        self.pieces: list[Piece] = []
        if lead:
            self.same(lead, last=False)

    def same(self, words: list[str], *, last: bool) -> None:
        """A stretch both have: the words next to a change, and a gap for the others."""
        if not words:
            return
        first = not self.pieces
        if len(words) <= 2 * AROUND:
            text = "".join(words)
        else:
            text = "" if first else "".join(words[:AROUND])
            text += GAP + ("" if last else "".join(words[-AROUND:]).lstrip())
        self.pieces.append(Piece(text))

    def changed(self, words: list[str]) -> None:
        if words:
            self.pieces.append(Piece("".join(words), is_changed=True))
