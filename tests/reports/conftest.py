"""Imports models inside its fixtures: pytest reads this file before Django is set up."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    """A folder of files of the test's own: rows are rolled back, files are not."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def place(db: None) -> SimpleNamespace:
    from tests import make
    from tests.reports import places

    found = make.world()
    places.fill(found)
    return found


@pytest.fixture
def params(place: SimpleNamespace) -> dict[str, Any]:
    return {"programme": place.programme.code}


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers the broker was told, instead of a broker."""
    from reports import bell

    heard: list[int] = []
    monkeypatch.setattr(bell, "ring", lambda pk: heard.append(pk) or True)
    return heard


@pytest.fixture
def run(place: SimpleNamespace, params: dict[str, Any], rung: list[int]) -> Any:
    """A report that lanhdao has ordered and that waits for a worker."""
    from reports import runs

    return runs.order("budget-execution", params, "pdf", place.people.lanhdao)
