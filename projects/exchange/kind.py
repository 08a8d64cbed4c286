"""What one kind of import knows: its sheets, how its rows are judged, how they are written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core.models import SerialCounter, User
from khuyencong.core.refusals import Refused
from programmes.models import Programme
from projects.exchange.columns import SheetPlan
from projects.exchange.intake import Found, Read
from projects.models import ImportRow

# Tell how far the writing is, in percent of its own.
Tell = Callable[[int], None]


class Kind(ABC):
    """What each kind must know; one object serves one workbook and reads its lists once."""

    rule = ""
    # Columns whose values are not kept once the import has ended, whichever way.
    forgets: frozenset[str] = frozenset()

    def __init__(self, user: User, programme: Programme | None = None) -> None:
        self.user = user
        self.programme = programme
        # What the reading found of the workbook as a whole; kept with the run.
        self.params: dict[str, Any] = {}
        self.province_id = programme.province_id if programme else user.organisation.province_id

    @abstractmethod
    def plans(self) -> Sequence[SheetPlan]:
        """The sheets a workbook of this kind has, and their columns."""

    @abstractmethod
    def judge(self, found: Sequence[Found]) -> list[Read]:
        """Every row with everything that is wrong with it; asks the database for lists alone."""

    def lock(self) -> None:
        """Wait for the writing of others that could add the same to this province."""
        SerialCounter.take(f"import-{self.province_id}")

    @abstractmethod
    def write(self, rows: Iterable[ImportRow], tell: Tell) -> dict[int, int]:
        """Write what was agreed to, inside the caller's transaction: row id → id of the record."""


def as_read(row: ImportRow) -> Read:
    """A row as it was judged, to be judged once more."""
    return Read(row.sheet, row.sheet_row, values=dict(row.values))


def in_parts(rows: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def refused_at(row: ImportRow, refused: Refused) -> Refused:
    """What a record's own verb refused, with the row it is about: the register has moved on."""
    return Refused(
        _(
            "Dòng {n}: {message} Sổ đã thay đổi từ lúc kiểm tra; chưa dòng nào được ghi. "
            "Tải tệp lên lại để kiểm tra lại."
        ).format(n=row.sheet_row, message=str(refused))
    )
