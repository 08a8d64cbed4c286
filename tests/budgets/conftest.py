"""A province to work in, and what the money itself can prove afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest


@pytest.fixture
def place(db: None) -> SimpleNamespace:
    from tests import make

    return make.world()


@pytest.fixture
def books_agree(db: None) -> Iterator[None]:
    """For rows that belong to no dossier: only what the money itself can prove is asked."""
    from budgets import invariants

    yield
    assert list(invariants.cells_hold_what_the_ledger_says()) == []
    assert list(invariants.corrections_reverse()) == []
    assert list(invariants.money_is_positive()) == []
