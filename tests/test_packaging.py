"""What stands around the code: CI, containers, README, and the two databases of the suite."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import yaml
from django.conf import settings
from django.db import connection

from tests.processes import ROOT
from tests.servers import environment


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load(read("docker-compose.yml"))


def test_ci_calls_make_test():
    assert re.search(r"\bmake test\b", read(".ci/run"))
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_compose_has_every_part_of_production_and_watches_it(compose: dict):
    services = compose["services"]
    assert set(services) == {
        *("roles", "prepare", "web", "worker", "scheduler", "db", "redis", "proxy"),
    }
    for name, service in services.items():
        if name not in {"roles", "prepare"}:
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name
        for needed in service.get("depends_on", {}):
            assert needed in services, (name, needed)


def test_only_the_proxy_is_reached_from_outside(compose: dict):
    assert {name for name, service in compose["services"].items() if "ports" in service} == {
        "proxy"
    }


def test_compose_keeps_what_must_survive(compose: dict):
    services = compose["services"]
    assert services["db"]["image"].startswith("postgres:15")
    command = services["redis"]["command"]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    for name in ("db", "redis", "web", "worker", "scheduler"):
        volume = services[name]["volumes"][0].partition(":")[0]
        assert volume in compose["volumes"], name


def test_compose_holds_no_secret_and_refuses_to_start_without_one(compose: dict):
    text = read("docker-compose.yml")
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "APP_DB_PASSWORD", "ALLOWED_HOSTS"):
        assert f"${{{name}:?" in text, name
    web = compose["services"]["web"]["environment"]
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "BEHIND_PROXY"} <= set(web)


def test_only_migrations_know_the_owner_of_the_tables(compose: dict):
    services = compose["services"]
    for name in ("web", "worker", "scheduler"):
        assert "DATABASE_OWNER_URL" not in services[name]["environment"], name
        assert "//khuyencong_app:" in services[name]["environment"]["DATABASE_URL"], name
    assert "//khuyencong:" in services["prepare"]["environment"]["DATABASE_OWNER_URL"]
    assert "roles" in services["prepare"]["depends_on"]
    assert "khuyencong_app" in " ".join(services["roles"]["command"])


def test_the_image_is_locked_and_not_root():
    text = read("Dockerfile")
    assert re.search(r"^FROM python:3\.13-slim", text, re.MULTILINE)
    assert "--require-hashes -r requirements.txt" in text
    assert "fonts-liberation2" in text
    assert re.search(r"^USER (?!root)\w+", text, re.MULTILINE)
    ignored = read(".dockerignore").split()
    assert {".git", ".venv", "var"} <= set(ignored)


def test_readme_explains_every_setting():
    used = set()
    for name in ("khuyencong/settings.py", "khuyencong/supervisor.py"):
        used |= set(re.findall(r"(?:env_\w+|environ\.get)\(\s*\"([A-Z_]+)\"", read(name)))
    assert used >= {"DATABASE_URL", "PORT"}
    missing = {name for name in used if f"`{name}`" not in read("README.md")}
    assert not missing


def check_settings(**changes: str) -> subprocess.CompletedProcess[str]:
    env = environment(settings.DATA_DIR) | changes
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=ROOT,
        env=env | {"DJANGO_SETTINGS_MODULE": "khuyencong.settings"},
        capture_output=True,
        encoding="utf-8",
    )


def test_no_secret_has_a_default_outside_the_embedded_run():
    database = {"DATABASE_URL": "postgres://khuyencong@localhost/khuyencong"}
    assert check_settings().returncode == 0
    refused = check_settings(**database)
    assert refused.returncode != 0
    assert "SECRET_KEY must be set" in refused.stderr
    assert check_settings(**database, SECRET_KEY="given").returncode == 0


@pytest.mark.sqlite
@pytest.mark.django_db
def test_the_embedded_database_is_one_that_bears_two_writers():
    assert connection.vendor == "sqlite"
    assert connection.transaction_mode == "IMMEDIATE"
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.django_db
def test_the_suite_runs_on_postgresql_through_psycopg2():
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    assert connection.vendor == "postgresql"
    assert not is_psycopg3
