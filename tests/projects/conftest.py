"""A province to work in, and the proof afterwards that nothing it can prove was broken."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest


@pytest.fixture
def place(db: None) -> SimpleNamespace:
    from tests import make

    return make.world()


@pytest.fixture
def nothing_is_broken(db: None) -> Iterator[None]:
    from khuyencong.core import invariants

    yield
    assert [str(row) for row in invariants.violations()] == []
