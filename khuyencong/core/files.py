"""Keep files outside the web root and hand them out as attachments only."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from django.core.files import File
from django.http import FileResponse, Http404

from khuyencong.core import filetypes, text
from khuyencong.core.models import StoredFile, User


def _sha256(content: Any) -> str:
    digest = hashlib.sha256()
    content.seek(0)
    for chunk in iter(lambda: content.read(1 << 16), b""):
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


def put_by(content: Any, name: str, media_type: str, by: User | None) -> StoredFile:
    """Keep a file's bytes under a name of our own; ``name`` is only what people call it.

    The record is not saved: a large file is written before a lock is taken, not under it.
    """
    stored = StoredFile(
        name=text.clean(name)[-200:],
        media_type=media_type,
        sha256=_sha256(content),
        uploaded_by=by,
    )
    content.seek(0, 2)
    stored.size = content.tell()
    content.seek(0)
    stored.content.save("content", File(content), save=False)
    return stored


def store(content: Any, name: str, media_type: str, by: User | None) -> StoredFile:
    """Keep a file's bytes and its record."""
    stored = put_by(content, name, media_type, by)
    stored.save()
    return stored


def store_upload(upload: Any, by: User) -> StoredFile:
    """Keep what an ``UploadField`` has let through."""
    name = filetypes.full_name(upload.name, upload.recognised)
    return store(upload, name, upload.recognised.media_type, by)


def drop_bytes(stored: StoredFile) -> None:
    """Delete the bytes of a record that is gone, or was never saved."""
    stored.content.storage.delete(stored.content.name)


def serve(stored: StoredFile, name: str = "") -> FileResponse:
    """As an attachment, never shown in the page: a file is somebody else's content."""
    try:
        content = stored.content.open("rb")
    except FileNotFoundError as error:
        raise Http404(stored.name) from error
    response = FileResponse(content, content_type=stored.media_type)
    response["Content-Length"] = stored.size
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name or stored.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
