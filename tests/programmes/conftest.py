"""Fixtures of programme files. Django is not set up yet when this is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.fixture
def catalogues(db: None) -> None:
    """What a file refers to, without the hundreds of places the portal comes with."""
    from khuyencong.core.models import Organisation
    from programmes.models import Activity
    from tests import make

    make.sources()
    home = make.province("Lai Châu", "LC", "12")
    make.organisation(Organisation.Kind.PROVINCIAL_COMMITTEE, home, "UBND tỉnh Lai Châu")
    Activity.objects.bulk_create(
        Activity(code=code, name=code, group=int(code[2]))
        for code in ("KC3a", "KC3b", "KC3c", "KC3d", "KC7b1", "KC7b2", "KC7c2")
    )


@pytest.fixture
def write(tmp_path: Path, catalogues: None) -> Callable[..., Path]:
    """Write a file and give its path: bytes and text as they are, data as YAML."""

    def write(contents: Any, name: str = "chuong-trinh.yaml") -> Path:
        path = tmp_path / name
        if not isinstance(contents, bytes | str):
            contents = yaml.safe_dump(contents, allow_unicode=True)
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        return path

    return write
