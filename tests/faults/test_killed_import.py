"""A worker killed in the middle of writing an import: nothing is there, then all of it, once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from khuyencong import bell
from khuyencong.core import invariants
from projects.exchange import runs
from projects.models import Enterprise, ImportRow, ImportRun
from tests import make
from tests.processes import until
from tests.projects import sheets
from tests.reports import brokers
from tests.servers import Worker

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State
LEASE = 1  # seconds
ROWS = 45


class Place:
    """A queue in a folder, and the environment of workers that share it and this database."""

    def __init__(self, folder: Path, settings: Any) -> None:
        self.folder = folder
        settings.REPORT_LEASE_SECONDS = LEASE
        settings.MEDIA_ROOT = folder / "files"
        self.env = brokers.use(settings, folder, None, REPORT_LEASE_SECONDS=str(LEASE))

    def worker(self) -> Worker:
        return Worker(self.env, "-I", "tests.faults.slow_import")

    def waiting(self) -> int | None:
        """The process that waits in the middle of its work."""
        file = self.folder / "waiting"
        return int(file.read_text()) if file.exists() else None

    def open(self) -> None:
        (self.folder / "open").touch()


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Iterator[Place]:
    yield Place(tmp_path, settings)
    bell.line.cache_clear()


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    return make.world().people


def again(worker: Worker) -> None:
    """What the supervisor does: a worker that has ended is started again."""
    if worker.process is not None and worker.process.poll() is not None:
        worker.kill()
    if worker.process is None:
        worker.start()


def ready(people: SimpleNamespace, *, numbered: bool = True) -> ImportRun:
    """A workbook that the worker has read."""
    head = ["Tên cơ sở", "Loại hình", "Mã số thuế"]
    numbers = [f"01001{n:05d}" if numbered else "" for n in range(ROWS)]
    rows = [[f"Cơ sở số {n}", "Hộ kinh doanh", number] for n, number in enumerate(numbers)]
    content = sheets.book({"Cơ sở": [head, *rows]})
    run = runs.order("enterprises", sheets.upload(content), people.canbo)
    until(lambda: sheets.now(run).state not in (State.QUEUED, State.RUNNING), 60)
    assert (sheets.now(run).state, sheets.now(run).fault_count) == (State.READY, 0)
    return run


def broken() -> list[str]:
    return [str(one) for one in invariants.violations() if one.invariant in ("I6", "I7", "I8")]


def swept(run: ImportRun, state: str) -> bool:
    runs.sweep()
    return sheets.now(run).state == state


def nothing_written() -> None:
    assert not Enterprise.objects.exists()
    assert not ImportRow.objects.filter(written_id__isnull=False).exists()


@pytest.mark.parametrize("victim", ["child", "worker"])
def test_a_killed_import_has_written_nothing_and_is_written_once_by_the_next(place, people, victim):
    worker = place.worker().start()
    try:
        run = ready(people)
        runs.confirm(run, people.canbo)
        pid = until(place.waiting, 60)
        assert (sheets.now(run).state, sheets.now(run).step) == (State.WRITING, "write")
        nothing_written()
        if victim == "child":
            os.kill(pid, signal.SIGKILL)
        else:
            worker.kill()
        place.open()
        nothing_written()
        until(lambda: again(worker) or swept(run, State.DONE), 60)
        done = sheets.now(run)
        assert (done.attempt, done.written_count) == (2, ROWS)
        assert Enterprise.objects.count() == ROWS
        assert broken() == []
    finally:
        worker.kill()
        worker.close()


def test_cancelling_in_the_middle_of_writing_leaves_nothing(place, people):
    worker = place.worker().start()
    try:
        run = ready(people)
        runs.confirm(run, people.canbo)
        until(place.waiting, 60)
        assert runs.cancel(sheets.now(run))
        place.open()
        other = ready(people)
        runs.confirm(other, people.canbo)
        until(lambda: swept(other, State.DONE), 60)
        assert sheets.now(run).state == State.CANCELLED
        assert Enterprise.objects.count() == ROWS
        assert broken() == []
    finally:
        worker.kill()
        worker.close()


def test_a_worker_whose_lease_ran_out_finds_itself_late_and_writes_nothing(place, people):
    """It stood still for longer than its lease: another one has written meanwhile."""
    first, second = place.worker().start(), place.worker()
    try:
        # A number is taken by a transaction that is still open: who wants it too has to wait.
        run = ready(people, numbered=False)
        runs.confirm(run, people.canbo)
        pid = until(place.waiting, 60)
        os.kill(pid, signal.SIGSTOP)
        (place.folder / "waiting").unlink()
        place.open()
        second.start()
        # The second one has taken it up and waits: imports of a province are written one by one.
        until(lambda: swept(run, State.WRITING) and sheets.now(run).attempt == 2, 60)
        os.kill(pid, signal.SIGCONT)
        until(lambda: sheets.now(run).state == State.DONE, 60)
        other = ready(people)  # rows the first attempt wrote are known, or there are none
        assert other.rows.filter(action="same").count() == ROWS
        assert Enterprise.objects.count() == ROWS
        assert sheets.now(run).attempt == 2
        assert broken() == []
    finally:
        for worker in (first, second):
            worker.kill()
            worker.close()
