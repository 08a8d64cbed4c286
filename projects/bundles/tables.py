"""What stands in the books about one dossier, a table at a time, as plain rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from budgets.models import LedgerEntry
from khuyencong.core import audit
from khuyencong.core.models import LegalDocument, StoredFile
from khuyencong.core.models.sealed import said_by
from projects.models import (
    Acceptance,
    Attachment,
    CheckedNorm,
    CheckRecord,
    Commitment,
    Contract,
    CostItem,
    CostShare,
    DecisionLine,
    Disbursement,
    Finding,
    FundingLine,
    Justification,
    PanelConflict,
    PanelItem,
    PanelVote,
    Proposal,
    Remark,
    ReturnPoint,
    Review,
    ReviewAmount,
    ReviewShare,
    Settlement,
    Snapshot,
    StatusChange,
    Track,
)

Rows = list[dict[str, Any]]


def _plain(rows: QuerySet, **named: str) -> Rows:
    """Every column, and beside the keys what people call their records."""
    columns = [field.attname for field in rows.model._meta.concrete_fields]
    found = rows.order_by("pk").values(*columns, **{key: F(path) for key, path in named.items()})
    return [{key: _data(value) for key, value in row.items()} for row in found]


def _data(value: Any) -> Any:
    match value:
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat()
        case datetime.date():
            return value.isoformat()
        case Decimal():
            return str(value.normalize())
    return value


def _sealed(rows: QuerySet) -> Rows:
    """Rows as their seals were made over them, with the seals."""
    return [{"id": row.pk, **said_by(row), "seal": row.seal} for row in rows.order_by("pk")]


def trail(proposal: Proposal) -> Rows:
    """The chain up to the head the manifest names, as its hashes were made over it."""
    rows = audit.trail(proposal).filter(seq__lte=proposal.audit_seq)
    return [{"id": row.pk, **audit.said_by(row), "hash": row.hash} for row in rows]


def entries_of(proposal: Proposal) -> QuerySet[LedgerEntry]:
    """Ledger rows of what was committed, paid and settled for it."""
    lines = proposal.funding_lines.values("pk")
    keys = Q(pk__in=[])
    for model in (Commitment, Disbursement, Settlement):
        keys |= Q(pk__in=model.objects.filter(line__in=lines).values("entry"))
    return LedgerEntry.objects.filter(keys)


def documents_of(proposal: Proposal) -> QuerySet[LegalDocument]:
    """Papers that any of its acts, reviews, decisions or payments rests on."""
    reviews = Review.objects.filter(track__proposal=proposal)
    keys = Q(pk__in=[])
    for rows in (
        audit.trail(proposal).values("document"),
        reviews.values("document"),
        DecisionLine.objects.filter(track__proposal=proposal).values("decision__document"),
        proposal.tracks.values("reopened_by"),
        proposal.attachments.values("document"),
        proposal.contracts.values("document"),
        proposal.acceptances.values("document"),
        entries_of(proposal).values("document"),
    ):
        keys |= Q(pk__in=rows)
    return LegalDocument.objects.filter(keys)


def files_of(proposal: Proposal) -> list[tuple[StoredFile, Attachment | None]]:
    """Its attachments of all rounds, and the scans of its papers, each file once."""
    attached = proposal.attachments.select_related("file__uploaded_by__organisation")
    found: dict[int, tuple[StoredFile, Attachment | None]] = {
        row.file_id: (row.file, row) for row in attached.order_by("pk")
    }
    for document in documents_of(proposal).filter(file__isnull=False).select_related("file"):
        found.setdefault(document.file_id, (document.file, None))
    return list(found.values())


def _of(model: Any, path: str = "proposal") -> Callable[[Proposal], QuerySet]:
    return lambda proposal: model.objects.filter(**{path: proposal})


_TRACK, _REVIEW, _LINE = "track__proposal", "review__track__proposal", "line__proposal"
_SOURCE = {"source_code": "source__code"}
_ENTRY = {"entry_amount": "entry__amount", "entry_kind": "entry__kind"}
# File name → rows; sealed ones carry the proof of themselves.
SEALED: dict[str, Callable[[Proposal], QuerySet]] = {
    "chuyen-trang-thai": _of(StatusChange),
    "ban-trinh": _of(Snapshot),
    "kiem-tra": _of(CheckRecord),
    "dinh-muc-ap-dung": _of(CheckedNorm, "record__proposal"),
    "so-kinh-phi": entries_of,
}
PLAIN: dict[str, tuple[Callable[[Proposal], QuerySet], dict[str, str]]] = {
    "luong-tham-dinh": (_of(Track), {**_SOURCE, "step_order": "step__order"}),
    "luot-xem-xet": (
        _of(Review, _TRACK),
        {
            "source_code": "track__source__code",
            "step_kind": "step__kind",
            "organisation_name": "organisation__name",
            "proposed_by_name": "proposed_by__full_name",
            "decided_by_name": "decided_by__full_name",
            "recorded_by_name": "recorded_by__full_name",
            "document_number": "document__number",
        },
    ),
    "so-tien-theo-von": (
        _of(ReviewAmount, _REVIEW),
        {"source_code": "line__source__code", "year": "line__year"},
    ),
    "so-tien-theo-dong": (_of(ReviewShare, _REVIEW), _SOURCE),
    "tieu-chi": (
        _of(Finding, _REVIEW),
        {"criterion_name": "criterion__name", "found_by_name": "found_by__full_name"},
    ),
    "muc-tra-lai": (_of(ReturnPoint, _REVIEW), {}),
    "y-kien": (
        _of(Remark),
        {"organisation_name": "organisation__name", "written_by_name": "written_by__full_name"},
    ),
    "giai-trinh": (_of(Justification), {"written_by_name": "written_by__full_name"}),
    "du-toan": (_of(CostItem), {}),
    "du-toan-theo-nguon": (_of(CostShare, "item__proposal"), _SOURCE),
    "dong-von": (_of(FundingLine), _SOURCE),
    "quyet-dinh": (
        _of(DecisionLine, _TRACK),
        {
            "source_code": "track__source__code",
            "document_number": "decision__document__number",
            "issued_on": "decision__document__issued_on",
            "recorded_by_name": "decision__recorded_by__full_name",
        },
    ),
    "cam-ket": (_of(Commitment, _LINE), _ENTRY),
    "giai-ngan": (_of(Disbursement, _LINE), {**_ENTRY, "document_number": "document__number"}),
    "quyet-toan": (_of(Settlement, _LINE), {"document_number": "document__number"}),
    "hop-dong": (_of(Contract), {"document_number": "document__number"}),
    "nghiem-thu": (_of(Acceptance), {"document_number": "document__number"}),
    "hoi-dong": (_of(PanelItem), {"panel_code": "panel__code", "meets_on": "panel__meets_on"}),
    "hoi-dong-phieu": (_of(PanelVote, "item__proposal"), {"member_name": "member__full_name"}),
    "hoi-dong-xung-dot": (
        _of(PanelConflict, "item__proposal"),
        {"member_name": "member__full_name"},
    ),
    "van-ban": (documents_of, {"sha256": "file__sha256"}),
    "tai-lieu": (_of(Attachment), {"file_name": "file__name", "sha256": "file__sha256"}),
}


def all_of(proposal: Proposal) -> dict[str, Rows]:
    """Every table of the dossier but the trail, by the name of its file."""
    found = {name: _sealed(rows(proposal)) for name, rows in SEALED.items()}
    return found | {name: _plain(rows(proposal), **named) for name, (rows, named) in PLAIN.items()}
