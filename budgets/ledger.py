"""The only writer of money: rows are added, and the cell's stored sums move with them.

One conditional UPDATE a cell is the guard, the cell's CHECK the second wall. The hot row comes last
in the caller's transaction, so that its lock covers one statement and the commit.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from budgets.models import Cell, LedgerEntry
from khuyencong.core import clock, money
from khuyencong.core.models import LegalDocument
from khuyencong.core.refusals import Fault, Refused

Kind = LedgerEntry.Kind
# What one đồng of a kind does to (allotted, committed, disbursed).
EFFECTS: dict[str, tuple[int, int, int]] = {
    Kind.ALLOT: (1, 0, 0),
    Kind.TRANSFER_IN: (1, 0, 0),
    Kind.CARRY_IN: (1, 0, 0),
    Kind.TRANSFER_OUT: (-1, 0, 0),
    Kind.CARRY_OUT: (-1, 0, 0),
    Kind.LAPSE: (-1, 0, 0),
    Kind.COMMIT: (0, 1, 0),
    Kind.RELEASE: (0, -1, 0),
    Kind.DISBURSE: (0, 0, 1),
    Kind.RECOVER: (0, 0, -1),
    Kind.SETTLE: (0, 0, 0),
}
SUMS = ("allotted", "committed", "disbursed")
# Written out, since building it from expressions each time takes longer than the database does.
MOVE = """
UPDATE budgets_cell
SET allotted = allotted + %(allotted)s,
    committed = committed + %(committed)s,
    disbursed = disbursed + %(disbursed)s
WHERE id = %(cell)s
    AND allotted + %(allotted)s >= committed + %(committed)s
    AND committed + %(committed)s >= disbursed + %(disbursed)s
    AND disbursed + %(disbursed)s >= 0
"""
WALLS = ("cell_never_over", "cell_disbursed_not_negative")


@dataclass
class Posting:
    """One row to be added. ``owner`` is the unsaved record above that points down to the entry."""

    cell: Cell
    kind: str
    amount: int
    reference: str
    document: LegalDocument | None = None
    effective_on: datetime.date | None = None
    reverses: LedgerEntry | None = None
    owner: models.Model | None = field(default=None, repr=False)

    @property
    def deltas(self) -> tuple[int, int, int]:
        sign = -1 if self.reverses else 1
        allotted, committed, disbursed = EFFECTS[self.kind]
        amount = sign * self.amount
        return allotted * amount, committed * amount, disbursed * amount

    @property
    def mirrors(self) -> bool:
        """Whether it takes back exactly what the row it reverses has done."""
        row = self.reverses
        theirs = (row.cell_id, row.kind, row.amount, row.reverses_id)
        return theirs == (self.cell.pk, self.kind, self.amount, None)


class CellExhausted(Refused):
    """A cell has not the money. Its words are made after the rollback, from what is left then."""

    status = 409
    code = "cell-exhausted"

    def __init__(self, cell: Cell, deltas: tuple[int, int, int]) -> None:
        self.cell_id, self.deltas = cell.pk, deltas
        super().__init__([])

    def explain(self) -> CellExhausted:
        """Fill in the message: names the cell and what it has left, in triệu đồng."""
        cell = Cell.objects.select_related("source", "programme").get(pk=self.cell_id)
        self.faults = [Fault(shortage(cell, self.deltas), "amounts")]
        self.args = (self.faults[0].message,)
        return self


def shortage(cell: Cell, deltas: tuple[int, int, int]) -> str:
    """Why these deltas do not fit the cell, in words that name it and what is left."""
    allotted, committed, disbursed = deltas
    where = {
        "source": cell.source.name,
        "year": cell.year,
        "programme": cell.programme.name,
        "left": money.format_exact(cell.available),
        "committed": money.format_exact(cell.committed),
        "unpaid": money.format_exact(cell.committed - cell.disbursed),
        "paid": money.format_exact(cell.disbursed),
    }
    if committed > max(allotted, 0):
        wanted = committed - allotted
        text = _(
            "{source} năm {year} ({programme}) chỉ còn {left} triệu đồng, không đủ để cam kết "
            "{wanted} triệu đồng. Giảm số tiền hoặc chờ giao thêm dự toán."
        )
    elif committed > allotted:
        wanted = committed - allotted
        text = _(
            "{source} năm {year} ({programme}) chỉ còn {left} triệu đồng chưa cam kết: "
            "không rút được {wanted} triệu đồng."
        )
    elif disbursed > max(committed, 0):
        wanted = disbursed
        text = _(
            "{source} năm {year} ({programme}) đã cam kết {committed}, chỉ còn {unpaid} triệu đồng "
            "chưa giải ngân, không đủ để chi {wanted} triệu đồng."
        )
    elif disbursed > committed:
        wanted = disbursed - committed
        text = _(
            "{source} năm {year} ({programme}) đã cam kết {committed}, chỉ còn {unpaid} triệu đồng "
            "chưa giải ngân: không giải tỏa được {wanted} triệu đồng."
        )
    else:
        wanted = -disbursed
        text = _(
            "{source} năm {year} ({programme}) đã giải ngân {paid} triệu đồng: "
            "không thu hồi được {wanted} triệu đồng."
        )
    return text.format(wanted=money.format_exact(wanted), **where)


def post(postings: Iterable[Posting], *, by: Any = None) -> list[LedgerEntry]:
    """Add the rows and move the sums, all or nothing; to be called last in the transaction.

    Raises ``CellExhausted`` when a cell has not the money, ``Refused`` for money that is not the
    state's, ``ValueError`` for an amount that is not a positive whole number of đồng.
    """
    postings = list(postings)
    if not postings:
        return []
    # No savepoint: whoever called is undone as a whole when a cell has not the money.
    with transaction.atomic(savepoint=False):
        entries = _add_rows(postings, by)
        for cell, deltas in sums(postings):
            _move(cell, deltas)
    return entries


def _add_rows(postings: list[Posting], by: Any) -> list[LedgerEntry]:
    now, today = clock.now(), clock.today()
    for posting in postings:
        if not posting.cell.source.is_state:
            raise Refused(_("Chỉ ngân sách nhà nước mới được ghi vào sổ kinh phí."))
        if isinstance(posting.amount, bool) or not isinstance(posting.amount, int):
            raise ValueError("an amount is a whole number of đồng")
        if not 0 < posting.amount <= money.MAX:
            raise ValueError("an amount is positive and at most money.MAX")
        if posting.reverses and not posting.mirrors:
            raise ValueError("a reversing row is the mirror of a row that reverses nothing")
    entries = LedgerEntry.objects.bulk_create(
        LedgerEntry(
            cell=posting.cell,
            kind=posting.kind,
            amount=posting.amount,
            reference=posting.reference,
            document=posting.document,
            effective_on=posting.effective_on or today,
            posted_at=now,
            posted_by=by,
            reverses=posting.reverses,
        )
        for posting in postings
    )
    owners: dict[type[models.Model], list[models.Model]] = {}
    for posting, entry in zip(postings, entries, strict=True):
        if posting.owner is not None:
            posting.owner.entry = entry
            owners.setdefault(type(posting.owner), []).append(posting.owner)
    for kind, rows in owners.items():
        kind._default_manager.bulk_create(rows)
    return entries


def sums(postings: list[Posting]) -> list[tuple[Cell, tuple[int, int, int]]]:
    """Net movement a cell, in cell-id order, so that two transactions never wait for each other."""
    cells: dict[int, Cell] = {}
    sums: dict[int, tuple[int, int, int]] = {}
    for posting in postings:
        cells[posting.cell.pk] = posting.cell
        before = sums.get(posting.cell.pk, (0, 0, 0))
        sums[posting.cell.pk] = tuple(a + b for a, b in zip(before, posting.deltas, strict=True))
    return [(cells[pk], sums[pk]) for pk in sorted(sums)]


def _move(cell: Cell, deltas: tuple[int, int, int]) -> None:
    if deltas == (0, 0, 0):
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(MOVE, {"cell": cell.pk, **dict(zip(SUMS, deltas, strict=True))})
            moved = cursor.rowcount
    except IntegrityError as error:
        if any(wall in str(error) for wall in WALLS):
            raise CellExhausted(cell, deltas) from error
        raise
    if not moved:
        raise CellExhausted(cell, deltas)


def recomputed(cell_ids: Iterable[int] | None = None) -> dict[int, tuple[int, int, int]]:
    """The three sums of each cell as its ledger rows give them (one query)."""
    rows = LedgerEntry.objects.all()
    if cell_ids is not None:
        rows = rows.filter(cell_id__in=list(cell_ids))
    sums: dict[int, list[int]] = {}
    grouped = rows.values("cell_id", "kind", turned=models.Q(reverses__isnull=False)).annotate(
        total=Sum("amount")
    )
    for row in grouped.order_by():
        amount = -row["total"] if row["turned"] else row["total"]
        found = sums.setdefault(row["cell_id"], [0, 0, 0])
        # A kind that does not exist was written around the code: it moves nothing, I2 names it.
        for index, effect in enumerate(EFFECTS.get(row["kind"], (0, 0, 0))):
            found[index] += effect * amount
    return {pk: tuple(found) for pk, found in sums.items()}
