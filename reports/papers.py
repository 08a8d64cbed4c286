"""What official papers have in common: their head, their unit of money, their tables."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.models import LegalDocument, Organisation
from programmes.models import Programme
from reports.layout import Column


def head(programme: Programme, at: datetime.datetime) -> dict[str, str]:
    """Who reports, under whom and where: the offices that act at that instant.

    The upper one is written with its province, the lower one then without.
    """
    day, kinds = timezone.localdate(at), Organisation.Kind
    acting = Organisation.objects.select_related("parent").acting
    office = acting(kinds.INDUSTRY_DEPARTMENT, programme.province_id, day)
    above = office.parent if office and office.parent_id else None
    above = above or acting(kinds.PROVINCIAL_COMMITTEE, programme.province_id, day)
    return {
        "name": office.short_name if office else "",
        "above": above.name if above else "",
        "sign": office.sign if office else "",
        "place": programme.province.name,
    }


def decision(document: LegalDocument) -> dict[str, str]:
    """What a paper says it carries out; a day that is not known is empty."""
    return {
        "kind": document.get_kind_display(),
        "number": document.number,
        "issuer": document.issuer_name,
        "issued_on": day_text(document.issued_on),
    }


def day_text(day: datetime.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def dong(amount: int) -> str:
    return _("{amount} đồng").format(amount=money.format_dong(amount))


def unallocated() -> str:
    """The word for a planned figure that no decision gives."""
    return _("chưa phân bổ")


class Unit:
    """Triệu đồng where no figure loses by it, else đồng: a paper never rounds."""

    def __init__(self, figures: Iterable[int | None]) -> None:
        in_trieu = all(figure % money.THOUSAND == 0 for figure in figures if figure)
        self.name = _("triệu đồng") if in_trieu else _("đồng")
        self._write: Callable[[int], str] = money.format_trieu if in_trieu else money.format_dong

    def text(self, figure: int | None, absent: str = money.MISSING) -> str:
        return absent if figure is None else self._write(figure)


@dataclass(frozen=True)
class Line:
    """One row, ready to print; ``kind`` is its class in the style sheet."""

    label: str
    texts: Sequence[str]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table ready to print; its first column has words."""

    first: str
    headings: Sequence[str]
    rows: Sequence[Line]

    def columns(self) -> list[Column]:
        """What must fit each column."""
        texts: list[Any] = list(zip(*(row.texts for row in self.rows), strict=True))
        return [
            Column(self.first, [row.label for row in self.rows], words=True),
            *(Column(head, column) for head, column in zip(self.headings, texts, strict=True)),
        ]
