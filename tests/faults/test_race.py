"""Many approvals at once for the last money of a cell: both walls, one wall, and none.

Every round is 16 whole approvals, fired at the same moment by 16 processes, on a fresh cell whose
money suffices for only some of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import ROOT
from tests.servers import Postgres, environment, manage
from tests.teams import Team, copy_of_sources

SIZE = 16
ROUNDS = 200
LEDGER = "budgets/ledger.py"
PREDICATE = """WHERE id = %(cell)s
    AND allotted + %(allotted)s >= committed + %(committed)s
    AND committed + %(committed)s >= disbursed + %(disbursed)s
    AND disbursed + %(disbursed)s >= 0
"""
WITHOUT_PREDICATE = (LEDGER, PREDICATE, "WHERE id = %(cell)s\n")
# As code does that has never heard of a race: read, check in Python, write.
MOVE = """    try:
        with connection.cursor() as cursor:
"""
READ_AND_CHECK = (
    LEDGER,
    MOVE,
    f"""    from tests import team_member

    allotted, committed, disbursed = deltas
    now = Cell.objects.get(pk=cell.pk)
    if committed:
        team_member.meet()
    if now.committed + committed > now.allotted + allotted:
        raise CellExhausted(cell, deltas)
{MOVE}""",
)
WALLS = ("cell_never_over", "cell_disbursed_not_negative")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server whose database «khuyencong» is migrated and empty: the template of each variant."""
    with Postgres() as server:
        manage(_env(server, "khuyencong"), "migrate", "-v0")
        yield server


def _env(server: Postgres, name: str) -> dict[str, str]:
    url = server.url.replace("/khuyencong?", f"/{name}?")
    return environment(server.folder / "data-of-portal", DATABASE_URL=url)


def _database(server: Postgres, name: str) -> dict[str, str]:
    with contextlib.closing(server.connect("postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name} TEMPLATE khuyencong")
    return _env(server, name)


def _constraints(server: Postgres, name: str) -> set[str]:
    with contextlib.closing(server.connect(name)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT conname FROM pg_constraint WHERE conname = ANY(%s)", [[*WALLS]])
        return {row[0] for row in cursor.fetchall()}


def _race(team: Team, rounds: list[list[dict[str, Any]]], *, meet: bool = False) -> list[list[Any]]:
    return [
        team.together([{"do": "approve", **dossier} for dossier in dossiers], meet=meet)
        for dossiers in rounds
    ]


def _cells(team: Team) -> dict[int, dict[str, int]]:
    return {row["cell"]: row for row in team.one("cells")}


def _nothing_was_overspent(
    team: Team, rounds: list[list[dict[str, Any]]], answers: list[list[Any]]
) -> None:
    """Stored = ledger = what was approved, never more than given, and no refusal without need."""
    cells = _cells(team)
    for dossiers, said in zip(rounds, answers, strict=True):
        cell = cells[dossiers[0]["cell"]]
        left = cell["allotted"] - cell["committed"]
        approved = 0
        for dossier, answer in zip(dossiers, said, strict=True):
            if answer["did"] == "approved":
                approved += dossier["amount"]
                continue
            assert answer["did"] == "CellExhausted", answer
            assert f"Ngân sách tỉnh năm {cell['year']}" in answer["said"]
            assert "triệu đồng, không đủ để cam kết" in answer["said"]
            assert dossier["amount"] > left, "refused although the money was there"
        assert cell["committed"] == cell["ledger"] == approved
        assert 0 < approved <= cell["allotted"] < sum(dossier["amount"] for dossier in dossiers)
    assert team.one("violations", codes=["I1", "I2", "I5", "I9", "I12"]) == []


def test_both_walls_let_no_cell_be_overspent(postgres: Postgres):
    env = _database(postgres, "both_walls")
    assert _constraints(postgres, "both_walls") == set(WALLS)
    with Team(SIZE, "tests.faults.approving", env) as team:
        rounds = team.one("prepare", rounds=ROUNDS, size=SIZE, seed=1)
        _nothing_was_overspent(team, rounds, _race(team, rounds))


def test_the_constraint_alone_holds_with_the_same_message(postgres: Postgres):
    env = _database(postgres, "constraint_alone")
    with (
        copy_of_sources(WITHOUT_PREDICATE) as copy,
        Team(SIZE, "tests.faults.approving", env, copy) as team,
    ):
        rounds = team.one("prepare", rounds=ROUNDS, size=SIZE, seed=2)
        assert Path(team.one("ledger_file")).is_relative_to(copy)
        _nothing_was_overspent(team, rounds, _race(team, rounds))


def test_without_either_wall_every_cell_is_overspent(postgres: Postgres):
    """What shows that the two tests above could fail."""
    env = _database(postgres, "no_wall")
    with contextlib.closing(postgres.connect("no_wall")) as connection, connection:
        for wall in WALLS:
            connection.cursor().execute(f"ALTER TABLE budgets_cell DROP CONSTRAINT {wall}")
    assert not _constraints(postgres, "no_wall")
    with (
        copy_of_sources(WITHOUT_PREDICATE, READ_AND_CHECK) as copy,
        Team(SIZE, "tests.faults.approving", env, copy) as team,
    ):
        rounds = team.one("prepare", rounds=ROUNDS, size=SIZE, seed=3)
        assert Path(team.one("ledger_file")).is_relative_to(copy)
        answers = _race(team, rounds, meet=True)
        cells = _cells(team)
        for dossiers, said in zip(rounds, answers, strict=True):
            cell = cells[dossiers[0]["cell"]]
            assert {answer["did"] for answer in said} == {"approved"}
            assert cell["committed"] == sum(dossier["amount"] for dossier in dossiers)
            assert cell["committed"] > cell["allotted"]
        found = team.one("violations", codes=["I1"])
        assert len(found) == ROUNDS, "check_invariants sees every overspent cell"


def test_one_decision_over_many_dossiers_at_once_is_one_paper(postgres: Postgres):
    env = _database(postgres, "one_decision")
    with Team(SIZE, "tests.faults.approving", env) as team:
        rounds = team.one("prepare", rounds=5, size=SIZE, seed=5)
        for number, dossiers in enumerate(rounds, start=1):
            for dossier in dossiers:
                dossier["number"] = number
        answers = _race(team, rounds)
        _nothing_was_overspent(team, rounds, answers)
        approved = [sum(one["did"] == "approved" for one in said) for said in answers]
        assert team.one("decisions") == {
            f"{number}/QĐ-UBND": times for number, times in enumerate(approved, start=1)
        }


def test_one_dossier_approved_by_everybody_at_once_is_approved_once(postgres: Postgres):
    env = _database(postgres, "one_dossier")
    with Team(SIZE, "tests.faults.approving", env) as team:
        rounds = team.one("prepare", rounds=5, size=SIZE, seed=6)
        for dossiers in rounds:
            said = _race(team, [[{**dossiers[0], "number": row["number"]} for row in dossiers]])[0]
            assert sorted(one["did"] for one in said) == ["NotNow"] * (SIZE - 1) + ["approved"]
            cell = _cells(team)[dossiers[0]["cell"]]
            assert cell["committed"] == cell["ledger"] == dossiers[0]["amount"]


def test_on_sqlite_writers_wait_for_each_other_and_none_fails(tmp_path: Path):
    env = environment(tmp_path)
    manage(env, "migrate", "-v0")
    with Team(SIZE, "tests.faults.approving", env, ROOT) as team:
        rounds = team.one("prepare", rounds=4, size=SIZE, seed=4)
        _nothing_was_overspent(team, rounds, _race(team, rounds))
