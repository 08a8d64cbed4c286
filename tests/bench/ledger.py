"""The guard of the money: postings a second of 16 processes on one cell, beside bare SQL."""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path

from tests.bench import Result, median, quantile, stage
from tests.processes import ROOT
from tests.servers import manage
from tests.teams import Team

SIZE = 16
PAIRS = 7
TIMES = 40  # postings a process in one go
ROUNDS = 6


def run() -> list[Result]:
    results = []
    with tempfile.TemporaryDirectory(prefix="kc-bench-ledger-") as name:
        folder = Path(name)
        results += _measured("PostgreSQL", _on_postgres(folder), at_least=0.4, slowest=300)
        results += _measured("SQLite", stage.portal(folder / "sqlite"), at_least=0.5, slowest=1000)
    return results


def _on_postgres(folder: Path) -> dict[str, str]:
    """A database of its own on the server of the benchmarks."""
    with contextlib.closing(stage.POSTGRES.connect("postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute("CREATE DATABASE ledger_bench")
    url = stage.POSTGRES.url.replace("/khuyencong?", "/ledger_bench?")
    return stage.portal(folder / "postgres", DATABASE_URL=url)


def _measured(name: str, env: dict[str, str], *, at_least: float, slowest: int) -> list[Result]:
    manage(env, "migrate", "-v0")
    with Team(SIZE, "tests.bench.posting", env, ROOT) as team:
        rounds = team.one("prepare", rounds=ROUNDS, size=SIZE, seed=1)
        cell = rounds[0][0]["cell"]
        team.one("fill", cell=cell)
        rates: dict[str, list[float]] = {"bare": [], "post": []}
        waits: list[float] = []
        before = team.one("sums", cell=cell)[0]
        for way in (*rates, *list(rates) * PAIRS):
            began = time.perf_counter()
            found = team.together([{"do": way, "cell": cell, "times": TIMES}] * SIZE)
            rates[way].append(SIZE * TIMES / (time.perf_counter() - began))
            if way == "post":
                waits += [1000 * seconds for one in found for seconds in one]
        stored, told = team.one("sums", cell=cell)
        assert stored == told == before + 2 * (1 + PAIRS) * SIZE * TIMES
        verbs = _verbs(team, rounds)
    # The first go of each warms its connections.
    pairs = list(zip(rates["post"][1:], rates["bare"][1:], strict=True))
    post, bare = median(rates["post"][1:]), median(rates["bare"][1:])
    return [
        Result(
            f"ledger.post, {SIZE} processes on one cell, {name}, against bare SQL",
            median([one / other for one, other in pairs]),
            at_least,
            at_least=True,
            detail=f"{post:,.0f}/s of {bare:,.0f}/s",
        ),
        Result(
            f"ledger.post, {name}, p99",
            quantile(waits, 0.99),
            slowest,
            " ms",
            detail=f"median {median(waits):.1f} ms",
        ),
        Result(f"the whole verb «approve», {name}", verbs, unit="/s"),
    ]


def _verbs(team: Team, rounds: list) -> float:
    """Approvals fired a second, those that find the cell spent included."""
    began = time.perf_counter()
    for dossiers in rounds:
        for answer in team.together([{"do": "approve", **dossier} for dossier in dossiers]):
            assert answer["did"] in {"approved", "CellExhausted"}, answer
    return len(rounds) * SIZE / (time.perf_counter() - began)
