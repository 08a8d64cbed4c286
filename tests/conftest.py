"""Where the tests run: a data folder of their own, PostgreSQL and Redis of their own.

KC_TEST_DB=sqlite runs them as the embedded portal would: SQLite in a file, and no Redis.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.processes import find
from tests.servers import OURS, Portal, Postgres, Redis

SQLITE = os.environ.get("KC_TEST_DB") == "sqlite"
# With -n the first process only hands out the tests; each of the others has its own servers.
HANDS_OUT = "PYTEST_XDIST_WORKER" not in os.environ and "-n" in sys.argv
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# pytest-django reads the settings only after this file, since nothing names them earlier.
if settings.configured:
    raise pytest.UsageError("unset DJANGO_SETTINGS_MODULE: the tests choose their own settings")
DATA_DIR = Path(tempfile.mkdtemp(prefix="kc-test-"))
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
for _name in OURS:
    os.environ.pop(_name, None)
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "khuyencong.settings",
    "DATA_DIR": str(DATA_DIR),
    "SECRET_KEY": "only-for-tests",
    "STATIC_MANIFEST": "0",
    "HTTPS": "0",
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
}
if not SQLITE and not HANDS_OUT:
    os.environ["DATABASE_URL"] = Postgres().start().url
    os.environ["REDIS_URL"] = Redis().start().url

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick log-ins
if SQLITE:
    # In a file: a database in memory knows neither WAL nor a second writer.
    settings.DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}


def pytest_configure() -> None:
    """The processes that get their tests from this one choose their settings themselves."""
    if HANDS_OUT:
        settings.INSTALLED_APPS  # noqa: B018  read now, while they are still named
        del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes name no test: a file made while collecting bears its second, and so would the name."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests that are about SQLite to the run on SQLite (``make test`` has both).

    The longest files go first, so that neither process waits for the other at the end.
    """
    items.sort(key=lambda item: not item.nodeid.startswith(("tests/faults/", "tests/e2e/")))
    if SQLITE:
        return
    elsewhere = [item for item in items if item.get_closest_marker("sqlite")]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Append-only tables may be emptied between tests that commit."""
    from tests import flushing

    flushing.allow()


@pytest.fixture(autouse=True)
def own_files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A folder of files of each database test's own: rows are rolled back, files are not."""
    if {"db", "transactional_db"} & set(request.fixturenames):
        given = request.getfixturevalue("settings")
        given.MEDIA_ROOT = tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def in_vietnamese() -> None:
    """Each test begins in the source language: a page read in English leaves it switched on."""
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    path = find("chromium", "chromium")
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The embedded portal as ``make run`` starts it, with its programme and demonstration data."""
    with Portal() as running:
        yield running
