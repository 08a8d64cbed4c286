"""The trail: whoever rewrites a row, its order or its tail, behind every lock, is found."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from khuyencong.core import audit, clock, invariants
from khuyencong.core.models import AuditAnchor, AuditEntry
from programmes.models import Programme
from tests import make
from tests.flushing import unguarded

pytestmark = pytest.mark.django_db
LONG_AGO = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)
ENTRY, ANCHOR = "core_auditentry", "core_auditanchor"


@pytest.fixture
def place():
    return make.world()


def write(subject: Programme, count: int = 4, **fields) -> list[AuditEntry]:
    """Rows of some time ago, so that an anchor takes them in."""
    with clock.at(LONG_AGO):
        return [
            audit.record("programmes.programme.load", subject, by=None, **fields)
            for _number in range(count)
        ]


def tamper(statement: str, *params: object, table: str = ENTRY) -> None:
    """What somebody with the keys to the database could do: take the triggers down first."""
    with unguarded(table), connection.cursor() as cursor:
        cursor.execute(statement, params)
        assert cursor.rowcount > 0


def broken() -> list[tuple[int, str]]:
    rows = AuditEntry.objects.order_by("subject_type", "subject_id", "seq")
    return [(entry.seq, fault) for entry, fault in audit.broken_links(rows)]


def i4() -> list[str]:
    return [row.message for row in invariants.violations() if row.invariant == "I4"]


# --- writing --------------------------------------------------------------------------------------


def test_rows_of_a_subject_form_one_chain_from_one_upwards(place):
    rows = write(place.programme)
    assert [row.seq for row in rows] == [1, 2, 3, 4]
    assert [row.prev_hash for row in rows] == ["", *(row.hash for row in rows[:-1])]
    place.programme.refresh_from_db()
    assert (place.programme.audit_seq, place.programme.audit_head) == (4, rows[-1].hash)
    assert (broken(), i4()) == ([], [])


def test_each_subject_has_a_chain_of_its_own(place):
    other = make.programme(place.home, place.sources, code="khac-2026-2030")
    write(place.programme, 2)
    (first, *_rest) = write(other, 2)
    assert (first.seq, first.prev_hash) == (1, "")
    assert [row.seq for row in audit.trail(place.programme)] == [1, 2]
    assert broken() == []


def test_a_row_says_who_acted_as_which_office_by_what_paper(place):
    person, document = place.people.sct, place.programme.version.decision
    entry = audit.record(
        "programmes.programme.load",
        place.programme,
        by=person,
        document=document,
        from_state="a",
        to_state="b",
        reason="vì",
        changes={"total": 5},
    )
    entry = AuditEntry.objects.get(pk=entry.pk)
    assert (entry.actor, entry.actor_name) == (person, person.full_name)
    assert (entry.organisation, entry.organisation_name) == (
        person.organisation,
        person.organisation.name,
    )
    assert entry.document_text == str(document)
    assert (entry.from_state, entry.to_state, entry.reason) == ("a", "b", "vì")
    assert entry.effective_on == clock.today()
    assert audit.digest(entry) == entry.hash


def test_a_name_that_changes_later_does_not_change_the_row(place):
    entry = audit.record("x", place.programme, by=place.people.sct)
    place.people.sct.full_name = "Tên mới"
    place.people.sct.save()
    entry.refresh_from_db()
    assert entry.actor_name != "Tên mới"
    assert broken() == []


def test_an_act_that_is_undone_leaves_no_row_and_no_gap(place):
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic():
        write(place.programme, 1)
        raise Undone
    place.programme.refresh_from_db()
    assert (place.programme.audit_seq, AuditEntry.objects.count()) == (0, 0)
    assert write(place.programme, 1)[0].seq == 1


def test_a_stale_subject_cannot_fork_its_chain(place):
    stale = Programme.objects.get(pk=place.programme.pk)
    write(place.programme, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        write(stale, 1)


def test_a_row_without_a_sentence_of_its_own_still_reads(place):
    entry = audit.record("x.y", place.programme, by=place.people.sct)
    assert audit.sentence(entry) == f"{place.people.sct.full_name}: x.y"


# --- tampering with rows --------------------------------------------------------------------------

FIELDS = {
    "action": "projects.proposal.approve",
    "actor_name": "Người khác",
    "organisation_name": "Cơ quan khác",
    "from_state": "draft",
    "to_state": "approved",
    "reason": "lý do khác",
    "document_text": "Quyết định khác",
    "effective_on": "2020-01-01",
    "recorded_at": "2020-01-01 00:00:00",
    "actor_id": None,
    "organisation_id": None,
    "document_id": None,
    "prev_hash": "0" * 64,
    "hash": "0" * 64,
}


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_changed_field_is_found(place, field):
    write(place.programme, 2)
    changed = audit.record(
        "x",
        Programme.objects.get(pk=place.programme.pk),
        by=place.people.sct,
        document=place.programme.version.decision,
        reason="lý do",
    )
    assert broken() == []
    tamper(f"UPDATE {ENTRY} SET {field} = %s WHERE id = %s", FIELDS[field], changed.pk)
    assert {seq for seq, _fault in broken()} == {3}
    assert i4()


def test_every_field_of_a_row_is_under_its_hash():
    told = {field.attname for field in AuditEntry._meta.concrete_fields}
    apart = {"id", "hash", "effective_on", "recorded_at"}
    assert told - apart == set(audit.HASHED)
    assert {"effective_on", "recorded_at"} <= set(FIELDS)


def test_a_changed_amount_is_found(place):
    entry = write(place.programme, 1, changes={"total": 5})[0]
    tamper(f"UPDATE {ENTRY} SET changes = %s WHERE id = %s", '{"total": 6}', entry.pk)
    assert broken() == [(1, "was changed after it was written")]


def test_a_changed_row_with_a_hash_made_anew_breaks_the_row_after_it(place):
    rows = write(place.programme)
    forged = AuditEntry.objects.get(pk=rows[1].pk)
    forged.reason = "lý do khác"
    tamper(
        f"UPDATE {ENTRY} SET reason = %s, hash = %s WHERE id = %s",
        forged.reason,
        audit.digest(forged),
        forged.pk,
    )
    assert broken() == [(3, "does not follow the row before it")]


def forge_from(rows: list[AuditEntry], index: int) -> str:
    """Rewrite a row and every later hash of its chain; gives the new head."""
    previous = rows[index].prev_hash
    for row in rows[index:]:
        row.reason, row.prev_hash = "lý do khác", previous
        previous = audit.digest(row)
        tamper(
            f"UPDATE {ENTRY} SET reason = %s, prev_hash = %s, hash = %s WHERE id = %s",
            row.reason,
            row.prev_hash,
            previous,
            row.pk,
        )
    return previous


def test_a_whole_chain_made_anew_no_longer_ends_in_its_subjects_head(place):
    rows = write(place.programme)
    forge_from(list(audit.trail(place.programme)), 1)
    assert broken() == []
    assert i4() == ["its head is not the last row of its chain"]
    assert rows[0].hash == AuditEntry.objects.get(pk=rows[0].pk).hash


def test_even_with_the_head_made_anew_the_anchor_finds_it(place):
    write(place.programme)
    assert audit.anchor() is not None
    head = forge_from(list(audit.trail(place.programme)), 1)
    Programme.objects.filter(pk=place.programme.pk).update(audit_head=head)
    assert broken() == []
    assert i4() == ["audit rows before this anchor were cut or changed"]


# --- tampering with order and tail ----------------------------------------------------------------


def test_a_row_taken_out_of_the_middle_is_found(place):
    rows = write(place.programme)
    tamper(f"DELETE FROM {ENTRY} WHERE id = %s", rows[1].pk)
    assert broken() == [(3, "does not follow the row before it")]


def test_a_cut_beginning_is_found(place):
    rows = write(place.programme)
    tamper(f"DELETE FROM {ENTRY} WHERE id = %s", rows[0].pk)
    assert broken() == [(2, "does not follow the row before it")]


def test_two_rows_that_changed_places_are_found(place):
    rows = write(place.programme)
    second, third = rows[1].pk, rows[2].pk
    tamper(f"UPDATE {ENTRY} SET seq = 99 WHERE id = %s", second)
    tamper(f"UPDATE {ENTRY} SET seq = 2 WHERE id = %s", third)
    tamper(f"UPDATE {ENTRY} SET seq = 3 WHERE id = %s", second)
    assert {seq for seq, _fault in broken()} == {2, 3, 4}


def test_a_row_moved_to_another_subject_is_found(place):
    other = make.programme(place.home, place.sources, code="khac-2026-2030")
    rows = write(place.programme, 2)
    write(other, 1)
    tamper(f"UPDATE {ENTRY} SET subject_id = %s, seq = 2 WHERE id = %s", other.pk, rows[1].pk)
    assert broken()


def test_a_cut_tail_leaves_a_sound_chain_but_not_the_subjects_head(place):
    rows = write(place.programme)
    tamper(f"DELETE FROM {ENTRY} WHERE id = %s", rows[3].pk)
    assert broken() == []
    assert i4() == ["its head is not the last row of its chain"]


def test_a_cut_tail_with_the_head_set_back_is_found_by_the_anchor(place):
    rows = write(place.programme)
    audit.anchor()
    tamper(f"DELETE FROM {ENTRY} WHERE id = %s", rows[3].pk)
    Programme.objects.filter(pk=place.programme.pk).update(audit_seq=3, audit_head=rows[2].hash)
    assert broken() == []
    assert i4() == ["audit rows before this anchor were cut or changed"]


def test_a_chain_that_is_gone_whole_is_found(place):
    write(place.programme)
    tamper(f"DELETE FROM {ENTRY}")
    assert i4() == ["its head is not the last row of its chain"]


# --- anchors --------------------------------------------------------------------------------------


def days(place, count: int = 3) -> list[AuditAnchor]:
    made = []
    for number in range(count):
        write(place.programme, 1)
        made.append(audit.anchor(datetime.date(2026, 2, 1 + number)))
    return made


def test_anchors_form_a_chain_and_take_in_what_came_since(place):
    made = days(place)
    assert [anchor.entries for anchor in made] == [1, 2, 3]
    assert [anchor.prev_hash for anchor in made] == ["", made[0].hash, made[1].hash]
    assert list(audit.broken_anchors()) == []


def test_the_second_anchor_of_a_day_changes_nothing(place):
    (made,) = days(place, 1)
    write(place.programme, 1)
    assert audit.anchor(made.day) is None
    assert AuditAnchor.objects.count() == 1


def test_rows_of_the_last_minutes_wait_for_the_next_anchor(place):
    write(place.programme, 2)
    audit.record("x", place.programme, by=place.people.sct)
    assert audit.anchor().entries == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("entries", 7),
        ("last_entry_id", 0),
        ("heads_hash", "0" * 64),
        ("prev_hash", "0" * 64),
        ("hash", "0" * 64),
        ("day", "2026-02-20"),
    ],
)
def test_a_changed_anchor_is_found(place, field, value):
    made = days(place)
    sql = f"UPDATE {ANCHOR} SET {field} = %s WHERE id = %s"
    tamper(sql, value, made[1].pk, table=ANCHOR)
    assert "the chain of daily anchors is broken" in i4()


def test_an_anchor_taken_out_is_found(place):
    made = days(place)
    tamper(f"DELETE FROM {ANCHOR} WHERE id = %s", made[1].pk, table=ANCHOR)
    assert i4() == ["the chain of daily anchors is broken"]


def test_an_anchor_over_nothing_is_sound():
    assert audit.anchor().entries == 0
    assert list(audit.broken_anchors()) == []
    assert AuditAnchor.objects.get().day == timezone.localdate()
