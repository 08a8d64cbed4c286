"""What is rung for again, what a dead worker leaves behind, and what the invariants see of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from khuyencong.core.models import StoredFile
from reports import bell, runs, shelf
from reports.models import ReportRun
from tests.reports.looking import LATE, expire, faults, now, shelved

pytestmark = pytest.mark.both
State = ReportRun.State


def test_the_sweep_rings_for_what_waits_too_long(run, rung):
    assert runs.sweep() == 0
    ReportRun.objects.update(rung_at=timezone.now() - LATE)
    assert runs.sweep() == 1
    assert rung == [run.pk]
    assert runs.sweep() == 0  # it was rung for a moment ago


def test_the_sweep_takes_a_run_from_a_dead_worker(run, rung):
    dead = runs.claim(run.pk)
    assert runs.sweep() == 0
    expire(run)
    assert faults()
    assert runs.sweep() == 1
    assert (now(run).state, now(run).attempt) == (State.QUEUED, 1)
    assert faults() == []
    with pytest.raises(runs.Lost):
        runs.finish(dead, b"from the grave")
    runs.build(run.pk)
    assert (now(run).state, now(run).attempt) == (State.DONE, 2)
    assert faults() == []


def test_the_sweep_ends_what_has_killed_every_worker(run, rung):
    for _ in range(settings.REPORT_MAX_ATTEMPTS):
        assert runs.claim(run.pk)
        expire(run)
        runs.sweep()
    assert now(run).state == State.FAILED
    assert "Đã thử 3 lần" in now(run).error
    assert faults() == []


def test_a_silent_broker_ends_the_sweep_early_and_the_next_one_goes_on(run, monkeypatch, rung):
    ReportRun.objects.update(rung_at=None)
    monkeypatch.setattr(bell, "ring", lambda pk: False)
    assert runs.sweep() == 0
    assert now(run).rung_at is None
    monkeypatch.undo()
    monkeypatch.setattr(bell, "ring", lambda pk: True)
    assert runs.sweep() == 1


def test_a_worker_that_dies_just_before_done_leaves_one_file(run, rung):
    """Between the move of the bytes and the commit: the row knows nothing of them."""
    dead = runs.claim(run.pk)
    part = shelf.Part(run.pk, dead.attempt, b"moved, never committed")
    part.path.rename(shelved(run))
    expire(run)
    runs.sweep()
    assert faults() == []
    runs.build(run.pk)
    assert now(run).file.content.read().startswith(b"%PDF-")
    assert faults() == []


def test_what_a_dead_worker_moved_goes_with_a_run_that_fails(run, rung):
    dead = runs.claim(run.pk)
    shelf.Part(run.pk, dead.attempt, b"x").path.rename(shelved(run))
    runs.cancel(now(run))
    assert not shelved(run).exists()
    assert faults() == []


def test_a_finish_that_fails_leaves_no_part(run, monkeypatch):
    mine = runs.claim(run.pk)
    monkeypatch.setattr(StoredFile.objects, "create", lambda **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runs.finish(mine, b"x")
    assert not list((Path(settings.MEDIA_ROOT) / "reports" / "parts").iterdir())
    assert now(run).state == State.RUNNING


# --- what the invariants see -------------------------------------------------------------------


def test_changed_bytes_are_seen(run):
    runs.build(run.pk)
    path = Path(now(run).file.content.path)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert any("I6" in fault for fault in faults())
    path.unlink()


def test_a_file_without_a_run_is_seen(run, rung):
    runs.cancel(run)
    stray = shelved(run)
    stray.write_bytes(b"x")
    assert any("I7" in fault for fault in faults())
    stray.unlink()
    StoredFile.objects.create(
        content=shelf.place(run.pk), name="x.pdf", media_type="x", size=1, sha256="0" * 64
    )
    assert any("belongs to no report" in fault for fault in faults())
