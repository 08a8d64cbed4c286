"""Rows and sums of the ledger, in triệu đồng."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from budgets import ledger
from budgets.ledger import CellExhausted, Posting
from budgets.models import Cell, LedgerEntry
from tests.make import TRIEU


def cell_of(place: SimpleNamespace, source: str = "provincial", year: int = 2026) -> Cell:
    return Cell.objects.get(programme=place.programme, source__code=source, year=year)


def post(cell: Cell, kind: str, trieu: int, **fields: Any) -> LedgerEntry:
    posting = Posting(cell, kind, trieu * TRIEU, "thử", **fields)
    with transaction.atomic():
        return ledger.post([posting])[0]


def sums(cell: Cell) -> tuple[int, int, int]:
    cell.refresh_from_db()
    return cell.allotted // TRIEU, cell.committed // TRIEU, cell.disbursed // TRIEU


def refused(*postings: Posting) -> str:
    """The postings are refused, with what is left told as the reader gets it."""
    with pytest.raises(CellExhausted) as caught, transaction.atomic():
        ledger.post(postings)
    return str(caught.value.explain())
