"""Charts: places, figures and colours, on screen and on paper."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from django.template import engines
from django.utils import translation

from khuyencong.core import charts
from khuyencong.core.charts import Segment, YearRow
from khuyencong.core.drawings import PALETTE
from tests.processes import ROOT

MILLION = 10**6
YEARS = [
    YearRow(2031, 10_814 * MILLION, 5_620 * MILLION, 1_644 * MILLION),
    YearRow(2032, 21_004 * MILLION),
    YearRow(2033, 20_714 * MILLION, 0, 0),
]
MIX = [
    Segment("Quốc gia", 15_820 * MILLION, "national"),
    Segment("Tỉnh", 11_080 * MILLION, "provincial"),
    Segment("Cơ sở", 48_400 * MILLION, "counterpart"),
]


@pytest.fixture(autouse=True)
def vietnamese():
    with translation.override("vi"):
        yield


def draw(drawing: object) -> str:
    return engines["django"].from_string("{% chart drawing %}").render({"drawing": drawing})


def test_a_paper_names_its_font():
    source = "{% chart drawing font='Liberation Serif' %}"
    html = engines["django"].from_string(source).render({"drawing": charts.strip(MIX, title="x")})
    assert 'font-family="Liberation Serif"' in html
    assert "font-family" not in draw(charts.strip(MIX, title="x"))


def tree(drawing: object) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{draw(drawing)}</div>")


def texts(drawing: object) -> list[str]:
    return [element.text or "" for element in tree(drawing).iter("text")]


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (21_004 * MILLION, [5_000, 10_000, 15_000, 20_000]),
        (10_000 * MILLION, [2_000, 4_000, 6_000, 8_000, 10_000]),
        (300 * MILLION, [100, 200, 300]),
        (0, []),
        (-5, []),
    ],
)
def test_the_axis_has_few_and_round_steps(top, ticks):
    assert charts.nice_ticks(top) == [tick * MILLION for tick in ticks]


@pytest.mark.parametrize("top", [1, 3, 7, 99, 12_345, 6 * 10**17])
def test_the_axis_never_has_more_than_five_steps(top):
    ticks = charts.nice_ticks(top)
    assert 1 <= len(ticks) <= 5 and ticks[-1] <= top


def test_every_year_prints_its_plan_and_the_stages_that_have_room():
    shown = texts(charts.year_bars(YEARS, title="Theo năm"))
    for figure in ("10.814", "21.004", "20.714", "5.620", "2031", "2032", "2033", "20.000"):
        assert figure in shown


def test_a_bar_is_as_high_as_its_figure():
    rects = charts.year_bars(YEARS, title="Theo năm").rects
    heights = {rect.kind: float(rect.height) for rect in rects[:3]}
    assert heights["committed"] / heights["planned"] == pytest.approx(5_620 / 10_814, abs=0.001)
    assert heights["disbursed"] / heights["planned"] == pytest.approx(1_644 / 10_814, abs=0.001)
    assert len(rects) == 5, "what is zero or unknown has no bar"


def test_the_chart_says_in_words_what_it_shows():
    chart = charts.year_bars(YEARS, title="Theo năm", uid="y1")
    assert chart.desc.startswith("Kế hoạch: 2031 10.814; 2032 21.004; 2033 20.714. Cam kết: 2031")
    svg = tree(chart).find("svg")
    assert svg.get("role") == "img" and svg.get("aria-labelledby") == "y1-t"
    assert svg.find("title").text == "Theo năm" and svg.find("desc").get("id") == "y1-d"


def test_a_plan_that_is_exceeded_keeps_a_mark_of_its_own():
    over = charts.year_bars([YearRow(2031, 100 * MILLION, 150 * MILLION)], title="x")
    assert len(over.marks) == 2
    assert len(charts.year_bars(YEARS, title="x").marks) == 1, "the base line alone"


def test_a_year_without_a_plan_has_a_dash_and_no_data_at_all_still_draws():
    assert "–" in texts(charts.year_bars([YearRow(2031, None)], title="x"))
    empty = charts.year_bars([], title="x")
    assert empty.desc == "Chưa có số liệu." and draw(empty)


def test_the_legend_is_drawn_for_papers():
    chart = charts.year_bars(YEARS, title="x", legend=True, stages=("A", "B", "C"))
    assert {"A", "B", "C"} <= set(texts(chart))
    assert "A" not in texts(charts.year_bars(YEARS, title="x", stages=("A", "B", "C")))


def test_a_strip_prints_the_share_of_each_part():
    chart = charts.strip(MIX, title="Cơ cấu nguồn")
    assert texts(chart) == ["21,0%", "14,7%", "64,3%"]
    assert chart.desc == "Quốc gia 21,0%; Tỉnh 14,7%; Cơ sở 64,3%"
    assert sum(float(rect.width.rstrip("%")) for rect in chart.rects) == pytest.approx(100, abs=0.1)
    assert len(chart.lines) == 2


def test_a_strip_of_counts_leaves_room_up_to_the_whole():
    parts = [Segment("Trong hạn", 6, "committed"), Segment("Quá hạn", 2, "bad")]
    chart = charts.strip(parts, title="Sở", whole=16, shares=False)
    assert [rect.width for rect in chart.rects] == ["37.5%", "12.5%", "50%"]
    assert chart.rects[-1].kind == "planned" and not chart.labels
    assert chart.desc == "Trong hạn 6; Quá hạn 2"
    assert charts.strip([], title="Sở").rects == []


def test_parts_that_exceed_the_whole_stay_inside_the_strip():
    chart = charts.strip([Segment("A", 30, "ok"), Segment("B", 10, "bad")], title="x", whole=20)
    assert [rect.width for rect in chart.rects] == ["75%", "25%"]


@pytest.mark.parametrize("total", [1, 3, 5, 30])
def test_there_is_one_block_for_each_thing_to_reach(total):
    chart = charts.unit_blocks(total)
    assert [rect.kind for rect in chart.rects] == ["open"] * total
    last = chart.rects[-1]
    assert float(last.x) + float(last.width) <= 380.01
    assert chart.summary == f"Đã nghiệm thu 0/{total}, chưa có đề án nào"


def test_blocks_tell_done_from_running_from_reviewing():
    chart = charts.unit_blocks(5, done=1, running=1, reviewing=2)
    assert [rect.kind for rect in chart.rects] == [
        "done",
        "running",
        "reviewing",
        "reviewing",
        "open",
    ]
    assert chart.summary == "Đã nghiệm thu 1/5, 1 đang thực hiện, 2 đang thẩm định"
    x = float(chart.rects[1].x)
    places = [float(found) for found in re.findall(r"[ML]([\d.]+) ", chart.hatch)]
    assert places and all(x - 0.01 <= place <= x + 71 for place in places), "hatched inside only"


def test_more_than_planned_or_very_many_still_fit():
    assert [r.kind for r in charts.unit_blocks(3, done=5).rects] == ["done"] * 3
    many = charts.unit_blocks(1000, done=500)
    assert len(many.rects) == 60 and [r.kind for r in many.rects].count("done") == 30
    assert charts.unit_blocks(0).rects == []


@pytest.mark.parametrize(("percent", "shown"), [(62, 62), (-1, 0), (150, 100)])
def test_progress_stays_between_nothing_and_all(percent, shown):
    html = draw(charts.progress_bar(percent, label="Lập báo cáo", text="dựng trang 18/29"))
    assert f'aria-valuenow="{shown}"' in html and f'width="{shown}%"' in html
    assert 'aria-valuetext="dựng trang 18/29"' in html and 'role="progressbar"' in html


def test_no_coordinate_is_written_the_vietnamese_way():
    drawings = [
        charts.year_bars(YEARS, title="x"),
        charts.strip(MIX, title="x"),
        charts.unit_blocks(30, running=4),
    ]
    for drawing in drawings:
        for element in tree(drawing).iter():
            for name in ("x", "y", "x1", "x2", "y1", "y2", "width", "height", "d"):
                assert "," not in element.get(name, ""), (name, element.attrib)


def test_drawings_need_no_style_and_screen_and_paper_have_the_same_colours():
    for drawing in (charts.year_bars(YEARS, title="x"), charts.unit_blocks(3, running=1)):
        assert "style=" not in draw(drawing) and "url(" not in draw(drawing)
    raw = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    tokens = dict(re.findall(r"--([\w-]+):\s*([^;]+);", raw))

    def colour(name: str) -> str:
        value = tokens[name]
        inner = re.fullmatch(r"var\(--([\w-]+)\)", value)
        return colour(inner[1]) if inner else value

    names = {f"src-{kind}": kind for kind in ("national", "provincial", "counterpart", "other")}
    names |= {f"st-{stage}": stage for stage in ("planned", "committed", "disbursed")}
    names |= {"ok-solid": "ok", "warn-solid": "warn", "bad-solid": "bad", "line": "line"}
    names |= {"field-line": "axis", "text": "text", "text-2": "text-2", "text-3": "text-3"}
    assert {kind: colour(token) for token, kind in names.items()} == {
        kind: PALETTE[kind] for kind in names.values()
    }


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_figures_on_colour_can_be_read():
    drawings = [charts.year_bars(YEARS, title="x"), charts.strip(MIX, title="x")]
    kinds = {rect.kind for drawing in drawings for rect in drawing.rects} - {"planned"}
    assert kinds == {"committed", "disbursed", "national", "provincial", "counterpart"}
    for kind in kinds:
        ink = PALETTE["paper" if kind in charts.DARK else "text"]
        light, dark = sorted((luminance(ink), luminance(PALETTE[kind])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, kind


PAPER = """
import sys
from io import BytesIO
from pypdf import PdfReader
from weasyprint import HTML
pdf = HTML(string=sys.stdin.buffer.read().decode()).write_pdf(uncompressed_pdf=True)
page = PdfReader(BytesIO(pdf)).pages[0]
sys.stdout.buffer.write((page.extract_text() + "\\n---\\n").encode())
sys.stdout.buffer.write(page.get_contents().get_data())
"""


def test_papers_carry_the_same_figures_and_colours():
    drawings = [
        charts.year_bars(YEARS, title="Theo năm", legend=True),
        charts.strip(MIX, title="Cơ cấu nguồn"),
        charts.unit_blocks(5, done=1, running=1),
    ]
    html = "".join(f"<div>{draw(drawing)}</div>" for drawing in drawings)
    # In a process of its own: WeasyPrint never enters one that serves pages.
    done = subprocess.run(
        [sys.executable, "-c", PAPER], input=html.encode(), capture_output=True, check=True
    )
    text, _rule, content = done.stdout.decode("utf-8", "replace").partition("\n---\n")
    for figure in ("10.814", "21.004", "5.620", "Kế hoạch", "21,0%", "64,3%", "Đã nghiệm thu 1/5"):
        assert figure in text, figure
    fills = {
        tuple(round(float(part) * 255) for part in found.split())
        for found in re.findall(r"((?:[\d.]+ ){3})(?:rg|scn)", content)
    }
    for kind in ("planned", "committed", "national", "provincial", "counterpart"):
        value = PALETTE[kind]
        assert tuple(int(value[i : i + 2], 16) for i in (1, 3, 5)) in fills, kind
