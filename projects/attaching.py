"""Attach papers to a dossier and take them away; what a round was submitted with stays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, files, filetypes, permissions, text
from khuyencong.core.models import StoredFile, User
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from projects import loading, papers_of_dossier, scans
from projects.models import Attachment, DocumentRequirement, Proposal

TITLE_MAX: Final = 200
# What earlier rounds carried is kept beside the present papers, but not without end.
KEPT_TIMES: Final = 4


@dataclass(frozen=True)
class Given:
    """A file as a person sends it; ``requirement`` is a code of the checklist, or nothing."""

    content: Any
    name: str
    requirement: str = ""
    title: str = ""


def attach(proposal: Proposal, given: Given, *, by: User) -> Attachment:
    """Add a file to a draft; the same file sent twice for the same paper is there once.

    Raises ``Refused`` or ``NotAllowed``; then nothing is kept, neither a row nor bytes.
    """
    _allowed(proposal, by)
    requirement = _requirement(given.requirement)
    try:
        kind = filetypes.check_upload(given.content, given.name, settings.UPLOAD_MAX_BYTES)
        title = _title(given, requirement)
    except (filetypes.UploadError, text.TextInputError) as error:
        raise Refused(Fault(str(error), papers_of_dossier.FIELD)) from error
    name = filetypes.full_name(given.name, kind)
    stored = files.put_by(given.content, name, kind.media_type, by)
    try:
        with transaction.atomic():
            made = _add(proposal, stored, requirement, title, by)
    except BaseException:
        files.drop_bytes(stored)
        raise
    if made.file_id != stored.pk:
        files.drop_bytes(stored)
    return made


def _add(
    proposal: Proposal,
    stored: StoredFile,
    requirement: DocumentRequirement | None,
    title: str,
    by: User,
) -> Attachment:
    locked = loading.locked(proposal.pk)
    _allowed(locked, by)
    present = papers_of_dossier.current(locked)
    for row in present:
        same_paper = row.requirement_id == (requirement.pk if requirement else None)
        if same_paper and row.file.sha256 == stored.sha256:
            return row
    _within_limits(locked, present, stored)
    stored.save()
    made = Attachment.objects.create(
        proposal=locked,
        file=stored,
        title=title,
        requirement=requirement,
        scan=scans.first_state(),
    )
    _note(locked, "attach", made, by)
    if made.scan == Attachment.Scan.PENDING:
        transaction.on_commit(scans.ring, robust=True)
    return made


def remove(attachment: Attachment, *, by: User) -> None:
    """Before the first submission it is gone with its bytes; later it is only set aside."""
    with transaction.atomic():
        locked = loading.locked(attachment.proposal_id)
        _allowed(locked, by)
        row = next((r for r in locked.attachments.all() if r.pk == attachment.pk), None)
        if row is None or row.removed_at:
            return  # sent twice
        if locked.round:
            row.removed_at, row.removed_by = clock.now(), by
            row.save(update_fields=["removed_at", "removed_by"])
            _note(locked, "set_aside", row, by)
            return
        stored = row.file
        row.delete()
        stored.delete()
        transaction.on_commit(lambda: files.drop_bytes(stored), robust=True)


def _allowed(proposal: Proposal, by: User) -> None:
    if reason := permissions.refusal(by, "projects.attachment.change", proposal):
        raise NotAllowed(reason)


def _requirement(code: str) -> DocumentRequirement | None:
    if not code:
        return None
    rows = DocumentRequirement.objects.filter(code=code)
    found = rows.valid_on(clock.today()).first()
    if found is None:
        raise Refused(
            Fault(_("Không có mục hồ sơ này. Tải lại trang rồi chọn lại."), papers_of_dossier.FIELD)
        )
    return found


def _title(given: Given, requirement: DocumentRequirement | None) -> str:
    """As typed; else what the file is called, without its ending."""
    typed = text.clean(given.title)
    if not typed and requirement is None:
        raise Refused(Fault(_("Nhập tên tài liệu khác."), "title"))
    if len(typed) > TITLE_MAX:
        raise Refused(Fault(_("Tên tài liệu dài quá {n} ký tự.").format(n=TITLE_MAX), "title"))
    named = text.clean(PurePosixPath(given.name.replace("\\", "/")).stem)
    return (typed or named or requirement.name)[:TITLE_MAX]


def _within_limits(proposal: Proposal, present: list[Attachment], stored: StoredFile) -> None:
    limits = papers_of_dossier
    everything = list(proposal.attachments.all())
    if len(present) >= limits.MAX_FILES or len(everything) >= KEPT_TIMES * limits.MAX_FILES:
        raise Refused(
            Fault(
                _("Hồ sơ đã có {n} tệp, là mức tối đa. Gộp các trang vào một tệp PDF.").format(
                    n=len(present)
                ),
                limits.FIELD,
            )
        )
    used = sum(row.file.size for row in present)
    kept = sum(row.file.size for row in everything)
    if used + stored.size > limits.MAX_BYTES or kept + stored.size > KEPT_TIMES * limits.MAX_BYTES:
        raise Refused(
            Fault(
                _(
                    "Hồ sơ đã dùng {used} trong {limit} MB cho tệp đính kèm; tệp này {size} MB. "
                    "Giảm dung lượng hoặc gỡ tệp không cần."
                ).format(
                    used=used // 2**20,
                    limit=limits.MAX_BYTES // 2**20,
                    size=-(-stored.size // 2**20),
                ),
                limits.FIELD,
            )
        )


def _note(proposal: Proposal, verb: str, row: Attachment, by: User) -> None:
    """Once a round was submitted, the trail tells what its papers became."""
    if not proposal.round:
        return
    audit.record(
        f"projects.proposal.{verb}",
        proposal,
        by=by,
        changes={
            "title": row.title,
            "requirement": row.requirement.code if row.requirement else "",
            "sha256": row.file.sha256,
        },
    )
