"""Real workers on real brokers, and what happens when they are killed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from khuyencong import bell
from khuyencong.core.models import StoredFile
from reports import registry, runs
from reports.bell import TASK
from reports.models import ReportRun
from reports.worker import EXIT_BROKEN
from tests import make
from tests.processes import free_port, until
from tests.reports import brokers
from tests.reports.looking import faults, now
from tests.servers import Redis, Worker

pytestmark = pytest.mark.django_db(transaction=True)
State = ReportRun.State
LEASE = 1  # seconds


class Place:
    """A broker, and the environment of workers that share it and this test's database."""

    def __init__(self, folder: Path, settings: Any, redis: Redis | None) -> None:
        self.folder, self.redis = folder, redis
        settings.REPORT_LEASE_SECONDS = LEASE
        self.env = brokers.use(settings, folder, redis, REPORT_LEASE_SECONDS=str(LEASE))

    def worker(self) -> Worker:
        return Worker(self.env, "-I", "tests.reports.slow")

    def waiting(self) -> int | None:
        """The process that waits in the middle of its work."""
        file = self.folder / "waiting"
        return int(file.read_text()) if file.exists() else None

    def open(self) -> None:
        (self.folder / "open").touch()


@pytest.fixture(params=["filesystem", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Iterator[Place]:
    from tests.reports import slow

    for report in (slow.Slow, slow.Poison):
        registry._reports[report.code] = report()
    redis = Redis().start() if request.param == "redis" else None
    yield Place(tmp_path, settings, redis)
    for code in ("slow", "poison"):
        registry._reports.pop(code, None)
    bell.line.cache_clear()
    if redis:
        redis.close()


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    return make.world().people


def order(people: SimpleNamespace, code: str = "slow", **params: Any) -> ReportRun:
    return runs.order(code, params, "pdf", people.lanhdao)


def swept(run: ReportRun, *states: str) -> bool:
    runs.sweep()
    return now(run).state in states


def ended_well(run: ReportRun, attempt: int) -> None:
    assert (now(run).state, now(run).attempt) == (State.DONE, attempt)
    assert now(run).file.content.read().startswith(b"%PDF-")
    assert StoredFile.objects.count() == 1
    assert ReportRun.objects.filter(state=State.DONE).count() == 1
    assert faults() == []


def test_a_worker_makes_the_report_and_its_figures_are_the_matrix(place, people):
    from programmes.models import Programme

    with place.worker() as worker:
        params = {"programme": Programme.objects.get().code}
        run = runs.order("budget-execution", params, "pdf", people.lanhdao)
        until(lambda: now(run).state not in ReportRun.UNFINISHED)
        worker.kill()
    ended_well(run, attempt=1)


def again(worker: Worker) -> None:
    """What the supervisor does: a worker that has ended is started again."""
    if worker.process is not None and worker.process.poll() is not None:
        worker.kill()
    if worker.process is None:
        worker.start()


def kill_children(worker: Worker) -> None:
    for child in until(lambda: again(worker) or psutil.Process(worker.pid).children()):
        child.kill()


@pytest.mark.parametrize("place", ["filesystem"], indirect=True)
def test_a_worker_whose_idle_child_is_killed_ends_instead_of_waiting_for_ever(place, people):
    """The child dies with the lock under which children take turns."""
    worker = place.worker().start()
    try:
        place.open()
        first = order(people)  # then the child waits for work again
        until(lambda: now(first).state == State.DONE)
        kill_children(worker)
        until(lambda: worker.process.poll() == EXIT_BROKEN)
        again(worker)
        second = order(people)
        until(lambda: now(second).state == State.DONE)
    finally:
        worker.kill()
        worker.close()


@pytest.mark.parametrize("place", ["redis"], indirect=True)
def test_on_redis_a_worker_outlives_its_children(place, people):
    worker = place.worker().start()
    try:
        place.open()
        first = order(people)
        until(lambda: now(first).state == State.DONE)
        kill_children(worker)
        second = order(people)
        until(lambda: swept(second, State.DONE))
        assert worker.process.poll() is None
    finally:
        worker.kill()
        worker.close()


@pytest.mark.both
@pytest.mark.parametrize("victim", ["child", "worker"])
def test_a_killed_job_is_taken_up_again_and_done_once(place, people, victim):
    worker = place.worker().start()
    try:
        run = order(people)
        pid = until(place.waiting)
        assert (now(run).state, now(run).attempt) == (State.RUNNING, 1)
        if victim == "child":
            os.kill(pid, signal.SIGKILL)
        else:
            worker.kill()
        place.open()
        until(lambda: again(worker) or swept(run, State.DONE))
        ended_well(run, attempt=2)
        assert now(run).figures["read_by"] == pid  # the figures of the first attempt
    finally:
        worker.kill()
        worker.close()


@pytest.mark.parametrize("place", ["redis"], indirect=True)
def test_a_job_that_kills_its_worker_has_failed_after_three(place, people):
    worker = place.worker().start()
    try:
        run = order(people, "poison")
        until(lambda: swept(run, State.FAILED))
        assert now(run).attempt == 3
        assert "Đã thử 3 lần" in now(run).error
        assert faults() == []
        # The worker that lost its children still works.
        place.open()
        other = order(people)
        until(lambda: swept(other, State.DONE))
    finally:
        worker.kill()
        worker.close()


def test_cancelling_stops_a_worker_in_the_middle(place, people):
    worker = place.worker().start()
    try:
        run = order(people)
        until(place.waiting)
        assert runs.cancel(now(run))
        place.open()
        other = order(people)
        until(lambda: swept(other, State.DONE))
        assert now(run).state == State.CANCELLED
        assert StoredFile.objects.count() == 1
        assert faults() == []
    finally:
        worker.kill()
        worker.close()


@pytest.mark.soak
def test_a_kill_at_any_moment_loses_nothing(place, people):
    """Once a report: its child or its whole worker, somewhere between the order and the file."""
    from programmes.models import Programme

    params = {"programme": Programme.objects.get().code}
    chance = random.Random(20)
    worker = place.worker().start()
    try:
        for number in range(50):
            run = runs.order("budget-execution", params, "pdf", people.lanhdao)
            time.sleep(chance.uniform(0, 0.5))
            if chance.random() < 0.5:
                worker.kill()
            else:
                kill_children(worker)
            until(lambda run=run: again(worker) or swept(run, State.DONE), 60)
            assert now(run).attempt <= 2
            assert StoredFile.objects.count() == number + 1
            assert faults() == []
    finally:
        worker.kill()
        worker.close()


# --- a broker that is down ---------------------------------------------------------------------


def test_an_order_stands_while_the_broker_is_down_and_runs_later(place, people, client):
    if place.redis is None:
        # A queue that cannot be written to: a file lies where the folder should be.
        folder = place.folder / "queue" / "in"
        folder.rmdir()
        folder.touch()
    else:
        place.redis.stop()
    place.open()
    run = order(people)
    assert now(run).state == State.QUEUED
    assert runs.sweep() == 0
    if place.redis is None:
        folder.unlink()
        folder.mkdir()
    else:
        place.redis.start()
    worker = place.worker().start()
    try:
        until(lambda: swept(run, State.DONE))
    finally:
        worker.kill()
        worker.close()
    ended_well(run, attempt=1)


def test_the_page_answers_while_the_broker_is_silent(tmp_path, settings, people, client):
    """Redis that takes the connection and never answers."""
    from programmes.models import Programme

    redis = Redis().start()
    Place(tmp_path, settings, redis)
    os.kill(redis.pid, signal.SIGSTOP)
    try:
        client.force_login(people.lanhdao)
        form = {"report": "budget-execution", "programme": Programme.objects.get().code}
        answer = client.post("/bao-cao/", form)
        assert answer.status_code == 302
        run = ReportRun.objects.get()
        assert answer["Location"] == f"/bao-cao/{run.pk}/"
        assert run.state == State.QUEUED
        assert client.get(answer["Location"]).status_code == 200
    finally:
        os.kill(redis.pid, signal.SIGCONT)
        redis.close()
        bell.line.cache_clear()


def test_nobody_answers_at_the_brokers_address(settings):
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    bell.line.cache_clear()
    assert not bell.ring(TASK, 1)
    assert not bell.ring(TASK, 1)  # nor the second time, when the pool has seen the first failure
    line = bell.line(settings.CELERY_BROKER_URL)
    assert line.transport_options["max_retries"] == 0
    assert line.transport_options["socket_timeout"] <= 1
    bell.line.cache_clear()
