"""Processes that race: one interpreter that loads the portal once and forks its members.

A member keeps its database connection, gets jobs as lines of JSON over a socket of its own and
answers each with one line. ``Team.together`` starts a job on all of them at the same moment.
"""

from __future__ import annotations

import json
import selectors
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.processes import ROOT, Server

SECONDS = 120  # for one answer: only what hangs for ever takes as long
SOURCES = ("khuyencong", "programmes", "budgets", "projects", "reports", "tests", "manage.py")


@contextmanager
def copy_of_sources(*patches: tuple[str, str, str]) -> Iterator[Path]:
    """A temporary copy of the code with (file, old text, new text) replaced; each must be there."""
    folder = Path(tempfile.mkdtemp(prefix="kc-copy-", dir="/tmp"))
    try:
        for name in SOURCES:
            if (ROOT / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, folder / name, ignore=ignored)
            else:
                shutil.copy(ROOT / name, folder / name)
        for name, old, new in patches:
            text = (folder / name).read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{name} no longer holds once: {old}"
            (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Team(Server):
    """``size`` members that run the functions of the module ``jobs`` on the portal of ``env``."""

    def __init__(self, size: int, jobs: str, env: dict[str, str], where: Path = ROOT) -> None:
        super().__init__()
        self.where, self.jobs, self.env = where, jobs, env
        pairs = [socket.socketpair() for _ in range(size)]
        self.theirs = [pair[1] for pair in pairs]
        self.sockets = [pair[0] for pair in pairs]
        self.lines = [one.makefile("rw", encoding="utf-8") for one in self.sockets]

    def command(self) -> list[str]:
        numbers = ",".join(str(one.fileno()) for one in self.theirs)
        return [sys.executable, "-m", "tests.team_member", self.jobs, numbers]

    def environment(self) -> dict[str, str]:
        return self.env

    def pass_fds(self) -> tuple[int, ...]:
        return tuple(one.fileno() for one in self.theirs)

    def ready(self) -> bool:
        """Each member says hello once it is there."""
        for one in self.theirs:
            one.close()
        assert self._answers(range(len(self.lines))) == ["ready"] * len(self.lines)
        return True

    def one(self, do: str, **arguments: Any) -> Any:
        """A job for the first member alone."""
        self._send(0, {"do": do, **arguments})
        return self._answers([0])[0]

    def together(self, jobs: list[dict[str, Any]], *, meet: bool = False) -> list[Any]:
        """One job a member, all at the same moment. With ``meet`` they wait for each other once."""
        for member, job in enumerate(jobs):
            self._send(member, job)
        members = range(len(jobs))
        if meet:
            assert self._answers(members) == ["here"] * len(jobs)
            for member in members:
                self._send(member, "go")
        return self._answers(members)

    def _send(self, member: int, message: Any) -> None:
        self.lines[member].write(json.dumps(message) + "\n")
        self.lines[member].flush()

    def _answers(self, members: Iterable[int]) -> list[Any]:
        found: dict[int, Any] = {}
        with selectors.DefaultSelector() as waiting:
            for member in members:
                waiting.register(self.sockets[member], selectors.EVENT_READ, member)
            while waiting.get_map():
                ready = waiting.select(SECONDS)
                assert ready, f"no answer for {SECONDS} s\n{self.output()}"
                for key, _events in ready:
                    line = self.lines[key.data].readline()
                    assert line, f"a member ended\n{self.output()}"
                    found[key.data] = json.loads(line)
                    waiting.unregister(key.fileobj)
        return [found[member] for member in sorted(found)]

    def close(self) -> None:
        for one in (*self.lines, *self.sockets, *self.theirs):
            one.close()
        super().close()
