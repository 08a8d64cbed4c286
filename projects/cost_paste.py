"""A block of a workbook read as cost lines, and the cost table written as such a block.

Pure: texts in, texts out. What a cell says is not judged here but for its figures, which are
written the way the form reads them; a cell that cannot be read keeps its text and is named.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.text import fold
from projects.drafts import CostRow
from projects.pasted_cells import cells_of, read_cell

MOST: Final = 200
_TITLES: Final = {
    "name": gettext_lazy("Nội dung chi"),
    "unit": gettext_lazy("ĐVT"),
    "quantity": gettext_lazy("Số lượng"),
    "unit_price": gettext_lazy("Đơn giá"),
    "amount": gettext_lazy("Thành tiền"),
    "activity": gettext_lazy("Nội dung hoạt động"),
    "note": gettext_lazy("Ghi chú"),
}
# How heads of such tables begin, folded; the longer words are tried first.
_HEADS: Final = {
    "number": ("stt", "tt", "so tt", "so thu tu"),
    "activity": ("noi dung hoat dong", "hoat dong"),
    "name": ("noi dung chi", "noi dung", "hang muc", "ten", "dien giai", "khoan muc"),
    "unit": ("don vi tinh", "dvt", "don vi"),
    "quantity": ("so luong", "sl", "khoi luong"),
    "unit_price": ("don gia", "gia"),
    "amount": ("thanh tien", "tong tien", "kinh phi", "tong cong", "tong"),
    "note": ("ghi chu",),
}
# The last line of such a table: it is a sum of ours, not a cost.
_SUM_LINES: Final = ("cong", "tong", "tong cong", "tong so")


class Source(Protocol):
    """A source of money as the table names it."""

    code: str
    name: str
    short_name: str


class Activity(Protocol):
    code: str
    name: str


@dataclass(frozen=True)
class CellFault:
    """A cell that cannot be read, by its line in the block and its column's title."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        if not self.column:
            return _("Dòng {n}: {message}").format(n=self.line, message=self.message)
        return _("Dòng {n}, cột {column}: {message}").format(
            n=self.line, column=self.column, message=self.message
        )


@dataclass(frozen=True)
class Pasted:
    """Lines as texts by box name, with what could not be read in them."""

    rows: list[dict[str, str]] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    def numbered_from(self, first: int) -> Pasted:
        """The same with the lines counted as they stand in a table that had lines before."""
        moved = [replace(fault, line=fault.line + first - 1) for fault in self.faults]
        return replace(self, faults=moved)


def read(block: str, sources: Sequence[Source], activities: Sequence[Activity] = ()) -> Pasted:
    """Lines of a block: item, unit, quantity, unit price, amount, then the sources' columns.

    A line of heads names the columns instead, in any order. Lines are counted without the heads
    and without empty ones, as the table will show them.
    """
    lines = [cells for cells in cells_of(block) if any(cells) and not _is_sum(cells)]
    if not lines:
        return Pasted(faults=[CellFault(1, "", _("chưa có gì để dán. Chép các dòng từ Excel."))])
    columns = _heads(lines[0], sources)
    scale = ["" for _column in columns]
    if columns:
        scale = [_unit_said(cell) for cell in lines[0]]
        lines = lines[1:]
    else:
        lines = _without_numbers(lines)
        columns = _by_place(sources, max(len(cells) for cells in lines), activities)
        scale = ["" for _column in columns]
    if len(lines) > MOST:
        text = _("bảng dán có {count} dòng, tối đa {most}. Dán làm nhiều lần.")
        return Pasted(faults=[CellFault(1, "", text.format(count=len(lines), most=MOST))])
    titles = {f"share-{source.code}": source.short_name for source in sources} | _TITLES
    found = Pasted()
    for number, cells in enumerate(lines, start=1):
        row: dict[str, str] = {}
        for column, unit, typed in zip(columns, scale, cells, strict=False):
            if not column or column == "number" or not typed:
                continue
            try:
                row[column] = read_cell(column, typed, unit)
            except ValueError as error:
                row[column] = typed
                found.faults.append(CellFault(number, str(titles[column]), str(error)))
        for typed in cells[len(columns) :]:
            if typed:
                text = _("ô «{text}» nằm ngoài các cột của bảng.").format(text=typed[:40])
                found.faults.append(CellFault(number, "", text))
        found.rows.append(row)
    return found


def write(
    rows: Iterable[CostRow], sources: Sequence[Source], activities: Sequence[Activity] = ()
) -> str:
    """The table as such a block, heads first; pasted back it gives the same lines."""
    rows = list(rows)
    several = len(activities) > 1
    noted = any(row.note for row in rows)
    columns = ["name", "unit", "quantity", "unit_price", "amount"]
    heads = [str(_TITLES[name]) for name in columns]
    heads += [source.short_name for source in sources]
    heads += [str(_TITLES["activity"])] if several else []
    heads += [str(_TITLES["note"])] if noted else []
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(heads)
    for row in rows:
        cells = [
            _plain(row.name),
            _plain(row.unit),
            _quantity_text(row.quantity),
            _money_text(row.unit_price),
            _money_text(row.total()),
            *(_money_text(row.shares.get(source.code, 0)) for source in sources),
        ]
        cells += [row.activity_code] if several else []
        cells += [_plain(row.note)] if noted else []
        writer.writerow(cells)
    return out.getvalue()


def _is_sum(cells: list[str]) -> bool:
    texts = [cell for cell in cells if re.search("[^0-9., ]", cell)]
    return len(texts) == 1 and fold(texts[0]).strip(" .:") in _SUM_LINES


def _without_numbers(lines: list[list[str]]) -> list[list[str]]:
    """Without a first column that only counts the lines."""
    counts = [line[0] for line in lines if line[0]]
    numbered = counts == [str(n) for n in range(1, len(counts) + 1)] and len(counts) > 0
    named = all(len(line) > 1 and re.search("[^0-9., ]", line[1]) for line in lines)
    return [line[1:] for line in lines] if numbered and named else lines


def _heads(cells: list[str], sources: Sequence[Source]) -> list[str]:
    """The columns that a line of heads names; nothing where it is no such line."""
    columns = [_head(cell, sources) for cell in cells]
    known = [name for name in columns if name]
    is_head = "name" in known and len(known) >= 2 and len(known) == len(set(known))
    return columns if is_head else []


def _head(cell: str, sources: Sequence[Source]) -> str:
    folded = fold(re.sub(r"\(.*?\)", "", cell)).strip(" .:*")
    for source in sources:
        if folded in (fold(source.short_name), fold(source.name), source.code):
            return f"share-{source.code}"
    for name, words in _HEADS.items():
        if folded in words:
            return name
    for source in sources:
        if folded and (fold(source.short_name) in folded.split() or fold(source.name) in folded):
            return f"share-{source.code}"
    for name, words in _HEADS.items():
        if any(folded.startswith(f"{word} ") for word in words):
            return name
    return ""


def _unit_said(cell: str) -> str:
    """The unit a head gives to bare figures below it: «Đơn giá (triệu đồng)»."""
    folded = fold(cell)
    for word in ("trieu", "nghin", "ngan", "ty"):
        if word in re.findall("[a-z]+", folded.partition("(")[2]):
            return {"trieu": "triệu", "nghin": "nghìn", "ngan": "nghìn", "ty": "tỷ"}[word]
    return ""


def _by_place(sources: Sequence[Source], width: int, activities: Sequence[Activity]) -> list[str]:
    columns = ["name", "unit", "quantity", "unit_price", "amount"]
    columns += [f"share-{source.code}" for source in sources]
    if len(activities) > 1 and width > len(columns):
        columns.append("activity")
    return columns


def _plain(text: str) -> str:
    """A cell that a workbook would take for a formula goes out with a space before it."""
    return f" {text}" if text[:1] in ("=", "+", "-", "@") else text


def _quantity_text(quantity: Decimal) -> str:
    whole, _point, fraction = f"{quantity.normalize():f}".partition(".")
    # Three decimals could be thousands of an English workbook; a fourth makes it plain.
    return whole + (f",{fraction}0" if len(fraction) == 3 else f",{fraction}" if fraction else "")


def _money_text(amount: int) -> str:
    return str(amount) if amount else ""
