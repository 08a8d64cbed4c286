"""What a chart is made of when it reaches a template.

Colours, sizes and places are attributes, since a paper has no style sheet of ours. Coordinates
are ready-made text: a template would write 12,5 for 12.5 on a Vietnamese page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

# The same values as in static/css/tokens.css.
PALETTE: Final[Mapping[str, str]] = {
    "national": "#27397a",
    "provincial": "#17806f",
    "counterpart": "#8a7036",
    "other": "#5a6377",
    "planned": "#d5dbea",
    "committed": "#6d82bf",
    "disbursed": "#27397a",
    "ok": "#1c7a4e",
    "warn": "#c98a0b",
    "bad": "#b3281f",
    "line": "#dde1e9",
    "axis": "#7d869a",
    "text": "#171c28",
    "text-2": "#3a4254",
    "text-3": "#5a6377",
    "paper": "#ffffff",
}


@dataclass(frozen=True)
class Rect:
    x: str
    y: str
    width: str
    height: str
    kind: str
    fill: str
    stroke: str = "none"
    stroke_width: str = "0"


@dataclass(frozen=True)
class Line:
    x1: str
    y1: str
    x2: str
    y2: str
    stroke: str
    width: str = "1"


@dataclass(frozen=True)
class Label:
    x: str
    y: str
    text: str
    fill: str
    anchor: str = "middle"
    weight: str = "400"
    size: str = "11"


@dataclass(frozen=True)
class YearChart:
    template: ClassVar[str] = "_includes/chart_years.html"
    uid: str
    title: str
    desc: str
    viewbox: str
    lines: list[Line]
    rects: list[Rect]
    marks: list[Line]
    labels: list[Label]


@dataclass(frozen=True)
class StripChart:
    template: ClassVar[str] = "_includes/chart_strip.html"
    uid: str
    title: str
    desc: str
    height: str
    rects: list[Rect]
    lines: list[Line]
    labels: list[Label]


@dataclass(frozen=True)
class UnitChart:
    template: ClassVar[str] = "_includes/chart_units.html"
    viewbox: str
    rects: list[Rect]
    hatch: str
    hatch_stroke: str
    summary: str


@dataclass(frozen=True)
class ProgressChart:
    template: ClassVar[str] = "_includes/chart_progress.html"
    percent: int
    label: str
    text: str
    rects: list[Rect]
