"""The trail: one row an act, that nobody can change, and that reads as a clerk would write it."""

import re

import pytest
from django.db import IntegrityError, connection, transaction

from khuyencong.core import audit, invariants
from khuyencong.core.models import AuditEntry
from projects import drafts
from projects.drafts import Draft
from projects.firing import fire
from projects.models import Proposal, ReviewChain, Snapshot, StatusChange, Track
from projects.workflow import TABLE
from tests import look, make, scenes
from tests.acts import act, pay, record, silence
from tests.scenes import two_years

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
CODES = re.compile(
    r"projects\.|budgets\.|[{}<>_]|\bNone\b|\b(provincial|national|counterpart)\b|  |\.\.|,,"
)


def everything_that_can_happen(place):
    """Dossiers through every verb of the table, in each of its shapes."""
    people = place.people
    made = [scene(place) for scene in scenes.SCENES.values()]
    again = scenes.partly_approved(place)
    fire(again, "replan", by=people.canbo, data={"how": "again"}, reason="Xin lại vốn quốc gia")
    less = scenes.partly_approved(place)
    fire(less, "replan", by=people.canbo, data={"how": "less"})
    released = scenes.partly_approved(place)
    fire(released, "withdraw", by=people.canbo, reason="Không đủ vốn")
    taken = make.submitted(place, {"provincial": 10, "national": 10})
    fire(taken, "take_back", by=people.canbo)
    handed = scenes.in_review(place)
    fire(handed, "take_back", by=people.sct)
    edited = scenes.returned(place)
    drafts.save(
        edited, Draft(fields={"goals": "Rõ hơn."}), by=people.canbo, expected_version=edited.version
    )
    fire(edited, "submit", by=people.canbo)
    years = two_years(place)
    fire(years, "approve", by=people.ubnd, paper=make.paper())
    make.allot(place, "provincial", 2027, 900)
    fire(years, "commit_year", by=people.ketoan)
    gives = make.ready_to_approve(place, {"national": 10})
    fire(gives, "approve", by=people.bct, paper=make.paper("QĐ-BCT"), data={"allots": True})
    paid = scenes.executed(place, "sign")
    pay(place, paid, 10)
    act(place, paid, "start", by=people.canbo)
    fire(paid, "suspend", by=people.sct_head, reason="Lũ quét")
    fire(paid, "resume", by=people.sct_head, reason="Đã khắc phục")
    sites = scenes.listed(place)
    fire(sites, "return_sites", by=people.sct, reason="Thiếu địa chỉ")
    data = {"sites": [scenes.site(place)]}
    fire(sites, "list_sites", by=people.canbo, paper=make.paper("TTKC"), data=data)
    fire(sites, "confirm_sites", by=people.sct, paper=make.paper("SCT"))
    reopened = _reopened()
    recorded = [scenes.in_review(place) for _ in range(3)]
    silence(people.stc)
    silence(people.ubnd)
    for verdict, dossier in zip(("pass", "return", "refuse"), recorded, strict=True):
        record(place, dossier, verdict, reason="Theo văn bản của Sở")
    record(place, recorded[0], "approve")
    return [
        *(
            *made,
            again,
            less,
            released,
            taken,
            handed,
            edited,
            years,
            gives,
            paid,
            sites,
            reopened,
            *recorded,
        ),
    ]


def _reopened():
    """Given to a specialist, approved, cleared for payment, and taken up again by a new paper.

    In a province of its own, whose chain has a step after the approval.
    """
    place = make.world("r", "Tỉnh Riêng", "TR")
    people, orgs = place.people, place.orgs
    chain = ReviewChain.objects.create(
        code="rieng",
        name="Quy trình riêng",
        source=place.sources["provincial"],
        province=place.home,
    )
    ways = ((orgs.industry, "appraise"), (orgs.committee, "approve"), (orgs.finance, "finance"))
    for order, (office, kind) in enumerate(ways, start=1):
        chain.steps.create(order=order, kind=kind, organisation_kind=office.kind)
    make.allot(place, "provincial", 2026, 500)
    dossier = make.submitted(place)
    fire(dossier, "assign", by=people.sct_head, data={"assignee": people.sct.pk})
    fire(dossier, "pass", by=people.sct)
    fire(dossier, "approve", by=people.ubnd, paper=make.paper())
    fire(dossier, "clear", by=people.stc)
    scan = make.scan(people.ubnd)
    return fire(
        dossier, "reopen", by=people.ubnd, paper=make.paper(file=scan), reason="Sai đơn giá"
    )


def test_every_act_leaves_its_rows_and_each_reads_as_a_sentence(place):
    seen = set()
    for dossier in everything_that_can_happen(place):
        for entry in audit.trail(dossier):
            seen.add(entry.action)
            reads_well(entry)
        each_change_has_its_row(dossier)
    verbs = {action.rpartition(".")[2] for action in seen}
    assert verbs == {*TABLE, "create", "edit"}


def reads_well(entry):
    said = audit.sentence(entry)
    assert not CODES.search(said), (entry.action, said)
    assert not re.search(r"[:,;] ?$|\( *\)|«»", said), (entry.action, said)
    assert said[0].isupper(), said
    if entry.changes.get("derived"):
        return
    assert entry.actor_name in said, (entry.action, said)
    assert entry.reason in said, (entry.action, said)
    assert entry.document_text in said, (entry.action, said)


def each_change_has_its_row(dossier):
    changes = list(StatusChange.objects.filter(proposal=dossier).select_related("audit"))
    assert [change.audit for change in changes] == [
        entry for entry in audit.trail(dossier) if entry.to_state
    ]
    at: dict[int | None, str] = {}
    for change in changes:
        start = at.get(change.track_id, "waiting" if change.track_id else "draft")
        assert change.from_status == start != change.to_status
        at[change.track_id] = change.to_status
    assert at.pop(None, "draft") == look.status(dossier)
    tracks = Track.objects.filter(proposal=dossier).values_list("pk", "status")
    assert at == dict(tracks)


def test_the_rows_of_one_dossier_tell_its_story(place):
    people, proposal = place.people, scenes.executed(place, "sign", "start")
    unit = f"{people.canbo.full_name} ({place.orgs.centre.name})"
    told = look.sentences(proposal)
    assert told[0] == f"{unit} lập đề án"
    assert told[2] == (f"{unit} trình thẩm định lần 1, đề nghị ngân sách hỗ trợ 200 triệu đồng")
    assert told[1] == "Ngân sách tỉnh chuyển từ «Chờ» sang «Đang thẩm định»"
    assert (
        f"{people.sct.full_name} ({place.orgs.industry.name}) đề xuất đồng ý nguồn Ngân sách tỉnh "
        "với 200 triệu đồng, chờ lãnh đạo kết luận"
    ) in told
    assert any("phê duyệt nguồn Ngân sách tỉnh: 200 triệu đồng" in text for text in told)
    assert told[-1] == f"{unit} báo bắt đầu thực hiện"


def test_a_refused_act_leaves_no_row(place):
    proposal = make.ready_to_approve(place)
    before = AuditEntry.objects.count()
    make.allot(place, "provincial", 2026, 1)
    with pytest.raises(Exception, match="chỉ còn 1 triệu đồng"):
        fire(proposal, "approve", by=place.people.ubnd, paper=make.paper())
    assert AuditEntry.objects.exclude(subject_type="programmes.programme").count() == before
    proposal.refresh_from_db()
    last = audit.trail(proposal).last()
    assert (proposal.audit_seq, proposal.audit_head) == (last.seq, last.hash)


@pytest.mark.parametrize("model", [AuditEntry, StatusChange, Snapshot])
def test_rows_are_never_changed_in_python(place, model):
    scenes.approved(place)
    row = model.objects.first()
    for change in (
        row.save,
        row.delete,
        model.objects.all().delete,
        lambda: model.objects.update(pk=0),
    ):
        with pytest.raises(TypeError, match="never"):
            change()


@pytest.mark.parametrize("model", [AuditEntry, StatusChange, Snapshot])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_rows_are_never_changed_in_the_database(place, model, statement):
    scenes.approved(place)
    before = model.objects.count()
    with (
        pytest.raises(IntegrityError, match="chỉ được thêm dòng"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(model._meta.db_table))
    assert model.objects.count() == before


def behind_the_portals_back(entry, columns):
    """As somebody writes who has the keys of the database itself."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name, text in columns.items():
            cursor.execute(
                f"UPDATE {AuditEntry._meta.db_table} SET {name} = %s WHERE id = %s",
                [text, entry.pk],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize(
    "columns",
    [
        {"actor_name": "Người khác"},
        {"reason": "Lý do khác"},
        {"to_state": "refused"},
        {"hash": "0" * 64},
        {"prev_hash": "0" * 64},
        {"action": "projects.proposal.refuse"},
    ],
)
def test_a_row_changed_behind_the_portals_back_is_found(place, columns):
    scenes.approved(place)
    last = AuditEntry.objects.latest("pk")
    before = {name: getattr(last, name) for name in columns}
    behind_the_portals_back(last, columns)
    assert "I4" in {row.invariant for row in invariants.violations()}
    behind_the_portals_back(last, before)


def test_a_row_taken_out_is_found(place):
    scenes.approved(place)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in ("projects_statuschange", "core_auditentry"):
                cursor.execute(f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})")
            cursor.execute("SET LOCAL session_replication_role = origin")
        assert "I4" in {row.invariant for row in invariants.violations()}
        transaction.set_rollback(True)


def test_a_dossier_whose_status_was_changed_by_hand_is_found(place):
    proposal = scenes.approved(place)
    Proposal.objects.filter(pk=proposal.pk).update(status="refused")
    assert "I3" in {row.invariant for row in invariants.violations()}
    Proposal.objects.filter(pk=proposal.pk).update(status="approved")
