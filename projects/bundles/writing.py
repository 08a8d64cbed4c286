"""One ZIP for auditors: rows, files and the figures that prove them."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, csv_text
from khuyencong.core.models import AuditAnchor, StoredFile, User
from khuyencong.core.refusals import Fault, Refused
from projects import papers_of_dossier
from projects.bundles import columns, tables
from projects.models import Proposal

ACTION: Final = "projects.proposal.export_bundle"
MOST_DOSSIERS: Final = 300
MOST_BYTES: Final = 1 << 30
_CHUNK: Final = 1 << 16
_README: Final = Path(__file__).with_name("DOC-TRUOC.txt")


class Archive:
    """A ZIP that remembers the size and sha256 of everything put into it."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self.files: list[dict[str, Any]] = []

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def text(self, path: str, content: str) -> None:
        told = content.encode()
        self._zip.writestr(path, told)
        self._remember(path, len(told), hashlib.sha256(told).hexdigest())

    def data(self, path: str, content: Any) -> None:
        self.text(path, json.dumps(content, ensure_ascii=False, indent=1))

    def copy(self, path: str, source: IO[bytes]) -> str:
        """The bytes of a file, never whole in memory; their sha256."""
        size, digest = 0, hashlib.sha256()
        with self._zip.open(path, "w", force_zip64=True) as target:
            for chunk in iter(lambda: source.read(_CHUNK), b""):
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self._remember(path, size, digest.hexdigest())
        return digest.hexdigest()

    def _remember(self, path: str, size: int, sha256: str) -> None:
        self.files.append({"path": path, "size": size, "sha256": sha256})


def export(rows: QuerySet[Proposal], target: IO[bytes], *, by: User) -> int:
    """Write the bundle of these dossiers, after a row in the trail of each; how many there are.

    Raises ``Refused`` when there are none, or more than one download should hold.
    """
    refuse_too_much(rows)
    with transaction.atomic():
        locked = list(Proposal.objects.select_for_update().filter(pk__in=rows).order_by("pk"))
        told = {"dossiers": len(locked)}
        audit.record_many(((ACTION, row, told) for row in locked), by=by)
    with Archive(target) as archive:
        archive.text("DOC-TRUOC.txt", _README.read_text(encoding="utf-8"))
        told_of = [_dossier(archive, row, by) for row in locked]
        anchors = _anchors()
        archive.data("dau-moc.json", anchors)
        _manifest(archive, told_of, anchors, by)
    return len(locked)


def refuse_too_much(rows: QuerySet[Proposal]) -> None:
    """Raise ``Refused`` where one download should not hold that much."""
    number, size = measure(rows)
    if not number:
        raise Refused(Fault(_("Không có đề án nào để xuất. Chọn chương trình hoặc năm khác.")))
    if number > MOST_DOSSIERS:
        said = _("Có {n} đề án, mỗi lần xuất nhiều nhất {most}. Chọn thêm năm rồi xuất lại.")
        raise Refused(Fault(said.format(n=number, most=MOST_DOSSIERS)))
    if size > MOST_BYTES:
        said = _(
            "Tài liệu nặng {n} MB, mỗi lần xuất nhiều nhất {most} MB. "
            "Xuất theo từng năm hoặc từng đề án."
        )
        raise Refused(Fault(said.format(n=size >> 20, most=MOST_BYTES >> 20)))


def measure(rows: QuerySet[Proposal]) -> tuple[int, int]:
    """How many dossiers, and how many bytes their files and scans hold, in two queries."""
    chosen = rows.order_by().values("pk")
    attached = Q(pk__in=Proposal.objects.filter(pk__in=chosen).values("attachments__file"))
    scans = Q(
        pk__in=Proposal.objects.filter(pk__in=chosen).values("tracks__reviews__document__file")
    )
    size = StoredFile.objects.filter(attached | scans).aggregate(total=Sum("size"))["total"]
    return rows.order_by().count(), size or 0


def _dossier(archive: Archive, proposal: Proposal, by: User) -> dict[str, Any]:
    folder = proposal.code
    entries = tables.trail(proposal)
    archive.data(f"{folder}/nhat-ky.json", entries)
    spoken = audit.trail(proposal).filter(seq__lte=proposal.audit_seq)
    sentences = {entry.seq: audit.sentence(entry) for entry in spoken}
    archive.text(
        f"{folder}/nhat-ky.csv",
        csv_text.table(
            columns.readable(
                "nhat-ky", ({"sentence": sentences[row["seq"]], **row} for row in entries)
            )
        ),
    )
    for name, rows in tables.all_of(proposal).items():
        archive.data(f"{folder}/bang/{name}.json", rows)
        archive.text(f"{folder}/bang/{name}.csv", csv_text.table(columns.readable(name, rows)))
    return {
        "code": proposal.code,
        "audit_seq": proposal.audit_seq,
        "audit_head": proposal.audit_head,
        "last_entry_id": entries[-1]["id"],
        "withheld": list(_files(archive, proposal, by)),
    }


def _files(archive: Archive, proposal: Proposal, by: User) -> Iterable[dict[str, str]]:
    """Put the files in; gives those that stay out, with the reason."""
    for stored, attachment in tables.files_of(proposal):
        path = f"{proposal.code}/tep/{stored.pk}-{_file_name(stored.name)}"
        why = papers_of_dossier.why_closed(attachment, by) if attachment else ""
        if not why:
            try:
                with stored.content.storage.open(stored.content.name, "rb") as content:
                    found = archive.copy(path, content)
            except FileNotFoundError:
                why = _("Tệp không còn trong kho.")
            else:
                if found == stored.sha256:
                    continue
                why = _("Nội dung tệp khác với lúc được gửi.")
        yield {"path": path, "sha256": stored.sha256, "reason": why}


def _file_name(name: str) -> str:
    """What people call the file, as a name no file system trips over."""
    return re.sub(r'[\x00-\x1f\\/:*?"<>|]', "_", name).strip(" .")[-120:] or "tep"


def _anchors() -> list[dict[str, Any]]:
    """The whole chain of daily anchors: only together they prove each other."""
    columns = ("day", "entries", "last_entry_id", "heads_hash", "prev_hash", "hash")
    rows = AuditAnchor.objects.order_by("day").values(*columns)
    return [{**row, "day": row["day"].isoformat()} for row in rows]


def _manifest(
    archive: Archive, told_of: list[dict[str, Any]], anchors: list[dict[str, Any]], by: User
) -> None:
    for told in told_of:
        covering = (row["day"] for row in anchors if row["last_entry_id"] >= told["last_entry_id"])
        told["covered_by_anchor"] = next(covering, None)
        # The newest rows wait for the next anchor; the ones before stand under one already.
        told["anchored_up_to_id"] = anchors[-1]["last_entry_id"] if anchors else 0
    archive.data(
        "manifest.json",
        {
            "data_on": clock.today().isoformat(),
            "made_at": clock.now().isoformat(),
            "made_by": by.full_name,
            "organisation": by.organisation.name,
            "portal": {"name": "khuyencong", "version": portal_version()},
            "dossiers": told_of,
            "files": list(archive.files),
        },
    )


def portal_version() -> str:
    """As this copy of the portal calls itself; empty where its project file was left out."""
    path = settings.BASE_DIR / "pyproject.toml"
    if not path.exists():
        return ""
    return tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"]
