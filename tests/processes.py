"""A server process for tests: started, waited for, ended by its number, its folder removed."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
_open: list[Server] = []


class MissingProgram(RuntimeError):
    """A program the tests need is not installed; the message names its Debian package."""


def find(program: str, package: str) -> str:
    path = shutil.which(program)
    if not path:
        raise MissingProgram(f"{program} is missing: install {package} (scripts/setup test)")
    return path


def until(ready: Callable[[], object], seconds: float = 30, what: str = "") -> object:
    """Wait for something to become true and give it back; the limit is only for what never does."""
    deadline = time.monotonic() + seconds
    while not (answer := ready()):
        if time.monotonic() > deadline:
            raise TimeoutError(what or getattr(ready, "__name__", "not ready"))
        time.sleep(0.02)
    return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process from ``start()`` to ``stop()``, in a temporary folder that ``close()`` removes."""

    end_signal = signal.SIGTERM
    patience = 15.0
    where: Path | str = ROOT

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="kc-", dir="/tmp"))
        self.log = self.folder / "log"
        _open.append(self)

    def start(self) -> Self:
        """Start it, again after a ``stop()`` or ``kill()`` on the same data; ready on return."""
        with self.log.open("ab") as log:
            self.mark = log.tell()
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.where,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self.pass_fds(),
            )
        try:
            until(self._ready_or_dead, 120, f"{type(self).__name__} did not start")
        except BaseException as error:
            self.kill()
            if isinstance(error, Exception):
                error.add_note(self.output()[-4000:])
            raise
        return self

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str] | None:
        return None

    def pass_fds(self) -> tuple[int, ...]:
        return ()

    def ready(self) -> bool:
        raise NotImplementedError

    def _ready_or_dead(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"{type(self).__name__} ended with {self.process.returncode}")
        return self.ready()

    def output(self) -> str:
        """What it wrote since its last start."""
        return self.log.read_bytes()[self.mark :].decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        return self.process.pid

    def stop(self) -> int | None:
        """Ask it to end, then end it by force; its exit code."""
        return self._end(self.end_signal)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int | None:
        if self.process is None:
            return None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(self.patience)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(process.pid, signal.SIGKILL)
        return process.wait()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self in _open:
            _open.remove(self)

    def __enter__(self) -> Self:
        try:
            return self if self.process else self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()


@atexit.register
def _end_all() -> None:
    for server in reversed(_open[:]):
        server.close()
