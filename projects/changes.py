"""One place of a dossier that differs between two of its rounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from projects import text_changes
from projects.dossier_parts import section_of


@dataclass
class Change:
    """One place that differs. ``before`` and ``after`` are words, the amounts are đồng.

    ``kind`` is ``changed``, ``added`` or ``removed``; ``field`` names the place as the form does.
    """

    label: str
    before: str = ""
    after: str = ""
    before_amount: int | None = None
    after_amount: int | None = None
    is_money: bool = False
    kind: str = "changed"
    field: str = ""

    @property
    def section(self) -> str:
        """The part of the form it stands in."""
        return section_of(self.field)

    @property
    def difference(self) -> int | None:
        """How much more is asked now, in đồng."""
        return (self.after_amount or 0) - (self.before_amount or 0) if self.is_money else None

    @property
    def fall(self) -> int | None:
        """The difference without its sign: less money is written with a true minus."""
        return None if self.difference is None else abs(self.difference)

    @property
    def digits(self) -> int:
        """How many decimals of a triệu show both amounts to the last đồng."""
        amounts = [self.before_amount or 0, self.after_amount or 0]
        return next((n for n in (1, 3) if not any(x % 10 ** (6 - n) for x in amounts)), 6)

    @cached_property
    def pieces(self) -> text_changes.Both:
        """Both texts in pieces, each marked as changed or not; long stretches left out."""
        return text_changes.between(self.before, self.after)
