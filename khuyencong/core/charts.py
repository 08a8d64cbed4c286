"""Charts drawn by the server as SVG: the same drawing on screen and on paper.

Each function computes a drawing; ``{% chart drawing %}`` renders it. Figures are in đồng and
printed in triệu.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from khuyencong.core.drawings import (
    PALETTE,
    Label,
    Line,
    ProgressChart,
    Rect,
    StripChart,
    UnitChart,
    YearChart,
)
from khuyencong.core.templatetags.kc import number, pct, trieu

DARK: Final = {"national", "provincial", "counterpart", "other", "disbursed", "ok", "bad"}
_AXIS: Final = (PALETTE["text-3"], "end")
_DIGIT: Final = 6.4  # about the width of a digit at the size of the axis


class YearRow(NamedTuple):
    """One year of the phasing; None is a figure that does not exist."""

    year: int
    planned: int | None
    committed: int | None = None
    disbursed: int | None = None


class Segment(NamedTuple):
    """One part of a strip; ``kind`` is a key of the palette."""

    label: str
    amount: int
    kind: str


def _n(value: float | Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def nice_ticks(top: int) -> list[int]:
    """At most five round steps (1, 2 or 5 and zeros) up to ``top``."""
    if top <= 0:
        return []
    step = 1
    while 5 * step < top:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return list(range(step, top + 1, step))


def year_bars(
    rows: Sequence[YearRow],
    *,
    title: str,
    stages: tuple[str, str, str] | None = None,
    highlight: int | None = None,
    legend: bool = False,
    uid: str = "years",
) -> YearChart:
    """Bars a year: planned pale, committed on it, disbursed on that, each with its figure."""
    names = stages or (_("Kế hoạch"), _("Cam kết"), _("Giải ngân"))
    top = max((figure or 0 for row in rows for figure in row[1:]), default=0)
    ticks = nice_ticks(top)
    left = 12 + _DIGIT * max((len(trieu(tick)) for tick in ticks), default=0)
    head, base, width = (46 if legend else 26), (226 if legend else 206), 400
    pitch = (width - left) / max(len(rows), 1)
    bar = min(46.0, pitch * 0.68)
    lines = [
        Line(_n(left), _n(y), str(width), _n(y), PALETTE["line"])
        for y in (_level(tick, top, head, base) for tick in ticks)
    ]
    labels = [
        Label(_n(left - 6), _n(_level(tick, top, head, base) + 4), trieu(tick), *_AXIS)
        for tick in ticks
    ]
    rects: list[Rect] = []
    marks: list[Line] = []
    for index, row in enumerate(rows):
        x = left + pitch * index + (pitch - bar) / 2
        _draw_year(row, x, bar, (top, head, base), rects, labels)
        if row.planned and max(row.committed or 0, row.disbursed or 0) > row.planned:
            y = _n(_level(row.planned, top, head, base))
            marks.append(Line(_n(x - 5), y, _n(x + bar + 5), y, PALETTE["text"], "2"))
        strong = row.year == highlight
        labels.append(
            Label(
                _n(x + bar / 2),
                _n(base + 18),
                str(row.year),
                PALETTE["disbursed" if strong else "text-2"],
                weight="600" if strong else "400",
                size="12.5",
            )
        )
    marks.append(Line(_n(left), _n(base), str(width), _n(base), PALETTE["axis"]))
    if legend:
        _draw_legend(names, rects, labels)
    box = f"0 0 {width} {base + 22}"
    return YearChart(uid, title, _in_words(rows, names), box, lines, rects, marks, labels)


def _level(amount: int, top: int, head: int, base: int) -> float:
    return base - (base - head) * amount / top if top else float(base)


def _draw_year(
    row: YearRow,
    x: float,
    bar: float,
    scale: tuple[int, int, int],
    rects: list[Rect],
    labels: list[Label],
) -> None:
    base = scale[2]
    middle = _n(x + bar / 2)
    kinds = ("planned", "committed", "disbursed")
    highest = float(base)
    # From the back to the front; a figure is printed in what its neighbour leaves free.
    for kind, figure, inner in zip(kinds, row[1:], (*row[2:], None), strict=True):
        if figure is None or (figure == 0 and kind != "planned"):
            continue
        y = _level(figure, *scale)
        stroke = (PALETTE["committed"], "0.75") if kind == "planned" else ("none", "0")
        rects.append(Rect(_n(x), _n(y), _n(bar), _n(base - y), kind, PALETTE[kind], *stroke))
        highest = min(highest, y)
        free = (_level(inner, *scale) if inner else base) - y
        fits = free >= 14 and _DIGIT * len(trieu(figure)) <= bar
        if kind != "planned" and fits:
            ink = PALETTE["paper" if kind in DARK else "text"]
            labels.append(Label(middle, _n(y + 11.5), trieu(figure), ink))
    labels.append(
        Label(middle, _n(highest - 7), trieu(row.planned), PALETTE["text"], weight="600", size="12")
    )


def _draw_legend(names: tuple[str, ...], rects: list[Rect], labels: list[Label]) -> None:
    x = 0.0
    for kind, name in zip(("planned", "committed", "disbursed"), names, strict=True):
        rects.append(
            Rect(_n(x), "2", "10", "10", kind, PALETTE[kind], PALETTE["committed"], "0.75")
        )
        labels.append(Label(_n(x + 15), "11", name, PALETTE["text-2"], "start"))
        x += 32 + 6 * len(name)


def _in_words(rows: Sequence[YearRow], names: tuple[str, ...]) -> str:
    sentences = []
    for position, name in enumerate(names, start=1):
        figures = [f"{row.year} {trieu(row[position])}" for row in rows if row[position]]
        if figures:
            sentences.append(f"{name}: {'; '.join(figures)}.")
    return " ".join(sentences) or _("Chưa có số liệu.")


def strip(
    segments: Sequence[Segment],
    *,
    title: str,
    whole: int | None = None,
    shares: bool = True,
    height: int = 20,
    uid: str = "strip",
) -> StripChart:
    """A bar of parts, each with its share. ``whole`` leaves room for what is not there yet.

    ``shares=False`` is for small bars of counts: nothing is printed on them.
    """
    total = max(whole or 0, sum(segment.amount for segment in segments))
    rects, labels, words = [], [], []
    start = Fraction(0)
    edges = []
    for segment in segments:
        if not total or not segment.amount:
            continue
        share = Fraction(segment.amount, total)
        shown = pct(share) if shares else number(segment.amount)
        rects.append(_part(start, share, segment.kind, str(height)))
        if shares and share >= Fraction(6, 100):
            ink = PALETTE["paper" if segment.kind in DARK else "text"]
            middle = _n((start + share / 2) * 100) + "%"
            labels.append(Label(middle, _n(height / 2 + 4), shown, ink, weight="600", size="12"))
        words.append(f"{segment.label} {shown}")
        start += share
        edges.append(start)
    if total and start < 1:
        rects.append(_part(start, 1 - start, "planned", str(height)))
    lines = [
        Line(_n(edge * 100) + "%", "0", _n(edge * 100) + "%", str(height), PALETTE["paper"], "2")
        for edge in edges
        if edge < 1
    ]
    desc = "; ".join(words) or _("Chưa có số liệu.")
    return StripChart(uid, title, desc, str(height), rects, lines, labels)


def _part(start: Fraction, share: Fraction, kind: str, height: str) -> Rect:
    return Rect(_n(start * 100) + "%", "0", _n(share * 100) + "%", height, kind, PALETTE[kind])


_UNITS_WIDTH: Final = 380
_UNITS_HEIGHT: Final = 12
_GAP: Final = 3
_MOST_BLOCKS: Final = 60


def unit_blocks(total: int, *, done: int = 0, running: int = 0, reviewing: int = 0) -> UnitChart:
    """One block for each thing to reach: done full, running hatched, under review outlined."""
    blocks = min(max(total, 0), _MOST_BLOCKS)
    counts = (("done", done), ("running", running), ("reviewing", reviewing))
    kinds: list[str] = []
    for kind, count in counts:
        kinds += [kind] * min(count * blocks // total if total else 0, blocks - len(kinds))
    kinds += ["open"] * (blocks - len(kinds))
    width = min(72.0, (_UNITS_WIDTH - _GAP * (blocks - 1)) / blocks) if blocks else 0.0
    rects, hatches = [], []
    for index, kind in enumerate(kinds):
        x = index * (width + _GAP)
        rects.append(_block(x, width, kind))
        if kind == "running":
            hatches.append(_hatch(x + 0.75, 0.75, width - 1.5, _UNITS_HEIGHT - 1.5))
    said = [_("Đã nghiệm thu %(done)s/%(total)s") % {"done": number(done), "total": number(total)}]
    if running:
        said.append(_("%(count)s đang thực hiện") % {"count": number(running)})
    if reviewing:
        said.append(_("%(count)s đang thẩm định") % {"count": number(reviewing)})
    if not (done or running or reviewing):
        said.append(_("chưa có đề án nào"))
    box = f"0 0 {_UNITS_WIDTH} {_UNITS_HEIGHT}"
    return UnitChart(box, rects, "".join(hatches), PALETTE["disbursed"], ", ".join(said))


def _block(x: float, width: float, kind: str) -> Rect:
    if kind == "done":
        return Rect(_n(x), "0", _n(width), str(_UNITS_HEIGHT), kind, PALETTE["disbursed"])
    if kind == "open":
        return Rect(_n(x), "0", _n(width), str(_UNITS_HEIGHT), kind, PALETTE["planned"])
    edge = PALETTE["disbursed" if kind == "running" else "committed"]
    inside = (_n(x + 0.75), "0.75", _n(width - 1.5), _n(_UNITS_HEIGHT - 1.5))
    return Rect(*inside, kind, PALETTE["paper"], edge, "1.5")


def _hatch(x: float, y: float, width: float, height: float) -> str:
    """Strokes from lower left to upper right, cut at the block's edges: no pattern, so no id."""
    strokes = []
    offset = 4.0
    while offset < width + height:
        x1, y1 = (x + offset - height, y + height) if offset > height else (x, y + offset)
        x2, y2 = (x + offset, y) if offset < width else (x + width, y + offset - width)
        strokes.append(f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}")
        offset += 4.0
    return "".join(strokes)


def progress_bar(
    percent: int, *, label: str, text: str = "", kind: str = "disbursed"
) -> ProgressChart:
    """How far a job is, 0 to 100, with ``text`` saying the same in words."""
    percent = min(max(int(percent), 0), 100)
    rects = [
        Rect("0", "0", "100%", "10", "planned", PALETTE["planned"]),
        Rect("0", "0", f"{percent}%", "10", kind, PALETTE[kind]),
    ]
    return ProgressChart(percent, label, text or f"{percent}%", rects)
