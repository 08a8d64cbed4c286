"""Margins of a programme: the years and the sources add up to the same total."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from programmes import figures
from programmes.figures import Figures
from tests import make

pytestmark = pytest.mark.django_db
TRIEU = make.TRIEU


def of(years: dict, sources: dict, cells: dict | None = None, total: int | None = None) -> Figures:
    return Figures(
        total=TRIEU * (sum(years.values()) if total is None else total),
        years={year: TRIEU * amount for year, amount in years.items()},
        sources={source: TRIEU * amount for source, amount in sources.items()},
        cells={key: TRIEU * amount for key, amount in (cells or {}).items()},
    )


def messages(found: Figures) -> list[str]:
    return [fault.message for fault in figures.disagreements(found)]


def test_margins_alone_are_a_whole_programme():
    assert messages(of({2026: 30, 2027: 70}, {"national": 40, "counterpart": 60})) == []


def test_both_sums_are_named_when_they_disagree():
    (said,) = messages(of({2026: 30, 2027: 71}, {"national": 40, "counterpart": 60}, total=100))
    assert "theo năm là 101 triệu đồng" in said
    assert "theo nguồn là 100 triệu đồng" in said
    assert "ghi 100 triệu đồng" in said


def test_one_dong_is_enough_to_disagree():
    found = of({2026: 100}, {"national": 100})
    off = Figures(found.total, found.years, {"national": 100 * TRIEU + 1}, {})
    (said,) = messages(off)
    assert "theo năm là 100 triệu" in said and "theo nguồn là 100,000001 triệu" in said


def test_sums_that_agree_with_each_other_but_not_with_the_total_are_found():
    (said,) = messages(of({2026: 100}, {"national": 100}, total=90))
    assert "90 triệu đồng" in said


def test_cells_may_be_few_but_fit_both_margins():
    make.sources()
    years, sources = {2026: 30, 2027: 70}, {"national": 40, "counterpart": 60}
    assert messages(of(years, sources, {(2026, "national"): 10})) == []
    (said,) = messages(of(years, sources, {(2026, "national"): 31}))
    assert "Năm 2026: các ô cộng 31 triệu đồng, theo quyết định là 30" in said
    cells = {(2027, "national"): 41}
    (said,) = messages(of(years, sources, cells))
    assert "Nguồn Khuyến công quốc gia: các ô cộng 41 triệu đồng" in said


def test_a_full_row_must_equal_its_year():
    cells = {(2026, "national"): 10, (2026, "counterpart"): 19}
    (said,) = messages(of({2026: 30, 2027: 70}, {"national": 40, "counterpart": 60}, cells))
    assert "Năm 2026: các ô cộng 29" in said


def test_cells_that_leave_no_way_to_fill_the_others_are_found():
    # What is left of 2026 must come from enterprises, who have less than that in all years.
    cells = {(2026, "national"): 3}
    years, sources = {2026: 80, 2027: 20}, {"national": 40, "counterpart": 60}
    (said,) = messages(of(years, sources, cells))
    assert "năm 2026" in said and "77 triệu" in said and "60 triệu" in said
    assert messages(of(years, sources, {(2026, "national"): 20})) == []


def test_a_version_reads_back_as_its_figures():
    known = make.sources()
    programme = make.programme(make.province(), known)
    found = figures.of_version(programme.version)
    assert found.total == 20_000 * TRIEU
    assert found.years == dict.fromkeys(range(2026, 2031), 4_000 * TRIEU)
    assert found.sources["counterpart"] == 10_000 * TRIEU
    assert found.cells == {}
    assert figures.disagreements(found) == []


TABLES = st.lists(
    st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=4
).flatmap(
    lambda table: st.tuples(
        st.just(table),
        st.lists(st.booleans(), min_size=3 * len(table), max_size=3 * len(table)),
    )
)


class AnyTable(TestCase):
    @given(TABLES)
    def test_any_part_of_a_real_table_fits_its_margins(self, drawn):
        table, chosen = drawn
        found = self._figures(table, chosen)
        assert figures.disagreements(found) == []

    @given(TABLES, st.integers(1, 30))
    def test_a_full_table_fits_no_other_margins(self, drawn, more):
        table, _chosen = drawn
        found = self._figures(table, [True] * (3 * len(table)))
        key = (2001, "a")
        other = Figures(
            found.total, found.years, found.sources, {**found.cells, key: found.cells[key] + more}
        )
        assert figures.disagreements(other)

    def _figures(self, table: list[list[int]], chosen: list[bool]) -> Figures:
        cells = dict(
            zip(
                itertools.product(range(2001, 2001 + len(table)), "abc"),
                itertools.chain(*table),
                strict=True,
            )
        )
        return Figures(
            total=sum(cells.values()),
            years={2001 + index: sum(row) for index, row in enumerate(table)},
            sources={
                code: sum(column)
                for code, column in zip("abc", zip(*table, strict=True), strict=True)
            },
            cells={key: cells[key] for key, taken in zip(cells, chosen, strict=True) if taken},
        )
