"""Workbooks made for one request: written to a temporary file, sent as an attachment."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import IO, Final
from urllib.parse import quote

from django.http import FileResponse

from khuyencong.core.filetypes import FileType

_IN_MEMORY: Final = 2**20


def workbook(name: str, write: Callable[[IO[bytes]], None]) -> FileResponse:
    """What ``write`` puts into a file, as an attachment; the file is gone when it is sent."""
    target = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  closed by the response
    write(target)
    size = target.seek(0, 2)
    target.seek(0)
    response = FileResponse(target, content_type=FileType.XLSX.media_type)
    response["Content-Length"] = size
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
