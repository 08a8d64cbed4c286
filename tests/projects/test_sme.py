"""The size of an enterprise follows from labour, and from revenue or capital."""

import pytest

from projects import sme
from projects.models import Enterprise

BILLION = 10**9


@pytest.mark.parametrize(
    ("workers", "revenue", "capital", "size"),
    [
        (10, 3, None, "micro"),
        (10, 99, 3, "micro"),
        (10, 4, 4, "small"),
        (11, 1, None, "small"),
        (100, 50, None, "small"),
        (100, 51, 21, "medium"),
        (101, 1, 1, "medium"),
        (200, 200, None, "medium"),
        (200, 201, 101, "larger"),
        (201, 1, 1, "larger"),
        (10, 4, None, None),
        (10, None, None, None),
        (None, 1, 1, None),
    ],
)
def test_a_size_needs_labour_and_one_of_revenue_and_capital(workers, revenue, capital, size):
    row = Enterprise(
        kind="company",
        workers=workers,
        revenue=None if revenue is None else revenue * BILLION,
        capital=None if capital is None else capital * BILLION,
    )
    found = sme.size_of(row)
    assert (found.code if found else None) == size
    if found:
        assert "chưa đối chiếu" in found.confidence and found.legal_ref


def test_a_household_has_no_size_by_that_law():
    assert sme.size_of(Enterprise(kind="household", workers=3, revenue=1, capital=1)) is None
