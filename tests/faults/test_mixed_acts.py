"""Everybody at once: whatever a crowd does to the same dossiers, nothing is half done or twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.processes import ROOT
from tests.servers import Postgres, environment, manage
from tests.teams import Team

MEMBERS, EACH, DOSSIERS = 10, 24, 20


@pytest.fixture(scope="module")
def crowd() -> Iterator[Team]:
    """Ten members on a PostgreSQL of their own."""
    with Postgres() as server:
        env = environment(server.folder / "data-of-portal", DATABASE_URL=server.url)
        manage(env, "migrate", "-v0")
        with Team(MEMBERS, "tests.faults.mixing", env, ROOT) as team:
            yield team


@pytest.fixture(scope="module")
def dossiers(crowd: Team) -> list[int]:
    made = crowd.one("prepare", dossiers=DOSSIERS)
    assert crowd.one("violations") == []
    return made


def test_two_hundred_mixed_acts_leave_every_invariant_true(crowd: Team, dossiers: list[int]):
    said = crowd.together(
        [
            {"do": "mix", "member": member, "seed": 7, "times": EACH, "dossiers": dossiers}
            for member in range(MEMBERS)
        ]
    )
    journal = [entry for entries in said for entry in entries]
    assert len(journal) >= 200
    # A refusal is an answer. Anything else, a deadlock above all, is not.
    assert [entry for entry in journal if entry["did"] == "error"] == []
    assert crowd.one("violations") == []
    done = [entry for entry in journal if entry["did"] == "done"]
    verbs = Counter(entry["verb"] for entry in done)
    assert len(done) >= 40, verbs
    assert len(verbs) >= 9, verbs
    _each_acknowledged_act_is_told_once(crowd, journal)


def _each_acknowledged_act_is_told_once(crowd: Team, journal: list[dict]) -> None:
    told = crowd.one("told")
    written = crowd.one("remarks_written")
    for entry in journal:
        if entry["verb"] in {"remark", "resolve"}:
            times = written.count(entry["mark"]) if entry["verb"] == "remark" else 0
            assert times == (entry["verb"] == "remark" and entry["did"] == "done"), entry
            continue
        row = told.pop(entry["mark"], None)
        if entry["did"] != "done":
            assert row is None, entry
            continue
        assert row is not None, entry
        assert row["dossiers"] == [entry["pk"]], entry
        assert row["verbs"] == [entry["verb"]], entry
        assert len(row["instants"]) == 1, "one act, one instant: it was done once"
    assert not told, "rows of acts that nobody did"
    used = crowd.one("papers_used")
    paid = sum(entry["verb"] == "disburse" and entry["did"] == "done" for entry in journal)
    assert len(used["paid"]) == len(set(used["paid"])) == paid


@pytest.mark.parametrize("again", range(3))
def test_two_reviewers_who_decide_at_once_are_heard_one_after_the_other(
    crowd: Team, dossiers: list[int], again: int
):
    """One says yes, the other no, both on the page as it was: one is heard, one told to look."""
    pk = crowd.one("waiting_for_approval", number=again)
    version = crowd.one("version_of", pk=pk)
    said = crowd.together(
        [
            _press("ubnd", "approve", pk, version, 900 + 2 * again),
            _press("ubnd2", "refuse", pk, version, 901 + 2 * again),
        ]
    )
    assert sorted(answer["did"] for answer in said) == ["done", "refused"], said
    assert {answer["by"] for answer in said} & {"Stale", "NotNow"}
    assert crowd.one("decisions_of", pk=pk) == 1
    assert crowd.one("violations") == []


def test_a_button_pressed_ten_times_at_once_does_its_work_once(crowd: Team, dossiers: list[int]):
    pk = crowd.one("waiting_for_approval", number=9)
    version = crowd.one("version_of", pk=pk)
    presses = [_press("ubnd", "approve", pk, version, 990) for _member in range(MEMBERS)]
    said = crowd.together(presses)
    assert Counter(answer["did"] for answer in said) == {"done": 1, "refused": MEMBERS - 1}
    assert {answer["by"] for answer in said} <= {"", "Stale", "NotNow"}
    assert crowd.one("decisions_of", pk=pk) == 1
    assert crowd.one("violations") == []


def _press(who: str, verb: str, pk: int, version: int, number: int) -> dict:
    fields = {"who": who, "verb": verb, "pk": pk, "version": version, "number": number}
    return {"do": "rush", "mark": "Đã xem xét", **fields}
