"""How many questions a page asks the database, at 100 and at 10.000 proposals, and its time."""

from __future__ import annotations

import time
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from khuyencong.core.models import User
from projects.models import Proposal
from tests.bench import Result, median

SMALL, LARGE = 100, 10_000
ROUNDS = 7


def run() -> list[Result]:
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        call_command("make_load", proposals=SMALL, seed=1, verbosity=0)
        few = _measured()
        rest = max(LARGE - Proposal.objects.count(), 1)
        call_command("make_load", proposals=rest, seed=2, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        many = _measured()
    results = []
    for name, limit in (("list", 12), ("dashboard", 15), ("proposal", 20), ("desk", 20)):
        (before, quick), (after, slow) = few[name], many[name]
        results.append(
            Result(
                f"queries of the {name} page, {LARGE} proposals",
                after,
                limit,
                detail=f"{before} at {SMALL}, {after} at {LARGE}",
            )
        )
        results.append(
            Result(
                f"queries of the {name} page, growth",
                after - before,
                0,
                detail="must be constant",
            )
        )
        results.append(
            Result(
                f"time of the {name} page, {LARGE} against {SMALL}",
                slow / quick,
                detail=f"{quick * 1000:.1f} and {slow * 1000:.1f} ms",
            )
        )
    return results


def _measured() -> dict[str, tuple[int, float]]:
    code = Proposal.objects.filter(status=Proposal.Status.SETTLED).latest("pk").code
    pages = {
        "list": ("lanhdao", "/de-an/"),
        "dashboard": ("lanhdao", "/tong-quan/"),
        "proposal": ("lanhdao", f"/de-an/{code}/"),
        "desk": ("sct", "/tham-dinh/"),
    }
    return {name: one(*page) for name, page in pages.items()}


def one(username: str, address: str) -> tuple[int, float]:
    """Questions of the second call of a page, and the median time of some more, in seconds."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=username))
    client.get(address)
    asked: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    times = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        client.get(address)
        times.append(time.perf_counter() - start)
    return len(asked), median(times)
