"""Which papers a dossier needs and which it has: one answer for form, guard, page and API."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _

from khuyencong.core import clock, filetypes, permissions
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from projects.models import Attachment, DocumentRequirement, Proposal

FIELD = "attachments"
MAX_FILES = 50
MAX_BYTES = 200 * 2**20

Scan, Stage = Attachment.Scan, DocumentRequirement.Stage


def current(proposal: Proposal) -> list[Attachment]:
    """What the dossier carries now, oldest first."""
    return [row for row in proposal.attachments.all() if row.removed_at is None]


def needed(proposal: Proposal, day: datetime.date | None = None) -> list[DocumentRequirement]:
    """The checklist by activity, kind and counterpart money (TT 36/2013/TT-BCT Điều 14, 21)."""
    codes = [row.activity.code for row in proposal.activities.all()]
    pledges = any(
        line.source.code == "counterpart" and line.requested
        for line in proposal.funding_lines.all()
    )

    def applies(row: DocumentRequirement) -> bool:
        kinds = row.kinds.split()
        return (
            (not kinds or proposal.kind in kinds)
            and (pledges or not row.with_counterpart)
            and (not row.activity_code or any(code.startswith(row.activity_code) for code in codes))
        )

    rows = DocumentRequirement.objects.valid_on(day or clock.today())
    return [row for row in rows if applies(row)]


@dataclass
class File:
    """An attachment as a person sees it. ``closed`` says why it cannot be opened now."""

    attachment: Attachment
    closed: str = ""

    @property
    def kind(self) -> str:
        return filetypes.short_name(self.attachment.file.media_type)


@dataclass
class Line:
    """One paper of the checklist with its files; the newest stands last."""

    title: str
    requirement: DocumentRequirement | None = None
    files: list[File] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.requirement.code if self.requirement else ""

    @cached_property
    def state(self) -> str:
        """``bad`` (a file with malware), ``scanning``, ``there`` or ``missing``."""
        scans = {row.attachment.scan for row in self.files}
        if Scan.INFECTED in scans:
            return "bad"
        if Scan.PENDING in scans:
            return "scanning"
        return "there" if scans else "missing"

    @property
    def state_label(self) -> str:
        return {
            "bad": _("Lỗi"),
            "scanning": _("Đang quét"),
            "there": _("Đã có"),
            "missing": _("Thiếu") if self.is_required else _("Chưa có"),
        }[self.state]

    @property
    def is_required(self) -> bool:
        row = self.requirement
        return bool(row and row.is_required and row.stage == Stage.SUBMISSION)

    @property
    def tone(self) -> str:
        """The class of the row's mark: g done, w on its way, r to mend, o open."""
        if self.state == "missing":
            return "r" if self.is_required else "o"
        return {"bad": "r", "scanning": "w", "there": "g"}[self.state]


@dataclass
class Section:
    """The papers of a dossier: the checklist, what comes later, and everything else."""

    proposal: Proposal
    lines: list[Line]
    later: list[Line]
    others: Line
    faults: list[Fault]
    may_change: bool = False

    @property
    def files(self) -> list[File]:
        return [row for line in (*self.lines, *self.later, self.others) for row in line.files]

    @property
    def needed(self) -> int:
        return sum(line.is_required for line in self.lines)

    @property
    def there(self) -> int:
        """How many of the papers that must be there are there."""
        return sum(line.is_required and line.state == "there" for line in self.lines)

    @property
    def is_scanning(self) -> bool:
        return any(row.attachment.scan == Scan.PENDING for row in self.files)

    @property
    def bytes_used(self) -> int:
        return sum(row.attachment.file.size for row in self.files)

    max_files, max_bytes = MAX_FILES, MAX_BYTES

    @property
    def max_file_bytes(self) -> int:
        return settings.UPLOAD_MAX_BYTES


def section(proposal: Proposal, user: User) -> Section:
    """What the form's part on papers and the dossier's page show to a person."""
    lines = [Line(row.name, row) for row in needed(proposal)]
    by_code = {line.code: line for line in lines}
    others = Line(_("Tài liệu khác"))
    rows = current(proposal)
    for row in rows:
        # By code: a paper given under an earlier row of the same requirement still counts.
        line = by_code.get(row.requirement.code if row.requirement else "", others)
        line.files.append(File(row, why_closed(row, user)))
    return Section(
        proposal=proposal,
        lines=[line for line in lines if line.requirement.stage == Stage.SUBMISSION],
        later=[line for line in lines if line.requirement.stage == Stage.ACCEPTANCE],
        others=others,
        faults=list(_faults(lines, rows)),
        may_change=permissions.refusal(user, "projects.attachment.change", proposal) is None,
    )


def groups(proposal: Proposal, user: User) -> list[Line]:
    """What the dossier carries, under what it is: the dossier's page needs no checklist."""
    found: dict[str, Line] = {}
    rows = current(proposal)
    for row in sorted(rows, key=lambda r: r.requirement.position if r.requirement else 1 << 16):
        name = row.requirement.name if row.requirement else _("Tài liệu khác")
        line = found.setdefault(name, Line(name, row.requirement))
        line.files.append(File(row, why_closed(row, user)))
    return list(found.values())


def set_aside(proposal: Proposal, user: User) -> list[File]:
    """What earlier rounds were submitted with and the dossier no longer carries."""
    return [
        File(row, why_closed(row, user))
        for row in proposal.attachments.all()
        if row.removed_at is not None
    ]


def faults(proposal: Proposal) -> Iterator[Fault]:
    """Guard of the submission: papers that are missing, not scanned yet, or dangerous."""
    lines = [Line(row.name, row) for row in needed(proposal)]
    by_code = {line.code: line for line in lines}
    rows = current(proposal)
    for row in rows:
        if row.requirement and row.requirement.code in by_code:
            by_code[row.requirement.code].files.append(File(row))
    yield from _faults(lines, rows)


def _faults(lines: list[Line], rows: list[Attachment]) -> Iterator[Fault]:
    for line in lines:
        if line.is_required and not line.files:
            yield Fault(_("Đính kèm «{paper}».").format(paper=line.title), FIELD)
    for row in rows:
        if row.scan == Scan.PENDING:
            said = _("Tệp «{title}» chưa quét mã độc xong. Chờ vài phút rồi trình.")
        elif row.scan == Scan.INFECTED:
            said = _("Tệp «{title}» có mã độc. Gỡ tệp này, tải lên bản sạch.")
        else:
            continue
        yield Fault(said.format(title=row.title), FIELD)


def why_closed(attachment: Attachment, user: User) -> str:
    """Why this person cannot open the file now, or nothing. Seeing the dossier comes first."""
    if attachment.scan == Scan.INFECTED:
        return _("Tệp có mã độc, không ai tải được. Đơn vị gỡ tệp và tải lên bản sạch.")
    if attachment.scan != Scan.PENDING:
        return ""
    owner = attachment.file.uploaded_by
    if owner and owner.organisation.is_same_office(user.organisation):
        return ""
    return _("Tệp chưa quét mã độc xong. Chờ vài phút rồi tải lại trang.")
