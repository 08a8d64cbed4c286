"""Where finished reports lie. A run has one place, so that no crash can leave it two files."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Final

from django.conf import settings

from khuyencong.core.models import StoredFile, User

FOLDER: Final = "reports"
MEDIA_TYPES: Final = {"pdf": "application/pdf"}


def place(run_id: int) -> str:
    """The name of a run's file below the folder of files."""
    return f"{FOLDER}/{run_id % 100:02d}/{run_id}"


def _path(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name


def _parts() -> Path:
    return _path(f"{FOLDER}/parts")


class Part:
    """The bytes of one attempt, written aside; they become the run's file or vanish."""

    def __init__(self, run_id: int, attempt: int, content: bytes) -> None:
        self.run_id = run_id
        self.size = len(content)
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.path = _parts() / f"{run_id}.{attempt}"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def store(self, name: str, by: User) -> StoredFile:
        """Move the bytes to the run's place and add their row; call inside the transaction."""
        stored = StoredFile.objects.create(
            content=place(self.run_id),
            name=name,
            media_type=MEDIA_TYPES[name.rpartition(".")[2]],
            size=self.size,
            sha256=self.sha256,
            uploaded_by=by,
        )
        final = _path(place(self.run_id))
        final.parent.mkdir(parents=True, exist_ok=True)
        self.path.replace(final)
        return stored

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def discard(run_id: int) -> None:
    """Remove what a run that ended without a file may have left: a worker died just before."""
    _path(place(run_id)).unlink(missing_ok=True)


def tidy() -> None:
    """Remove parts whose attempt is long over: no task may run that long."""
    oldest = time.time() - 2 * settings.CELERY_TASK_TIME_LIMIT
    if not _parts().is_dir():
        return
    for part in _parts().iterdir():
        try:
            if part.stat().st_mtime < oldest:
                part.unlink()
        except FileNotFoundError:
            continue  # another sweep was faster


def lying() -> set[str]:
    """Names of all files at the places of runs."""
    root = _path(FOLDER)
    return {
        f"{FOLDER}/{path.relative_to(root)}" for path in root.glob("[0-9][0-9]/*") if path.is_file()
    }
