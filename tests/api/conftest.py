"""Fixtures of the API's tests. Django is not set up yet when this is read."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def api(db: None) -> Callable[..., Any]:
    """Makes a client with a key of a user: ``api(user, "write")``."""
    from tests.api.clients import client_of

    return client_of


@pytest.fixture
def place(db: None) -> SimpleNamespace:
    """A small province (tests/make.py)."""
    from tests import make

    return make.world()
