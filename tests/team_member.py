"""The other side of a team: load the portal, fork, and answer jobs until the socket closes."""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
from types import ModuleType
from typing import Any, TextIO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khuyencong.settings")
_lines: TextIO | None = None


def meet() -> None:
    """Wait until every member of the team has come here."""
    _tell("here")
    _lines.readline()


def _tell(message: Any) -> None:
    _lines.write(json.dumps(message) + "\n")
    _lines.flush()


def serve(jobs: ModuleType, number: int) -> None:
    global _lines
    _lines = socket.socket(fileno=number).makefile("rw", encoding="utf-8")
    _tell("ready")
    while line := _lines.readline():
        job = json.loads(line)
        _tell(getattr(jobs, job.pop("do"))(**job))


def main() -> None:
    import django

    django.setup()
    jobs = importlib.import_module(sys.argv[1])
    numbers = [int(number) for number in sys.argv[2].split(",")]
    children = []
    for number in numbers:
        child = os.fork()
        if not child:
            for other in numbers:
                if other != number:
                    os.close(other)
            serve(jobs, number)
            sys.exit()
        children.append(child)
    for number in numbers:
        os.close(number)
    for child in children:
        os.waitpid(child, 0)


if __name__ == "__main__":
    # Under its own name, so that a patched module meets the same team and not a second import.
    from tests import team_member

    team_member.main()
