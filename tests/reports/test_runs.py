"""The life of a run: who may take it, who has lost it, what is left when somebody dies."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from khuyencong.core.models import StoredFile
from khuyencong.core.refusals import NotAllowed, NotNow, Refused
from reports import pdf, runs
from reports.models import ReportRun
from tests import make
from tests.reports.looking import expire, faults, now

pytestmark = pytest.mark.both
State = ReportRun.State


# --- ordering ----------------------------------------------------------------------------------


def test_the_bell_rings_once_the_row_is_there(
    place, params, rung, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = runs.order("budget-execution", params, "pdf", place.people.lanhdao)
        assert rung == []
    assert rung == [run.pk]
    assert now(run).state == State.QUEUED


def test_all_faults_of_an_order_come_at_once(place, rung):
    wrong = {"programme": "none", "year": "x", "source": 7, "as_of": "31/02/2026", "colour": "red"}
    with pytest.raises(Refused) as refused:
        runs.order("budget-execution", wrong, "pdf", place.people.lanhdao)
    assert {fault.field for fault in refused.value.faults} == set(wrong)
    assert not ReportRun.objects.exists()


@pytest.mark.parametrize("name", ["programme", "year", "source", "as_of"])
def test_senseless_parameters_are_refused(place, params, rung, name):
    for value in (["a"], {"a": 1}, True, 1.5, "\x00", "\ud800", "9" * 5000, -1):
        with pytest.raises(Refused):
            runs.order("budget-execution", params | {name: value}, "pdf", place.people.lanhdao)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"year": 2025}, "year"),
        ({"source": "other"}, "source"),
        ({"as_of": "2100-01-01"}, "as_of"),
    ],
)
def test_what_does_not_fit_the_programme_is_refused(place, params, rung, change, field):
    with pytest.raises(Refused) as refused:
        runs.order("budget-execution", params | change, "pdf", place.people.lanhdao)
    assert [fault.field for fault in refused.value.faults] == [field]


def test_another_province_has_no_such_programme(place, rung):
    other = make.world("-khac", "Tỉnh Khác", "TK")
    with pytest.raises(Refused):
        params = {"programme": other.programme.code}
        runs.order("budget-execution", params, "pdf", place.people.lanhdao)
    assert runs.order("budget-execution", params, "pdf", place.people.cuc)


def test_unknown_reports_and_formats_are_refused(place, params, rung):
    with pytest.raises(Refused, match="budget-execution"):
        runs.order("none", params, "pdf", place.people.lanhdao)
    with pytest.raises(Refused, match="pdf"):
        runs.order("budget-execution", params, "exe", place.people.lanhdao)


def test_who_has_no_reports_orders_none(place, params, rung):
    with pytest.raises(NotAllowed):
        runs.order("budget-execution", params, "pdf", place.people.quantri)


def test_the_same_page_sent_twice_orders_once(place, params, rung):
    people = place.people
    first = runs.order("budget-execution", params, "pdf", people.lanhdao, "k")
    assert runs.order("budget-execution", params, "pdf", people.lanhdao, "k") == first
    assert runs.order("budget-execution", params, "pdf", people.lanhdao, "l") != first
    assert runs.order("budget-execution", params, "pdf", people.kiemtoan, "k") != first


# --- the way to a file -------------------------------------------------------------------------


def test_a_run_ends_with_one_file_of_its_sha256(run):
    runs.build(run.pk)
    done = now(run)
    assert (done.state, done.progress, done.attempt, done.lease_until) == (State.DONE, 100, 1, None)
    content = done.file.content.read()
    assert content.startswith(b"%PDF-")
    assert hashlib.sha256(content).hexdigest() == done.sha256 == done.file.sha256
    assert done.file.size == len(content)
    assert StoredFile.objects.count() == 1
    assert faults() == []


def test_building_again_changes_nothing(run):
    runs.build(run.pk)
    first = now(run)
    runs.build(run.pk)
    assert (now(run).sha256, now(run).attempt) == (first.sha256, 1)
    assert StoredFile.objects.count() == 1


def test_progress_is_written_while_it_runs(run, monkeypatch):
    seen = []
    real = runs.advance

    def note(run: ReportRun, percent: int, step: str, page: int = 0) -> None:
        real(run, percent, step, page)
        row = now(run)
        seen.append((row.progress, row.step))
        assert row.lease_until > timezone.now()

    monkeypatch.setattr(runs, "advance", note)
    monkeypatch.setattr(runs, "_SAY_EVERY", 0)
    runs.build(run.pk)
    assert seen[0][1] == "figures"
    assert {step for _percent, step in seen} == set(runs.STEPS)
    assert seen == sorted(seen, key=lambda pair: pair[0])


def test_the_same_figures_ordered_again_make_the_same_file(run, place, params):
    runs.build(run.pk)
    second = runs.order("budget-execution", params, "pdf", place.people.kiemtoan)
    runs.build(second.pk)
    assert now(second).sha256 == now(run).sha256
    assert now(second).check_code == now(run).check_code
    make.submitted(place, {"provincial": 1})
    third = runs.order("budget-execution", params, "pdf", place.people.lanhdao)
    runs.build(third.pk)
    assert now(third).check_code != now(run).check_code


def test_a_later_attempt_makes_the_file_of_the_first_ones_figures(run, place, monkeypatch):
    monkeypatch.setattr(pdf, "render", lambda *a, **k: 1 / 0)
    runs.build(run.pk)
    first = now(run)
    assert first.state == State.QUEUED
    monkeypatch.undo()
    make.submitted(place, {"provincial": 1})
    runs.build(run.pk)
    assert now(run).figures == first.figures
    assert now(run).snapshot_at == first.snapshot_at
    assert now(run).state == State.DONE


# --- claiming ----------------------------------------------------------------------------------


def test_a_run_is_claimed_once(run):
    assert runs.claim(run.pk).attempt == 1
    assert runs.claim(run.pk) is None


def test_nothing_is_claimed_where_nothing_waits(run, db):
    assert runs.claim(0) is None
    runs.cancel(run)
    assert runs.claim(run.pk) is None


def test_a_lease_that_has_ended_lets_the_next_one_in(run):
    first = runs.claim(run.pk)
    expire(run)
    second = runs.claim(run.pk)
    assert second.attempt == 2
    with pytest.raises(runs.Lost):
        runs.advance(first, 50, "pages")
    with pytest.raises(runs.Lost):
        runs.finish(first, b"late")
    runs.finish(second, b"in time")
    assert now(run).file.content.read() == b"in time"
    assert faults() == []


def test_who_has_lost_the_run_neither_fails_it_nor_gives_it_back(run, rung):
    first = runs.claim(run.pk)
    expire(run)
    runs.claim(run.pk)
    runs.fail(first, "x")
    runs.give_back(first)
    assert (now(run).state, now(run).attempt, now(run).error) == (State.RUNNING, 2, "")
    assert rung == []


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_claims(django_db_blocker):
    place = make.world()
    params = {"programme": place.programme.code}
    run = runs.order("budget-execution", params, "pdf", place.people.lanhdao)
    start, found = threading.Barrier(8), []

    def take() -> None:
        try:
            start.wait()
            found.append(runs.claim(run.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in found if one is not None]) == 1
    assert now(run).attempt == 1


# --- going wrong -------------------------------------------------------------------------------


def test_a_poison_job_has_failed_after_three_attempts(run, rung, monkeypatch):
    monkeypatch.setattr(pdf, "render", lambda *a, **k: 1 / 0)
    for attempt in range(1, settings.REPORT_MAX_ATTEMPTS + 1):
        runs.build(run.pk)
        assert now(run).attempt == attempt
    assert now(run).state == State.FAILED
    assert "Đã thử 3 lần" in now(run).error
    assert str(run.pk) in now(run).error
    assert len(rung) == settings.REPORT_MAX_ATTEMPTS - 1
    runs.build(run.pk)
    assert now(run).attempt == settings.REPORT_MAX_ATTEMPTS
    assert faults() == []


def test_what_cannot_be_helped_fails_at_once_and_says_why(run, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: "Máy chủ còn thiếu gói fonts-liberation2")
    runs.build(run.pk)
    assert (now(run).state, now(run).attempt) == (State.FAILED, 1)
    assert "fonts-liberation2" in now(run).error


def test_a_cancelled_run_stops_at_its_next_step(run, monkeypatch):
    real = pdf.render

    def cancelled_meanwhile(html: str, **kwargs: Any) -> bytes:
        assert runs.cancel(now(run))
        return real(html)

    monkeypatch.setattr(pdf, "render", cancelled_meanwhile)
    runs.build(run.pk)
    assert now(run).state == State.CANCELLED
    assert not StoredFile.objects.exists()
    assert faults() == []


def test_an_ended_run_is_not_cancelled(run):
    runs.build(run.pk)
    assert not runs.cancel(now(run))
    assert now(run).state == State.DONE
    assert now(run).file.content.read()


def test_a_run_is_ordered_again_once_it_has_ended(run, place, rung):
    with pytest.raises(NotNow):
        runs.again(run, place.people.lanhdao)
    runs.cancel(run)
    new = runs.again(now(run), place.people.lanhdao)
    assert (new.params, new.report, new.state) == (run.params, run.report, State.QUEUED)


def test_figures_are_read_outside_a_writing_transaction_of_the_page(run, monkeypatch):
    """While pages are drawn no transaction is open: readers and writers are not held up."""
    depth = len(connection.savepoint_ids)

    def look(html: str, **kwargs: Any) -> bytes:
        assert len(connection.savepoint_ids) == depth
        return b"x"

    monkeypatch.setattr(pdf, "render", look)
    runs.build(run.pk)
    assert now(run).state == State.DONE
