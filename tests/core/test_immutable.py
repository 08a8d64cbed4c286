"""Append-only tables: the database refuses what goes around the code, on both databases."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.state import ProjectState
from django.utils import timezone

from budgets.models import LedgerEntry
from khuyencong.core import audit, immutable, invariants
from khuyencong.core.models import AuditAnchor, AuditEntry
from projects.models import CheckedNorm, CheckRecord, Snapshot, StatusChange
from tests import make
from tests.flushing import append_only_tables, unguarded

pytestmark = [pytest.mark.django_db, pytest.mark.both]
MODELS = (
    AuditEntry,
    AuditAnchor,
    LedgerEntry,
    StatusChange,
    Snapshot,
    CheckRecord,
    CheckedNorm,
)


@pytest.fixture
def place():
    """A province where every append-only table holds rows."""
    place = make.world()
    make.allot(place, "provincial", 2026, 500)
    make.norm(place, "KC3d", "provincial", max_amount=300 * make.TRIEU)
    make.approved(place, {"provincial": 200})
    audit.anchor()
    return place


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_append_only_model_is_guarded():
    assert set(append_only_tables()) == {model._meta.db_table for model in MODELS}
    assert immutable.unguarded(connection, append_only_tables()) == []


@pytest.mark.parametrize("model", MODELS)
def test_a_row_is_neither_changed_nor_deleted_by_plain_sql(place, model):
    table = model._meta.db_table
    before = list(model.objects.order_by("pk").values())
    assert before
    for statement in (
        f"UPDATE {table} SET id = id",
        f"UPDATE {table} SET id = id + 1000000",
        f"DELETE FROM {table}",
    ):
        with pytest.raises(IntegrityError, match="chỉ được thêm dòng"):
            run(statement)
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("model", MODELS)
def test_django_itself_cannot_go_around_either(place, model):
    row = model.objects.first()
    for act in (
        row.save,
        row.delete,
        model.objects.all().delete,
        lambda: model.objects.update(pk=1),
    ):
        with pytest.raises(TypeError):
            act()
    # What a careless call would do: the model's own save() and delete(), past our refusals.
    for act in (models.Model.save, models.Model.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act(row)


def test_rows_are_still_added(place):
    place.programme.refresh_from_db()
    entries = AuditEntry.objects.count()
    audit.record("budgets.allocation.post", place.programme, by=place.people.sct)
    assert AuditEntry.objects.count() == entries + 1


def test_a_missing_trigger_is_found_by_the_invariants():
    assert not [row for row in invariants.violations() if row.invariant == "I2"]
    with unguarded("budgets_ledgerentry"):
        found = [row for row in invariants.violations() if row.invariant == "I2"]
        assert [row.record for row in found] == ["budgets_ledgerentry"]
    assert not [row for row in invariants.violations() if row.invariant == "I2"]


@pytest.mark.django_db(transaction=True)
def test_the_migration_goes_back_and_forth_and_may_be_repeated():
    operation = immutable.append_only("core_auditanchor")
    assert isinstance(operation, migrations.RunPython)
    state = ProjectState.from_apps(apps)

    def guarded() -> bool:
        return immutable.unguarded(connection, ["core_auditanchor"]) == []

    with connection.schema_editor() as editor:
        operation.database_backwards("core", editor, state, state)
        assert not guarded()
        operation.database_forwards("core", editor, state, state)
        assert guarded()
        operation.database_forwards("core", editor, state, state)
        assert guarded()


@pytest.mark.django_db(transaction=True)
def test_the_test_runner_may_still_empty_the_tables_after_a_test_that_commits():
    AuditAnchor.objects.create(
        day=timezone.localdate(),
        entries=0,
        heads_hash="",
        hash="x",
        recorded_at=timezone.now(),
    )
    with pytest.raises(IntegrityError):
        run("DELETE FROM core_auditanchor")


@pytest.mark.django_db(transaction=True)
def test_they_are_empty_and_guarded_again_in_the_next_test():
    assert not AuditAnchor.objects.exists()
    assert immutable.unguarded(connection, append_only_tables()) == []
