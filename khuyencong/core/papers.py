"""Register documents that acts rest on: one body gives a number once a year and kind."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from khuyencong.core import clock, text
from khuyencong.core.models import LegalDocument, Organisation, StoredFile
from khuyencong.core.refusals import Fault, Refused


@dataclass(frozen=True)
class Paper:
    """A document as a person enters it: number, date, and for an outside body signer and scan."""

    number: str = ""
    issued_on: datetime.date | None = None
    signer: str = ""
    title: str = ""
    file: StoredFile | None = None

    def __bool__(self) -> bool:
        return bool(self.number or self.issued_on or self.file or self.signer)


def faults_of(
    paper: Paper, *, not_before: datetime.date | None = None, needs_file: bool = False
) -> list[Fault]:
    """What is wrong with a paper an act needs; the date may be neither future nor too early."""
    faults = []
    if not paper.number.strip():
        faults.append(Fault(_("Nhập số văn bản, ví dụ 12/QĐ-UBND."), "document_number"))
    if paper.issued_on is None:
        faults.append(Fault(_("Nhập ngày văn bản, ví dụ 05/02/2026."), "document_date"))
    elif paper.issued_on > clock.today():
        faults.append(Fault(_("Ngày văn bản không được sau hôm nay."), "document_date"))
    elif not_before and paper.issued_on < not_before:
        faults.append(
            Fault(
                _("Ngày văn bản phải từ ngày {day} trở đi, là ngày hồ sơ được trình.").format(
                    day=f"{not_before:%d/%m/%Y}"
                ),
                "document_date",
            )
        )
    if needs_file and paper.file is None:
        faults.append(Fault(_("Đính kèm bản quét (scan) của văn bản."), "document_file"))
    return faults


def register(
    paper: Paper,
    *,
    kind: str,
    issuer: Organisation,
    province: Any = None,
    illustration: bool = False,
) -> LegalDocument:
    """The record of this paper, made once; the same number with another date is refused."""
    try:
        number = text.clean(paper.number)
    except text.TextInputError as error:
        raise Refused(Fault(str(error), "document_number")) from error
    year = paper.issued_on.year if paper.issued_on else None
    found = _same(issuer, kind, number, year)
    if found is None:
        document = LegalDocument(
            number=number,
            kind=kind,
            issuer=issuer,
            issuer_name=issuer.name,
            issued_on=paper.issued_on,
            signer=paper.signer,
            title=paper.title,
            file=paper.file,
            province=province,
            is_illustration=illustration,
        )
        try:
            document.full_clean(validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            raise Refused([Fault(said, "document_number") for said in error.messages]) from error
        try:
            with transaction.atomic():
                document.save()
            return document
        except IntegrityError:
            # Two acts under one decision at once: the other was first, its record is ours too.
            found = _same(issuer, kind, number, year)
    if found.issued_on != paper.issued_on:
        raise Refused(
            Fault(
                _(
                    "Số {number} của {issuer} đã dùng cho văn bản ngày {day}. "
                    "Kiểm tra lại số hoặc ngày."
                ).format(
                    number=found.number, issuer=issuer.name, day=f"{found.issued_on:%d/%m/%Y}"
                ),
                "document_number",
            )
        )
    if paper.file and found.file_id is None:
        found.file, found.signer = paper.file, found.signer or paper.signer
        found.save(update_fields=["file", "signer"])
    elif paper.file:
        # The decision has its scan already; a second copy would belong to nothing.
        paper.file.content.delete(save=False)
        paper.file.delete()
    return found


def _same(issuer: Organisation, kind: str, number: str, year: int | None) -> LegalDocument | None:
    """The record of this number, however it is typed, by the office under any of its names."""
    rows = LegalDocument.objects.filter(
        Q(issuer__lineage=issuer.lineage) | Q(issuer_name=issuer.name),
        number_key=text.number_key(number),
        kind=kind,
        year=year,
    )
    found = list(rows.order_by("pk")[:20])
    # Offices that became one may both have given a number: the name of this one comes first.
    return min(
        found,
        key=lambda row: (row.issuer_name != issuer.name, row.number != number),
        default=None,
    )
