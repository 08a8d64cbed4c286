"""Child processes that must always run, and the loop that keeps them."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

DELAYS = (1, 2, 5, 10, 30)  # seconds before a dead child is started again
STEADY = 60  # a child that lived this long starts counting its failures anew
PATIENCE = 10  # seconds for children to end by themselves

logger = logging.getLogger(__name__)


class Child:
    """A process that must always run, leader of a session of its own."""

    def __init__(
        self, name: str, command: list[str], folder: Path, fds: tuple[int, ...] = ()
    ) -> None:
        self.name = name
        self.command = command
        self.folder = folder
        self.fds = fds
        self.process: subprocess.Popen[bytes] | None = None
        self.started = self.due = 0.0
        self.failures = 0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            pass_fds=self.fds,
            start_new_session=True,
        )

    def ended(self) -> bool:
        """Whether it is gone; then what it left in its session is ended too.

        It is looked at without being reaped, so that its number cannot be another's yet.
        """
        if self.process is None:
            return True
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        if os.waitid(os.P_PID, self.process.pid, flags) is None:
            return False
        self.signal_all(signal.SIGKILL)
        self.process.wait()
        self.process = None
        return True

    def tend(self) -> None:
        """Start it again when it is dead and its pause is over."""
        process = self.process
        if process is not None and self.ended():
            if time.monotonic() - self.started > STEADY:
                self.failures = 0
            delay = DELAYS[min(self.failures, len(DELAYS) - 1)]
            self.failures += 1
            self.due = time.monotonic() + delay
            logger.warning("%s ended (%s), again in %s s", self.name, process.returncode, delay)
        if self.process is None and time.monotonic() >= self.due:
            self.start()

    def ask_to_end(self) -> None:
        if self.process is not None:
            # Not terminate(): that would reap a process which has just ended.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGTERM)

    def signal_all(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Keeper:
    """Keeps its children running until a signal comes, then ends them all."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.signals = 0
        self.reader, self.writer = socket.socketpair()
        self.writer.setblocking(False)
        self.reader.setblocking(False)

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake up
        signal.set_wakeup_fd(self.writer.fileno(), warn_on_full_buffer=False)
        try:
            for child in self.children:
                child.start()
            while not self.signals:
                for child in self.children:
                    child.tend()
                self._sleep(0.5)
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask every child to end; after ten seconds, or at a second signal, end it by force."""
        for child in self.children:
            child.ask_to_end()
        asked, deadline = self.signals, time.monotonic() + PATIENCE
        while not all(child.ended() for child in self.children):
            if time.monotonic() >= deadline or self.signals > asked:
                for child in self.children:
                    child.signal_all(signal.SIGKILL)
            self._sleep(0.1)

    def _on_signal(self, *_: object) -> None:
        self.signals += 1

    def _sleep(self, seconds: float) -> None:
        if select.select([self.reader], [], [], seconds)[0]:
            self.reader.recv(4096)


def bound_to_us() -> list[str]:
    """A prefix under which a child ends when this process is killed; empty where there is none."""
    prefix = ["setpriv", "--pdeathsig", "TERM"]
    if shutil.which("setpriv") and not subprocess.run([*prefix, "true"], check=False).returncode:
        return prefix
    return []
