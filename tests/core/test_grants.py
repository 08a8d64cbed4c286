"""Two roles on PostgreSQL: the owner migrates, the running one adds to the evidence and no more.

A server of its own, for roles belong to a server; the portal acts there as its running role.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from khuyencong.core.grants import append_only_tables
from tests.servers import Postgres, environment, manage
from tests.teams import Team

OWNER, RUNNING = "kc_owner", "kc_running"
TABLES = sorted(append_only_tables())
ROWS = {"audit": "core_auditentry", "ledger": "budgets_ledgerentry"}


def _env(server: Postgres) -> dict[str, str]:
    def address(role: str) -> str:
        return server.url.replace("//khuyencong@", f"//{role}@")

    return environment(
        server.folder / "data-of-portal",
        DATABASE_URL=address(RUNNING),
        DATABASE_OWNER_URL=address(OWNER),
    )


def _as(server: Postgres, role: str) -> psycopg2.extensions.connection:
    return psycopg2.connect(host=str(server.folder), user=role, dbname="khuyencong")


def _run(server: Postgres, role: str, statement: str) -> list[tuple]:
    with contextlib.closing(_as(server, role)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Migrated by the owner; then a dossier goes from draft to approval under the running role."""
    with Postgres() as postgres:
        with contextlib.closing(postgres.connect("postgres")) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            for role in (OWNER, RUNNING):
                cursor.execute(f"CREATE ROLE {role} LOGIN")
            cursor.execute(f"ALTER DATABASE khuyencong OWNER TO {OWNER}")
        manage(_env(postgres), "migrate", "-v0")
        with Team(1, "tests.core.running_role", _env(postgres)) as team:
            assert team.one("act") == {"status": "contracted", "violations": []}
        yield postgres


def test_the_running_role_does_what_the_portal_does(server: Postgres):
    for table in ROWS.values():
        assert _run(server, RUNNING, f"SELECT count(*) FROM {table}")[0][0] > 0


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {0} SET id = id",
        "DELETE FROM {0}",
        "TRUNCATE {0} CASCADE",
        "ALTER TABLE {0} DISABLE TRIGGER ALL",
        "DROP TRIGGER {0}_immutable ON {0}",
        "ALTER TABLE {0} ADD COLUMN more integer",
        "DROP TABLE {0} CASCADE",
    ],
)
def test_the_database_itself_refuses_the_rest(server: Postgres, table: str, statement: str):
    with pytest.raises(InsufficientPrivilege):
        _run(server, RUNNING, statement.format(table))


def test_it_cannot_step_around_the_triggers_either(server: Postgres):
    for statement in (
        "SET session_replication_role = replica",
        f"SET ROLE {OWNER}",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NEW; END $$",
        "UPDATE django_migrations SET app = app",
    ):
        with pytest.raises(InsufficientPrivilege):
            _run(server, RUNNING, statement)


def test_migrating_again_changes_no_right(server: Postgres):
    rights = (
        "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'S') ORDER BY relname"
    )
    before = _run(server, OWNER, rights)
    manage(_env(server), "migrate", "-v0")
    assert _run(server, OWNER, rights) == before


def test_a_table_made_between_two_migrations_may_be_added_to_alone(server: Postgres):
    _run(server, OWNER, "CREATE TABLE later (id serial)")
    _run(server, RUNNING, "INSERT INTO later DEFAULT VALUES")
    with pytest.raises(InsufficientPrivilege):
        _run(server, RUNNING, "DELETE FROM later")
    manage(_env(server), "migrate", "-v0")
    _run(server, RUNNING, "DELETE FROM later")
    _run(server, OWNER, "DROP TABLE later")


def test_the_check_warns_where_the_running_role_could_change_the_evidence(server: Postgres):
    two = _env(server) | {"HTTPS": "1", "BEHIND_PROXY": "1", "SECRET_KEY": "0123456789abcdef" * 4}
    one = two | {"DATABASE_URL": two["DATABASE_OWNER_URL"]}
    with pytest.raises(RuntimeError, match=r"khuyencong\.W001") as told:
        manage(one, "check", "--deploy", "--fail-level", "WARNING")
    assert all(table in str(told.value) for table in TABLES)
    manage(two, "check", "--deploy", "--fail-level", "WARNING")
