"""Papers for dossiers of tests: files that are what they say, and a checklist of their own."""

from __future__ import annotations

import io
import itertools
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter

from khuyencong.core.models import User
from projects import attaching
from projects.attaching import Given
from projects.models import Attachment, DocumentRequirement, Proposal

_serial = itertools.count(1)


def pdf(*, behind: bytes = b"") -> bytes:
    """A PDF like no other; ``behind`` stands in it as a comment."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": str(next(_serial))})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue().replace(b"startxref", b"%" + behind + b"\nstartxref")


def upload(name: str = "van-ban.pdf", content: bytes | None = None) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, pdf() if content is None else content)


def requirement(code: str = "cong-van", **fields: Any) -> DocumentRequirement:
    fields.setdefault("name", f"Giấy {code}")
    return DocumentRequirement.objects.create(code=code, **fields)


def attach(
    proposal: Proposal, requirement: str = "", *, by: User, content: bytes | None = None
) -> Attachment:
    given = Given(
        upload(content=content), "van-ban.pdf", requirement, "" if requirement else "Thêm"
    )
    return attaching.attach(proposal, given, by=by)
