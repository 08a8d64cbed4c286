"""Columns wide enough for what they hold."""

import pytest

from khuyencong.core import money
from reports import layout
from reports.layout import Column


def table(figure: str, columns: int = 9) -> list[Column]:
    return [
        Column("Nguồn", ["Khuyến công quốc gia", "Tổng cộng"], words=True),
        *[Column("Giao dự toán", [figure, "0"]) for _ in range(columns)],
    ]


def test_ordinary_figures_stand_upright_in_large_type():
    fit = layout.fit([table("75.300")])
    assert fit.orientation == "portrait"
    assert float(fit.size) >= 10


def test_long_figures_lie_across():
    fit = layout.fit([table(money.format_dong(money.MAX))])
    assert fit.orientation == "landscape"


def test_the_widest_page_holds_a_hundred_times_the_largest_amount():
    assert layout.fit([table(money.format_dong(100 * money.MAX))])


def test_what_no_page_holds_is_refused():
    with pytest.raises(ValueError, match="wider"):
        layout.fit([table("9" * 60)])


@pytest.mark.parametrize("figure", ["1", "75.300", money.format_dong(money.MAX)])
def test_columns_fill_the_page_and_none_is_too_narrow(figure: str):
    columns = table(figure)
    fit = layout.fit([columns])
    widths = [float(width) for width in fit.widths[0]]
    assert sum(widths) == pytest.approx(layout.WIDTHS[fit.orientation], abs=0.1)
    for column, width in zip(columns, widths, strict=True):
        assert width >= layout.least(column, float(fit.size)) - 0.01


def test_a_long_word_is_broken_and_a_long_figure_is_not():
    word, figure = "N" * 90, "9" * 40
    assert layout.least(Column(word, []), 10) < 30
    assert layout.least(Column("x", [word], words=True), 10) < 30
    assert layout.least(Column("x", [figure]), 10) > 60


def test_widths_are_written_with_a_point():
    assert all("," not in width for width in layout.fit([table("1,5")]).widths[0])
