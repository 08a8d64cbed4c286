"""A province to work in, and the proof afterwards that nothing it can prove was broken."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from projects.models import Proposal


@pytest.fixture
def place(db: None) -> SimpleNamespace:
    from tests import make

    return make.world()


@pytest.fixture
def nothing_is_broken(db: None) -> Iterator[None]:
    from khuyencong.core import invariants

    yield
    assert [str(row) for row in invariants.violations()] == []


@pytest.fixture
def empty(place: SimpleNamespace) -> Proposal:
    """A draft that has only what it cannot exist without."""
    from projects import drafts

    return drafts.create(
        place.programme, 2026, title="Máy sao chè", kind="single", by=place.people.canbo
    )
