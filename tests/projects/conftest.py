"""A province to work in, and the proof afterwards that nothing it can prove was broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

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


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    """A folder of files of the test's own: rows are rolled back, files are not."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What the broker was told, instead of a broker."""
    from khuyencong import bell

    heard: list[tuple[str, int]] = []
    monkeypatch.setattr(bell, "ring", lambda task, pk=0: heard.append((task, pk)) or True)
    return heard
