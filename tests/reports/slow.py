"""Reports that wait, or kill whoever makes them; a worker includes this module by name."""

from __future__ import annotations

import datetime
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings

from reports.registry import Report, register


class NoForm(forms.Form):
    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def params(self) -> dict[str, Any]:
        return {}

    def about(self) -> str:
        return ""


class Plain(Report):
    group = purpose = title = "Thử"
    form_class = NoForm

    def read(self, params: Mapping[str, Any], at: datetime.datetime) -> dict[str, Any]:
        return {"read_by": os.getpid()}

    def html(self, figures: Mapping[str, Any]) -> str:
        return f"<p>Số liệu do tiến trình {figures['read_by']} lấy."

    def file_name(self, params: Mapping[str, Any], at: datetime.datetime) -> str:
        return self.code


@register
class Slow(Plain):
    """Waits at its gate until somebody opens it; says at the gate who waits."""

    code = "slow"

    def html(self, figures: Mapping[str, Any]) -> str:
        gate = Path(settings.DATA_DIR)
        (gate / "waiting.new").write_text(str(os.getpid()))
        (gate / "waiting.new").replace(gate / "waiting")
        while not (gate / "open").exists():
            time.sleep(0.01)
        return super().html(figures)


@register
class Poison(Plain):
    code = "poison"

    def html(self, figures: Mapping[str, Any]) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError
