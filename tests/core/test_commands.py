"""The commands of the portal's own upkeep: proofs of the data, keys, anchors."""

import datetime
import json
import os
import sqlite3
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from budgets.models import Cell
from khuyencong.core import audit, clock, invariants
from khuyencong.core.management.commands.check_invariants import one_moment
from khuyencong.core.models import ApiToken, AuditAnchor, AuditEntry, StoredFile
from programmes.models import SourceShare
from tests import make
from tests.flushing import unguarded
from tests.processes import ROOT

pytestmark = pytest.mark.django_db
PROVEN = {"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12"}


@pytest.fixture
def place():
    return make.world()


@pytest.fixture
def busy(place):
    """Money given, a dossier approved on both chains."""
    make.allot(place, "provincial", 2026, 500)
    make.allot(place, "national", 2026, 500)
    make.approved(place, {"provincial": 200, "national": 100})
    return place


def check(*options: str) -> str:
    """The output of a check that finds nothing."""
    from io import StringIO

    out = StringIO()
    call_command("check_invariants", *options, stdout=out)
    return out.getvalue()


def found(capsys, *options: str) -> str:
    """The output of a check that must find something."""
    with pytest.raises(CommandError) as caught:
        call_command("check_invariants", *options)
    assert caught.value.returncode == 1
    return capsys.readouterr().out


def sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        assert cursor.rowcount > 0


# --- check_invariants -----------------------------------------------------------------------------


def test_every_proven_code_is_named(busy):
    lines = check().splitlines()
    assert {line.partition(":")[0] for line in lines} == set(invariants.codes())
    assert set(invariants.codes()) >= PROVEN
    assert all(line.endswith(": đúng") for line in lines)


def test_json_says_the_same(busy):
    told = json.loads(check("--json"))
    assert told == {"ok": True, "checked": invariants.codes(), "violations": []}


def test_checking_changes_nothing(busy, django_assert_max_num_queries):
    with django_assert_max_num_queries(120) as queries:
        check()
    assert {query["sql"].split()[0] for query in queries.captured_queries} <= {
        *("SELECT", "DECLARE", "FETCH", "CLOSE", "WITH"),
    }


def break_sum(place) -> None:
    Cell.objects.filter(source__code="provincial", year=2026).update(committed=1)


def break_chain(place) -> None:
    with unguarded("core_auditentry"):
        sql("UPDATE core_auditentry SET reason = 'khác' WHERE seq = 1")


def break_margins(place) -> None:
    SourceShare.objects.filter(source__code="provincial").update(amount=1)


def break_status(place) -> None:
    sql("UPDATE projects_proposal SET status = 'settled'")


def break_file(place) -> None:
    StoredFile.objects.create(content="aa/khong-co", name="a.pdf", size=1, sha256="0" * 64)


def break_shares(place) -> None:
    sql("UPDATE projects_costshare SET approved = 1 WHERE approved > 1")


def break_ledger(place) -> None:
    with unguarded("budgets_ledgerentry"):
        sql("UPDATE budgets_ledgerentry SET amount = amount + 1 WHERE kind = 'commit'")


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (break_sum, "I1"),
        (break_ledger, "I1"),
        (break_chain, "I4"),
        (break_margins, "I11"),
        (break_status, "I3"),
        (break_file, "I7"),
        (break_shares, "I12"),
    ],
)
def test_damage_is_found_and_the_rows_at_fault_are_named(busy, capsys, damage, code):
    damage(busy)
    told = json.loads(found(capsys, "--json"))
    assert not told["ok"]
    assert code in {row["invariant"] for row in told["violations"]}
    assert all(row["record"] and row["message"] for row in told["violations"])
    text = found(capsys)
    (line,) = [line for line in text.splitlines() if line.startswith(f"{code}: ")]
    assert "dòng sai" in line
    record = next(row["record"] for row in told["violations"] if row["invariant"] == code)
    assert f"  {record}: " in text


def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a person runs it, on the database of this test run."""
    name = connection.settings_dict["NAME"]
    url = os.environ.get("DATABASE_URL", "")
    env = {**os.environ, "PYTHONUTF8": "1"}
    if url:
        env["DATABASE_URL"] = url.replace("/khuyencong?", f"/{name}?")
    else:
        env["DATABASE_URL"] = f"sqlite:///{name}"
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        encoding="utf-8",
    )


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_the_exit_code_says_whether_something_is_wrong():
    place = make.world()
    make.allot(place, "provincial", 2026, 500)
    done = manage("check_invariants", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ok"]
    Cell.objects.filter(source__code="provincial", year=2026).update(allotted=1)
    done = manage("check_invariants", "--json")
    assert done.returncode == 1, done.stderr
    (row,) = json.loads(done.stdout)["violations"]
    assert row["invariant"] == "I1" and "provincial 2026" in row["record"]
    assert "1 dòng sai" in done.stderr


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_all_checks_see_one_moment_while_others_write():
    place = make.world()
    cells = Cell.objects.filter(programme=place.programme)
    with one_moment():
        assert not cells.filter(allotted=7).exists()
        write_elsewhere(f"UPDATE budgets_cell SET allotted = 7 WHERE id = {cells[0].pk}")
        assert not cells.filter(allotted=7).exists()
    assert cells.filter(allotted=7).exists()


def write_elsewhere(statement: str) -> None:
    """Another process writes and commits, and must not have to wait."""
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0)
    else:
        other = connection.copy()
        other.connect()
    try:
        cursor = other.cursor()
        cursor.execute(statement)
        other.commit()
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_the_check_cannot_write_even_if_it_wanted():
    make.world()
    with pytest.raises(Exception, match="read-only"), one_moment():
        Cell.objects.update(allotted=1)


def test_a_check_inside_a_transaction_uses_it(place):
    with transaction.atomic(), one_moment():
        assert Cell.objects.exists()


# --- create_token ---------------------------------------------------------------------------------


def test_a_key_is_printed_alone_and_only_its_hash_is_kept(place, capsys):
    call_command("create_token", "hethong", "--scope", "read", "--days", "90", "--name", "Kho")
    secret = capsys.readouterr().out
    assert secret.endswith("\n") and secret.count("\n") == 1 and " " not in secret
    token = ApiToken.objects.get()
    assert token.digest == ApiToken.digest_of(secret.strip())
    assert (token.name, token.scope, token.user.username) == ("Kho", "read", "hethong")
    assert secret.strip() not in str(ApiToken.objects.values())


@pytest.mark.parametrize(
    "arguments",
    [
        ["nobody"],
        ["hethong", "--days", "0"],
        ["hethong", "--days", "-1"],
        ["hethong", "--days", "100000"],
        ["hethong", "--days", "x"],
        ["hethong", "--scope", "all"],
        ["hethong", "--name", "x" * 81],
        ["hethong", "--name", ""],
        [],
    ],
)
def test_what_cannot_be_a_key_is_refused(place, arguments):
    with pytest.raises(CommandError):
        call_command("create_token", *arguments)
    assert not ApiToken.objects.exists()


def test_an_account_that_is_closed_gets_no_key(place):
    place.people.hethong.is_active = False
    place.people.hethong.save()
    with pytest.raises(CommandError):
        call_command("create_token", "hethong")


# --- anchor_audit ---------------------------------------------------------------------------------


def test_an_anchor_is_set_once_a_day(place, capsys):
    with clock.at(datetime.date(2026, 3, 1)):
        audit.record("x", place.programme, by=None)
    with clock.at(datetime.date(2026, 3, 2)):
        call_command("anchor_audit")
        made = AuditAnchor.objects.get()
        assert made.hash in capsys.readouterr().out
        call_command("anchor_audit")
        assert "đã có dấu mốc" in capsys.readouterr().out
    with clock.at(datetime.date(2026, 3, 3)):
        call_command("anchor_audit", verbosity=0)
    assert capsys.readouterr().out == ""
    assert AuditAnchor.objects.count() == 2
    assert made.entries == AuditEntry.objects.filter(pk__lte=made.last_entry_id).count()
