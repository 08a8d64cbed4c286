"""Attached files and the virus scanner: who may open what, and what a broken scanner costs."""

import pytest

from khuyencong.core.refusals import Refused
from projects import scans
from projects.firing import fire
from projects.models import Attachment, Proposal
from reports import chores
from tests import make, papers
from tests.clamd import MARK, Clamd
from tests.processes import free_port
from tests.projects.pages import page_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_is_broken")]
Scan = Attachment.Scan


@pytest.fixture(scope="module")
def clamd():
    with Clamd() as running:
        yield running


@pytest.fixture
def draft(place, settings, clamd):
    settings.CLAMD_URL = clamd.url
    papers.requirement("cong-van")
    return make.draft(place)


@pytest.fixture
def rung(monkeypatch):
    """How often the worker was called."""
    calls = []
    monkeypatch.setattr(scans, "bells", [lambda: calls.append(1)])
    return calls


def address(row) -> str:
    return f"/de-an/{row.proposal.code}/tep/{row.file_id}/"


def test_a_file_waits_for_the_scanner_and_is_clean_then(place, draft):
    row = papers.attach(draft, "cong-van", by=place.people.canbo)
    assert row.scan == Scan.PENDING
    assert scans.scan_waiting() == 1
    row.refresh_from_db()
    assert row.scan == Scan.CLEAN
    assert page_of(place.people.sct).get(address(row)).status_code == 200
    assert fire(draft, "submit", by=place.people.canbo).status == Proposal.Status.SUBMITTED


def test_a_file_not_scanned_yet_is_for_its_unit_alone(place, draft):
    people = place.people
    row = papers.attach(draft, "cong-van", by=people.canbo)
    colleague = make.user("canbo3", "officer", place.orgs.centre)
    for user in (people.canbo, colleague):
        assert page_of(user).get(address(row)).status_code == 200
    for user in (people.sct, people.lanhdao, people.kiemtoan):
        answer = page_of(user).get(address(row))
        assert answer.status_code == 403
        assert "chưa quét mã độc xong" in text_of(answer)
    page = text_of(page_of(people.sct).get(f"/de-an/{draft.code}/"))
    assert "chưa quét" in page and address(row) not in page


def test_a_file_with_malware_is_for_nobody_and_says_so(place, draft):
    people = place.people
    row = papers.attach(draft, "cong-van", by=people.canbo, content=papers.pdf(behind=MARK))
    assert scans.scan_waiting() == 1
    for user in (people.canbo, people.sct):
        answer = page_of(user).get(address(row))
        assert answer.status_code == 403
        assert "có mã độc" in text_of(answer)
    section = page_of(people.canbo).get(f"/de-an/{draft.code}/tep/", headers={"HX-Request": "true"})
    assert ">Lỗi</span>" in text_of(section)


@pytest.mark.parametrize(("behind", "said"), [(b"", "chưa quét"), (MARK, "có mã độc")])
def test_a_dossier_does_not_go_with_a_file_that_is_not_clean(place, draft, behind, said):
    papers.attach(draft, "cong-van", by=place.people.canbo, content=papers.pdf(behind=behind))
    if behind:
        scans.scan_waiting()
    with pytest.raises(Refused, match=said) as refused:
        fire(draft, "submit", by=place.people.canbo)
    assert {fault.field for fault in refused.value.faults} == {"attachments"}


def test_a_scanner_that_is_down_leaves_files_unscanned_and_loses_none(place, draft, settings):
    settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"
    row = papers.attach(draft, "cong-van", by=place.people.canbo)
    assert scans.scan_waiting() == 0
    row.refresh_from_db()
    assert row.scan == Scan.PENDING
    with Clamd() as again:
        settings.CLAMD_URL = again.url
        assert scans.scan_waiting() == 1
    row.refresh_from_db()
    assert row.scan == Scan.CLEAN


def test_one_file_the_scanner_cannot_take_holds_up_no_other(place, draft):
    lost, sound = (papers.attach(draft, "cong-van", by=place.people.canbo) for _n in range(2))
    stored = lost.file
    path = stored.content.path
    kept = stored.content.read()
    stored.content.storage.delete(stored.content.name)
    assert scans.scan_waiting() == 1
    assert set(Attachment.objects.values_list("pk", "scan")) == {
        (lost.pk, Scan.PENDING),
        (sound.pk, Scan.CLEAN),
    }
    with open(path, "wb") as put_back:
        put_back.write(kept)


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_called_once_the_file_is_there(place, draft, rung):
    papers.attach(draft, "cong-van", by=place.people.canbo)
    assert rung == [1]


def test_the_chores_call_again_for_what_a_dead_worker_left(place, draft, rung):
    assert scans.take_up in chores.CHORES
    scans.take_up()
    assert not rung, "nothing waits"
    papers.attach(draft, "cong-van", by=place.people.canbo)
    scans.take_up()
    assert rung == [1]
    scans.scan_waiting()
    scans.take_up()
    assert rung == [1]


def test_without_a_scanner_files_say_that_nobody_scanned_them(place, draft, settings):
    waiting = papers.attach(draft, "cong-van", by=place.people.canbo)
    settings.CLAMD_URL = ""
    row = papers.attach(draft, "cong-van", by=place.people.canbo)
    assert row.scan == Scan.OFF
    assert page_of(place.people.sct).get(address(row)).status_code == 200
    scans.take_up()
    waiting.refresh_from_db()
    assert waiting.scan == Scan.OFF, "else it would wait for ever"


def test_the_worker_knows_the_task():
    from khuyencong.celery import app
    from projects import tasks

    assert app.tasks[tasks.SCAN_FILES].run() == 0
    assert scans.bells == [tasks.ring_for_scan]
