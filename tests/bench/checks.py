"""What the checks of one dossier ask the database, and how long they take, among 10.000."""

from __future__ import annotations

import time

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khuyencong.core import clock
from projects import checks, loading
from projects.checks import Case
from projects.models import Proposal
from tests.bench import Result, median

LARGE = 10_000
ROUNDS = 15
QUERIES = 5


def run() -> list[Result]:
    rest = LARGE - Proposal.objects.count()
    if rest > 0:
        call_command("make_load", proposals=rest, seed=3, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    chosen = Proposal.objects.filter(beneficiaries__isnull=False).latest("pk")
    proposal = loading.with_parts(Proposal.objects.all()).get(pk=chosen.pk)
    day = clock.today()
    with CaptureQueriesContext(connection) as asked:
        found = checks.run(Case.of(proposal), day)
    times = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        checks.run(Case.of(proposal), day)
        times.append(time.perf_counter() - begun)
    return [
        Result(
            "queries of the checks of a dossier",
            len(asked),
            QUERIES,
            detail=f"{len(found.checks)} checks",
        ),
        Result(
            f"time of the checks of a dossier among {LARGE}, ms",
            median(times) * 1000,
            detail=f"median of {ROUNDS}",
        ),
    ]
