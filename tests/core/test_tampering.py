"""Whoever holds the keys to the database: each change of the evidence is found, its row named."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.state import ProjectState

from budgets.models import LedgerEntry
from khuyencong.core import audit, clock, invariants
from khuyencong.core.models import AuditEntry, SealedModel, StoredFile, seal_of
from khuyencong.core.sealing import seal_rows
from projects.models import CheckedNorm, CheckRecord, Proposal, Snapshot, StatusChange
from tests import make
from tests.flushing import unguarded

pytestmark = [pytest.mark.django_db, pytest.mark.both]
SEALED = (LedgerEntry, StatusChange, Snapshot, CheckRecord, CheckedNorm)
LONG_AGO = datetime.datetime(2026, 3, 5, 9, tzinfo=datetime.UTC)


@pytest.fixture
def place():
    return make.world()


@pytest.fixture
def proposal(place) -> Proposal:
    """Approved some time ago, so that an anchor takes its rows in."""
    with clock.at(LONG_AGO):
        make.allot(place, "provincial", 2026, 500)
        make.norm(place, "KC3d", "provincial", max_amount=300 * make.TRIEU)
        made = make.approved(place)
    assert not list(invariants.violations())
    return made


def found(*codes: str) -> dict[str, str]:
    """Record → message of the violations of these codes."""
    return {row.record: row.message for row in invariants.violations(*codes)}


def raw(model: type[models.Model]) -> models.QuerySet:
    """Its rows as SQL sees them, without what refuses to change them."""
    return models.QuerySet(model)


@contextmanager
def changed(row: models.Model, **columns: Any) -> Iterator[None]:
    """A row with other columns for as long as the block lasts."""
    before = {name: getattr(row, name) for name in columns}
    mine = raw(type(row)).filter(pk=row.pk)
    table = row._meta.db_table
    with unguarded(table):
        mine.update(**columns)
    try:
        yield
    finally:
        with unguarded(table):
            mine.update(**before)


def other(field: models.Field, value: Any) -> Any:
    """Something else of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case datetime.datetime():
            return value + datetime.timedelta(seconds=1)
        case datetime.date():
            return value + datetime.timedelta(days=1)
        case dict() | list():
            return {"amount": 1}
        case None:
            return 1 if field.is_relation or isinstance(field, models.IntegerField) else "x"
    return f"{value[:-1]}{'x' if value[-1:] != 'x' else 'y'}"


def columns_of(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def test_every_table_of_evidence_is_tried_here():
    assert {row for row in apps.get_models() if issubclass(row, SealedModel)} == set(SEALED)


@pytest.mark.parametrize("model", SEALED)
def test_each_changed_column_of_evidence_is_found(proposal, model):
    row = model.objects.order_by("pk").last()
    for field in columns_of(model):
        with changed(row, **{field.attname: other(field, getattr(row, field.attname))}):
            assert f"{model._meta.model_name} {row.pk}" in found("I2"), field
    assert not found("I2")


def test_each_changed_column_of_the_trail_is_found(proposal):
    rows = list(audit.trail(proposal))
    row = rows[len(rows) // 2]
    mine = f"projects.proposal {proposal.pk} #"
    for field in columns_of(AuditEntry):
        value = 900 if field.name == "seq" else other(field, getattr(row, field.attname))
        with changed(row, **{field.attname: value}):
            named = " ".join(found("I4"))
            # Under another key or number it is the row after it that has lost its place.
            assert f"{mine}{row.seq}:" in named or f"{mine}{row.seq + 1}:" in named, field
    assert not found("I4")


def test_a_snapshot_rewritten_with_its_seal_no_longer_has_its_sha256(proposal):
    row = Snapshot.objects.get()
    forged = Snapshot.objects.get()
    forged.content = {**row.content, "title": "Tên khác"}
    with changed(row, content=forged.content, seal=seal_of(forged)):
        assert f"snapshot {row}" in found("I2")


@pytest.mark.django_db(transaction=True)
def test_rows_older_than_their_seals_are_sealed_by_the_migration(place):
    make.allot(place, "provincial", 2026, 500)
    with unguarded(LedgerEntry._meta.db_table):
        raw(LedgerEntry).update(seal="")
    assert found("I2")
    state = ProjectState.from_apps(apps)
    with connection.schema_editor() as editor:
        seal_rows("budgets", "LedgerEntry").database_forwards("budgets", editor, state, state)
    assert not found("I2"), "sealed, and the triggers are back"


# --- order, middle and tail -----------------------------------------------------------------------


@contextmanager
def put_back(proposal: Proposal) -> Iterator[list[AuditEntry]]:
    """Whatever the block does to the trail is undone after it."""
    with unguarded(AuditEntry._meta.db_table, StatusChange._meta.db_table), transaction.atomic():
        yield list(audit.trail(proposal))
        transaction.set_rollback(True)


def test_two_rows_that_changed_places_are_found(proposal):
    with put_back(proposal) as rows:
        one, two = rows[1], rows[2]
        entries = raw(AuditEntry)
        entries.filter(pk=one.pk).update(seq=900)
        entries.filter(pk=two.pk).update(seq=one.seq)
        entries.filter(pk=one.pk).update(seq=two.seq)
        named = found("I4")
        for seq in (one.seq, two.seq):
            assert any(f"{proposal.pk} #{seq}:" in record for record in named)


def test_a_row_taken_out_of_the_middle_is_found(proposal):
    with put_back(proposal) as rows:
        raw(StatusChange).filter(audit=rows[2]).delete()
        raw(AuditEntry).filter(pk=rows[2].pk)._raw_delete("default")
        named = found("I4")
        assert any(f"{proposal.pk} #{rows[3].seq}:" in record for record in named)


def forge(rows: list[AuditEntry], start: int) -> str:
    """Give each row from here on the hash that follows from the one before; the new head."""
    before = rows[start - 1].hash if start else ""
    for seq, row in enumerate(rows[start:], start=start + 1):
        row.seq, row.prev_hash = seq, before
        before = row.hash = audit.digest(row)
        said = {"seq": row.seq, "prev_hash": row.prev_hash, "hash": row.hash, "reason": row.reason}
        raw(AuditEntry).filter(pk=row.pk).update(**said)
    return before


def test_a_forged_row_in_the_middle_is_found(proposal):
    with put_back(proposal) as rows:
        for row in reversed(rows[2:]):
            raw(AuditEntry).filter(pk=row.pk).update(seq=row.seq + 1)
        made = AuditEntry.objects.get(pk=rows[1].pk)
        made.pk, made.seq, made.prev_hash = None, rows[1].seq + 1, rows[1].hash
        made.hash = audit.digest(made)
        made._state.adding = True
        made.save()
        named = found("I4")
        assert any(f"{proposal.pk} #{made.seq + 1}:" in record for record in named)


def test_a_cut_tail_is_found(proposal):
    with put_back(proposal) as rows:
        raw(StatusChange).filter(audit=rows[-1]).delete()
        raw(AuditEntry).filter(pk=rows[-1].pk)._raw_delete("default")
        assert f"projects.proposal {proposal.pk}" in found("I4")


def test_a_cut_tail_with_the_head_set_back_is_found_by_the_anchor(proposal):
    assert audit.anchor() is not None
    with put_back(proposal) as rows:
        raw(StatusChange).filter(audit=rows[-1]).delete()
        raw(AuditEntry).filter(pk=rows[-1].pk)._raw_delete("default")
        raw(Proposal).filter(pk=proposal.pk).update(
            audit_seq=rows[-2].seq, audit_head=rows[-2].hash
        )
        assert f"anchor {clock.today()}" in found("I4")


def test_a_whole_chain_rewritten_with_its_head_is_found_by_the_anchor(proposal):
    assert audit.anchor() is not None
    with put_back(proposal) as rows:
        rows[1].reason = "lý do khác"
        head = forge(rows, 1)
        raw(Proposal).filter(pk=proposal.pk).update(audit_head=head)
        assert set(found("I4")) == {f"anchor {clock.today()}"}


def test_rows_about_a_record_that_is_not_there_are_found(place, proposal):
    with put_back(proposal) as rows:
        raw(AuditEntry).filter(pk=rows[0].pk).update(subject_id=proposal.pk + 1000)
        assert f"projects.proposal {proposal.pk + 1000}" in found("I4")
    with put_back(proposal) as rows:
        raw(AuditEntry).filter(pk=rows[0].pk).update(subject_type="projects.gone")
        assert any("projects.gone" in record for record in found("I4"))


# --- files ----------------------------------------------------------------------------------------


def test_bytes_of_a_file_changed_at_the_same_length_are_found(place):
    stored = make.scan(place.people.sct)
    assert not found("I7")
    path = stored.content.path
    with open(path, "rb") as content:
        before = content.read()
    with open(path, "wb") as content:
        content.write(before.replace(b"scan", b"fake"))
    assert found("I7") == {f"file {stored.pk}": "its bytes are not those that were stored"}
    StoredFile.objects.filter(pk=stored.pk).update(size=1)
    assert found("I7") == {f"file {stored.pk}": "its size is not the recorded one"}


# --- how much it asks -----------------------------------------------------------------------------


def test_heads_and_tails_ask_the_same_for_one_record_and_for_many(
    place, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(60) as few:
        assert not list(invariants.chains_are_whole())
    for _number in range(30):
        audit.record("x", make.enterprise(place), by=place.people.sct)
    with django_assert_num_queries(len(few)):
        assert not list(invariants.chains_are_whole())
