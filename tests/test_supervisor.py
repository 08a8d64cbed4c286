"""The embedded portal's supervisor: the real one, with its real web server and worker."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from khuyencong import processes
from tests.processes import ROOT, until
from tests.servers import PROGRAMME, Portal, environment, get

LOADING = "Lần chạy đầu"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for the module: the first start fills it, later ones find it full."""
    return tmp_path_factory.mktemp("portal")


@pytest.fixture(scope="class")
def running(data_dir: Path) -> Iterator[Portal]:
    with Portal(data_dir) as portal:
        yield portal


def family(portal: Portal) -> list[psutil.Process]:
    """Every process the supervisor started, down to the last grandchild."""
    return psutil.Process(portal.pid).children(recursive=True)


def child(portal: Portal, word: str) -> psutil.Process | None:
    """The supervisor's own child with this word in its command line."""
    for process in psutil.Process(portal.pid).children():
        try:
            if word in process.cmdline():
                return process
        except psutil.NoSuchProcess:
            continue
    return None


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a process is known by its number and the time it began."""
    return [
        process
        for process in processes
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]


def counts(data_dir: Path) -> dict[str, int]:
    """How many rows of each table of ours the embedded database has."""
    connection = sqlite3.connect(data_dir / "khuyencong.sqlite3")
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    rows = {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for (name,) in tables
    }
    connection.close()
    return rows


def supervise(
    data_dir: Path | str, cwd: Path = ROOT, **changes: str
) -> subprocess.CompletedProcess:
    """Run the supervisor to its end, where it is expected to refuse."""
    return subprocess.run(
        [sys.executable, "-m", "khuyencong.supervisor", PROGRAMME],
        cwd=cwd,
        env=environment(data_dir, **changes),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def test_a_second_start_keeps_the_data_and_loads_nothing(data_dir: Path):
    with Portal(data_dir) as first:
        assert LOADING in first.output()
        assert f"{first.url}" in first.output()
        assert "canbo " in first.output()
        assert get(f"{first.url}/dang-nhap/") == 200
        assert first.stop() == 0
    before = counts(data_dir)
    assert before["programmes_programme"] >= 1
    assert before["core_user"] >= 13
    with Portal(data_dir) as second:
        assert LOADING not in second.output()
        assert get(f"{second.url}/dang-nhap/") == 200
    assert counts(data_dir) == before


class TestWhileItRuns:
    @pytest.mark.parametrize("word", ["worker", "gunicorn"])
    def test_a_dead_child_is_started_again(self, running: Portal, word: str):
        dead = until(lambda: child(running, word))
        orphans = dead.children(recursive=True)
        dead.kill()
        until(lambda: (born := child(running, word)) and born.pid != dead.pid, what=word)
        until(lambda: not alive(orphans), what="what the dead child left behind")
        assert get(f"{running.url}/dang-nhap/") == 200

    def test_the_web_server_never_maps_the_libraries_of_weasyprint(self, running: Portal):
        web = until(lambda: child(running, "gunicorn"))
        assert get(f"{running.url}/dang-nhap/") == 200
        for process in [psutil.Process(running.pid), web, *web.children()]:
            assert not [area.path for area in process.memory_maps() if "pango" in area.path]

    def test_a_folder_serves_one_portal(self, running: Portal, data_dir: Path):
        second = supervise(data_dir, PORT="0")
        assert second.returncode == 1
        assert f"đang chạy trên thư mục dữ liệu {data_dir}" in second.stderr
        assert str(running.pid) in second.stderr
        assert get(f"{running.url}/dang-nhap/") == 200


def test_ctrl_c_ends_every_process(data_dir: Path):
    with Portal(data_dir) as portal:
        until(lambda: (worker := child(portal, "worker")) and worker.children())
        # gunicorn answers as soon as the first of its two workers is there
        until(lambda: len(family(portal)) >= 5, what="gunicorn's two workers, Celery and its child")
        started = family(portal)
        portal.process.send_signal(signal.SIGINT)
        assert portal.process.wait(20) == 0
        assert not alive(started)
        assert get(portal.url) is None


def test_processes_end_even_when_the_supervisor_is_killed(data_dir: Path):
    with Portal(data_dir) as portal:
        until(lambda: (worker := child(portal, "worker")) and worker.children())
        started = family(portal)
        portal.kill()
        until(lambda: not alive(started), what="the processes of a killed supervisor")


def test_a_busy_port_is_said_plainly_before_anything_starts(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        refused = supervise(tmp_path, PORT=str(port))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Cổng mạng {port} đang có chương trình khác dùng.")
    assert f"PORT={port + 1} make run" in refused.stderr
    assert not (tmp_path / "khuyencong.sqlite3").exists()


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "80 80"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str):
    refused = supervise(tmp_path, PORT=port)
    assert refused.returncode == 1
    assert refused.stderr == f"PORT={port}: viết một số từ 0 đến 65535.\n"


def test_a_relative_data_folder_starts_from_where_one_stands(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        refused = supervise("here/there", tmp_path, PORT=port, PYTHONPATH=str(ROOT))
    assert refused.returncode == 1
    assert (tmp_path / "here/there/supervisor.lock").exists()


def test_a_data_folder_that_cannot_be_one_is_refused(tmp_path: Path):
    (tmp_path / "file").touch()
    refused = supervise(tmp_path / "file", PORT="0")
    assert refused.returncode == 1
    assert refused.stderr.startswith("Không ghi được vào thư mục dữ liệu")


# The loop alone, with children that behave badly: no portal is needed to see it end them.

STUBBORN = """
    import signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import signal, time;"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
    time.sleep(600)
"""
KEEP = """
    import sys
    from pathlib import Path
    from khuyencong import processes
    processes.PATIENCE = 0.5
    children = [
        processes.Child("stubborn", [sys.executable, "-c", sys.argv[1]], Path.cwd()),
        *(processes.Child(path, [path], Path.cwd()) for path in sys.argv[2:]),
    ]
    processes.Keeper(children).run()
"""


def keep(*more: str) -> tuple[subprocess.Popen[str], str]:
    """The loop in a process, and the mark that it and all below it carry in their environment."""
    mark = uuid.uuid4().hex
    keeper = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KEEP), textwrap.dedent(STUBBORN), *more],
        cwd=ROOT,
        env={**os.environ, "KC_MARK": mark},
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    return keeper, mark


def marked(mark: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("KC_MARK") == mark:
                found.append(process.pid)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_child_that_will_not_end_is_ended_by_force_with_its_own(number: signal.Signals):
    keeper, mark = keep()
    until(lambda: len(marked(mark)) == 3)
    keeper.send_signal(number)
    _, errors = keeper.communicate(timeout=20)
    assert keeper.returncode == 0, errors
    assert not marked(mark)


def test_a_start_that_fails_midway_leaves_nothing_behind():
    keeper, mark = keep("/nonexistent/program")
    _, errors = keeper.communicate(timeout=20)
    assert keeper.returncode == 1
    assert "/nonexistent/program" in errors
    assert not marked(mark)


def test_a_child_that_dies_at_once_is_started_again_after_growing_pauses(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(processes, "DELAYS", (0, 0, 1000))
    brief = processes.Child("brief", [sys.executable, "-c", ""], ROOT)
    brief.start()
    numbers = {brief.process.pid}

    def failed_thrice() -> bool:
        brief.tend()
        if brief.process:
            numbers.add(brief.process.pid)
        return brief.failures == 3

    until(failed_thrice)
    assert len(numbers) == 3
    brief.tend()
    assert brief.process is None
    assert brief.due > time.monotonic() + 500
