"""The desk with 1.000 waiting dossiers, and a dossier with 50 versions and 500 remarks."""

from __future__ import annotations

from django.db import connection
from django.test import override_settings

from tests import make
from tests.bench import Result
from tests.bench.pages import one
from tests.long_dossier import lengthen, queue_up

QUERIES = 20
WAITING = (50, 1000)
LENGTHS = ((5, 50), (50, 500))


def run() -> list[Result]:
    place = make.world("-bench", "Tỉnh Đo", "TD")
    reader, judge = place.people.lanhdao.username, place.people.sct.username
    short, long = (make.submitted(place, {"provincial": 150, "national": 50}) for _ in LENGTHS)
    for proposal, (rounds, remarks) in zip((short, long), LENGTHS, strict=True):
        lengthen(proposal, rounds=rounds, remarks=remarks, people=place.people)
    few, many = WAITING
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        queue_up(short, few)
        before = one(judge, "/tham-dinh/")
        queue_up(short, many - few, start=few)
        _analyse()
        results = _grown(
            f"desk, {many} dossiers waiting", before, one(judge, "/tham-dinh/"), f"{few}, {many}"
        )
        sizes = " and ".join(f"{rounds} versions, {count} remarks" for rounds, count in LENGTHS)
        for name, user, page in (
            ("page of a long dossier", reader, "/de-an/{}/"),
            ("desk page of a long dossier", judge, "/tham-dinh/{}/"),
            ("comparison of two versions", reader, "/de-an/{}/so-sanh/"),
            ("whole trail", reader, "/de-an/{}/nhat-ky/"),
        ):
            figures = [one(user, page.format(row.code)) for row in (short, long)]
            results += _grown(name, *figures, sizes)
    return results


def _grown(
    name: str, before: tuple[int, float], after: tuple[int, float], sizes: str
) -> list[Result]:
    (few, quick), (many, slow) = before, after
    return [
        Result(f"queries, {name}", many, QUERIES, detail=f"{few} and {many} at {sizes}"),
        Result(
            f"time, {name}, growth",
            slow / quick,
            unit="x",
            detail=f"{quick * 1000:.1f} and {slow * 1000:.1f} ms",
        ),
    ]


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
