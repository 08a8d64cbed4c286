"""Benchmarks: ratios of figures measured side by side in one run.

A benchmark is a module here with ``run() -> list[Result]``. ``python -m tests.bench [name …]`` runs
them on a PostgreSQL and a Redis of their own; Django is set up before a module is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """One figure and its limit. ``at_least`` limits are passed from above."""

    name: str
    figure: float
    limit: float | None = None
    unit: str = ""
    at_least: bool = False
    detail: str = ""  # the figures a ratio comes from

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        passed = self.figure >= self.limit if self.at_least else self.figure <= self.limit
        return "ok" if passed else "MISSED"

    @property
    def limit_text(self) -> str:
        if self.limit is None:
            return ""
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}{self.unit}"


def quantile(figures: Sequence[float], share: float) -> float:
    """The figure that ``share`` of all lie at or below."""
    ordered = sorted(figures)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered) + 0.5) - 1))]


def median(figures: Sequence[float]) -> float:
    return quantile(figures, 0.5)
