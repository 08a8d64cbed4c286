"""The list at 10.000 and at 100.000 proposals: search, each filter it offers, its deep pages.

The measure of all is the stored folded column queried bare: one statement, by hand, with its
trigram index. Times are PostgreSQL's own for the statement, medians of interleaved rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory, override_settings

from khuyencong.core import places
from khuyencong.core.models import Place, User
from projects.models import Proposal
from projects.views.asking import Asked
from projects.views.listing import described
from projects.views.paging import SIZE, Cursor, keyset_page
from tests.bench import Result, median

SIZES = (10_000, 100_000)
ROUNDS = 15
WORDS = "lai chau che bien che"
RARE = "0777"
DEEP = 0.9  # of the way down
BARE, BARE_RARE = "bare", "bare rare"
INDEX = "projects_proposal_search"


@dataclass
class Measured:
    """Median seconds by what was asked, and whether the trigram index stood in the plan."""

    times: dict[str, float]
    pages: dict[str, float]
    index: dict[str, bool]
    queries: dict[str, int]


def run() -> list[Result]:
    found: dict[int, Measured] = {}
    results: list[Result] = []
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        for size in SIZES:
            began = time.perf_counter()
            rest = size - Proposal.objects.count()
            call_command("make_load", proposals=max(rest, 1), seed=size, verbosity=0)
            results.append(Result(f"make_load to {size}", time.perf_counter() - began, unit=" s"))
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
            found[size] = _measure()
    for size in SIZES:
        results += _of_size(size, found[size])
    small, large = (found[size] for size in SIZES)
    for name in small.times:
        results.append(
            Result(
                f"{name}, {SIZES[1]} against {SIZES[0]}",
                large.times[name] / small.times[name],
                detail=f"{small.times[name] * 1000:.2f} and {large.times[name] * 1000:.2f} ms",
            )
        )
    return results


def _of_size(size: int, measured: Measured) -> list[Result]:
    results = []
    for name, seconds in measured.times.items():
        if name in (BARE, BARE_RARE):
            continue
        bare = measured.times[BARE_RARE if name == "search rare" else BARE]
        results.append(
            Result(
                f"{name}, {size}, of the bare search",
                seconds / bare,
                2,
                detail=f"{seconds * 1000:.2f} ms; bare {bare * 1000:.2f} ms",
            )
        )
    first = measured.pages["first"]
    for name in ("deep", "deep back", "deep by title"):
        against = measured.pages["first by title"] if "title" in name else first
        results.append(
            Result(
                f"{name} page, {size}, of the first",
                measured.pages[name] / against,
                1.3,
                detail=f"{measured.pages[name] * 1000:.2f} and {against * 1000:.2f} ms",
            )
        )
    for name, seen in measured.index.items():
        results.append(
            Result(f"trigram index in the plan of {name}, {size}", int(seen), 1, at_least=True)
        )
    for name, count in measured.queries.items():
        results.append(Result(f"queries of {name}, {size}", count, 12))
    return results


def _measure() -> Measured:
    user = User.objects.get(username="lanhdao")
    statements: dict[str, tuple[str, Any]] = {BARE: _bare(WORDS), BARE_RARE: _bare(RARE)}
    for name, query in _queries(user).items():
        asked = _asked(user, query)
        page = asked.found.order_by(*asked.order).values("pk")[: SIZE + 1]
        statements[name] = page.query.sql_with_params()
    times = _times(
        {name: lambda asked=asked: _execute(*asked) for name, asked in statements.items()}
    )
    every, named = _asked(user, ""), _asked(user, "ordering=title")
    ids = list(Proposal.objects.order_by("-pk").values_list("pk", flat=True))
    deep = ids[int(len(ids) * DEEP)]
    by_title = list(Proposal.objects.order_by("title_key", "pk").values_list("pk", flat=True))
    deep_title = by_title[int(len(ids) * DEEP)]
    pages = _times(
        {
            "first": lambda: keyset_page(every.found, every.order, 1, None, described),
            "deep": lambda: keyset_page(every.found, every.order, 999, Cursor(deep), described),
            "deep back": lambda: keyset_page(
                every.found, every.order, 999, Cursor(deep, back=True), described
            ),
            "first by title": lambda: keyset_page(named.found, named.order, 1, None, described),
            "deep by title": lambda: keyset_page(
                named.found, named.order, 999, Cursor(deep_title), described
            ),
        }
    )
    return Measured(
        times,
        pages,
        {
            "the bare search": INDEX in _plan(statements[BARE]),
            "the search of the list": INDEX in _plan(statements["search"]),
            "a rare search of the list": INDEX in _plan(statements["search rare"]),
        },
        _counts(user),
    )


def _bare(words: str) -> tuple[str, list[str]]:
    table = Proposal._meta.db_table
    each = list(dict.fromkeys(words.split()))
    asked = " AND ".join(["search_text LIKE %s"] * len(each))
    return (
        f"SELECT id FROM {table} WHERE {asked} ORDER BY id DESC LIMIT {SIZE + 1}",
        [f"%{word}%" for word in each],
    )


def _queries(user: User) -> dict[str, str]:
    """Every filter the list offers, each with a value that most or few proposals have."""
    some = Proposal.objects.filter(status=Proposal.Status.APPROVED).latest("pk")
    activity = some.activities.get().activity
    # Synthetic dossiers lie in units of today: one that a former district holds whole.
    districts = places.former_districts()
    now = Place.objects.filter(pk__in=districts, valid_to=None).order_by("pk").first()
    old, district = Place.objects.filter(changes_to__new=now).first(), districts[now.pk]
    return {
        "search": f"search={WORDS}",
        "search rare": f"search={RARE}",
        "status": "status=approved",
        "rare status": "status=suspended",
        "view of statuses": "status=submitted&status=in_review",
        "year": f"plan_year={some.plan_year}",
        "source": "source=provincial",
        "programme": f"programme={some.programme.code}",
        "activity": f"activity={activity.code}",
        "unit": f"implementing_unit={some.implementing_unit.code}",
        "kind": "kind=single",
        "rare kind": "kind=pilot",
        "place of today": f"place={now.pk}",
        "former commune": f"place={old.pk}",
        "former district": f"place={district.pk}",
        "waiting for me": "waiting=1",
        "order by title": "ordering=title",
        "all together": f"search=may&status=approved&plan_year={some.plan_year}"
        f"&source=provincial&place={now.pk}&kind=single&ordering=title",
    }


def _asked(user: User, query: str) -> Asked:
    if "waiting" in query:
        user = User.objects.get(username="sct")
    request = RequestFactory().get("/de-an/")
    request.user, request.session = user, SessionStore()
    return Asked(request, QueryDict(query))


def _execute(sql: str, params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.fetchall()


def _plan(statement: tuple[str, Any]) -> str:
    sql, params = statement
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def _times(asked: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Medians of all in turn, so that what else the machine does meets all of them."""
    found: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(-2, ROUNDS):
        for name, one in asked.items():
            began = time.perf_counter()
            one()
            if number >= 0:
                found[name].append(time.perf_counter() - began)
    return {name: median(figures) for name, figures in found.items()}


def _counts(user: User) -> dict[str, int]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    pages = {
        "the list page": f"/de-an/?search={WORDS}&plan_year=2026",
        "a deep list page": f"/de-an/?page=300&after={Proposal.objects.latest('pk').pk - 5000}",
        "the totals of a filter": "/de-an/tong/?source=provincial",
        "any other page (the frame)": "/them/",
    }
    found = {}
    for name, address in pages.items():
        client.get(address)
        asked: list[str] = []

        def count(execute: Any, sql: str, *rest: Any, asked: list[str] = asked) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(count):
            assert client.get(address).status_code == 200, address
        found[name] = len(asked)
    return found
