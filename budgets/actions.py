"""Acts on the money plan: giving money to cells by a decision."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from budgets import ledger
from budgets.models import Allocation, AllocationLine, Cell, LedgerEntry
from khuyencong.core import audit, clock, money, papers, permissions
from khuyencong.core.models import LegalDocument, Organisation
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from programmes.models import Programme


def ensure_cells(programme: Programme) -> None:
    """One cell a year and state source of the programme; existing ones stay as they are."""
    shares = programme.version.source_shares.filter(source__is_state=True)
    for year in programme.years:
        for share in shares:
            Cell.objects.get_or_create(programme=programme, year=year, source_id=share.source_id)


def allotments(
    document: LegalDocument,
    amounts: dict[Cell, int],
    programme: Programme,
    by: Any,
    *,
    with_approval: bool = False,
) -> list[ledger.Posting]:
    """Postings that give money to cells under a document, with the allocation that names them.

    ``with_approval``: the document approves the dossiers the money is for.
    """
    allocation, _made = Allocation.objects.get_or_create(
        document=document,
        defaults={
            "programme": programme,
            "posted_by": by,
            "posted_at": clock.now(),
            "with_approval": with_approval,
        },
    )
    # A decision entered as an allotment has given its money: approving under it gives no more.
    if (allocation.programme_id, allocation.with_approval) != (programme.pk, with_approval):
        raise _entered_already(document)
    return [
        ledger.Posting(
            cell=cell,
            kind=LedgerEntry.Kind.ALLOT,
            amount=amount,
            reference=document.number,
            document=document,
            effective_on=document.issued_on,
            owner=AllocationLine(allocation=allocation, cell=cell, amount=amount),
        )
        for cell, amount in amounts.items()
        if amount
    ]


def _entered_already(document: LegalDocument) -> Refused:
    return Refused(
        Fault(
            _("Quyết định {number} đã được nhập. Mở kế hoạch vốn để xem lại.").format(
                number=document.number
            ),
            "document_number",
        )
    )


def taken_back(
    document: LegalDocument, amounts: dict[Cell, int], reference: str, under: LegalDocument | None
) -> list[ledger.Posting]:
    """Postings that reverse what an approving decision gave these cells for one dossier.

    ``under`` is the paper by which it is taken back. A sum no line of it gave is left as it is.
    """
    rows = AllocationLine.objects.filter(
        allocation__document=document,
        allocation__with_approval=True,
        entry__reversed_by__isnull=True,
    ).select_related("entry__cell__source")
    open_lines = list(rows.order_by("pk"))
    postings = []
    for cell, amount in amounts.items():
        line = next((r for r in open_lines if (r.cell_id, r.amount) == (cell.pk, amount)), None)
        if line is None:
            continue
        open_lines.remove(line)
        postings.append(
            ledger.Posting(
                cell=cell,
                kind=LedgerEntry.Kind.ALLOT,
                amount=amount,
                reference=reference,
                document=under,
                reverses=line.entry,
                effective_on=under.issued_on if under else None,
            )
        )
    return postings


def _is_dong(amount: Any) -> bool:
    return isinstance(amount, int) and not isinstance(amount, bool) and 0 <= amount <= money.MAX


def allocate(
    programme: Programme,
    amounts: dict[Cell, int],
    *,
    paper: Paper,
    issuer: Organisation,
    by: Any,
    note: str = "",
) -> Allocation:
    """Giao dự toán: give cells money by a decision with number and date, all or nothing.

    ``amounts`` is đồng by cell. Raises ``NotAllowed`` or ``Refused`` with every fault at once.
    """
    reason = permissions.refusal(by, "budgets.allocate", programme)
    if reason:
        raise NotAllowed(reason)
    faults = papers.faults_of(paper)
    if not all(_is_dong(amount) for amount in amounts.values()):
        faults.append(
            Fault(_("Số tiền phải là số đồng nguyên, từ 0 đến 999.999 tỷ đồng."), "amounts")
        )
    elif not any(amounts.values()):
        faults.append(Fault(_("Nhập số tiền giao cho ít nhất một năm, một nguồn."), "amounts"))
    if any(cell.programme_id != programme.pk for cell in amounts):
        faults.append(Fault(_("Có ô kinh phí không thuộc chương trình này."), "amounts"))
    if faults:
        raise Refused(faults)
    try:
        with transaction.atomic():
            locked = Programme.objects.select_for_update().get(pk=programme.pk)
            document = papers.register(
                paper,
                kind=LegalDocument.Kind.DECISION,
                issuer=issuer,
                province=programme.province,
                illustration=programme.is_illustration,
            )
            if Allocation.objects.filter(document=document).exists():
                raise _entered_already(document)
            postings = allotments(document, amounts, locked, by)
            allocation = Allocation.objects.get(document=document)
            if note:
                Allocation.objects.filter(pk=allocation.pk).update(note=note)
            audit.record(
                "budgets.allocation.post",
                locked,
                by=by,
                document=document,
                effective_on=document.issued_on,
                changes={
                    "cells": [
                        {"year": cell.year, "source": cell.source.code, "amount": amount}
                        for cell, amount in amounts.items()
                        if amount
                    ]
                },
            )
            ledger.post(postings, by=by)
            return allocation
    except ledger.CellExhausted as error:
        raise error.explain() from error
