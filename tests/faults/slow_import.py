"""A gate in the middle of an import's writing; a worker includes this module by name."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from projects import register_many

_create = register_many.create


def create(*args: Any, **kwargs: Any) -> Any:
    """With its records written, and not yet committed, a worker waits until the gate is open."""
    made = _create(*args, **kwargs)
    gate = Path(settings.DATA_DIR)
    (gate / "waiting.new").write_text(str(os.getpid()))
    (gate / "waiting.new").replace(gate / "waiting")
    while not (gate / "open").exists():
        time.sleep(0.01)
    return made


register_many.create = create
