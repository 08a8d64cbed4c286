"""A column of a workbook: how it is titled, what it explains, and how one cell of it is read."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from khuyencong.core import money, text, vndates
from khuyencong.core.workbooks.cells import Cell
from projects.forms.costs import QuantityField

TEXT, LINES, MONEY, MILLIONS, QUANTITY = "text", "lines", "money", "millions", "quantity"
WHOLE, DAY, CHOICE, SEVERAL, YES = "whole", "day", "choice", "several", "yes"
# What parts several entries of one cell.
PARTED: Final = ";"
_YES: Final = frozenset({"co", "x", "yes", "dung", "1", "true"})
_NO: Final = frozenset({"khong", "no", "0", "false", "-"})
_DIGITS: Final = frozenset("0123456789")


class Choice(NamedTuple):
    """One entry of a list: what is stored, how the list says it, how else people write it."""

    value: Any
    label: str
    aliases: tuple[str, ...] = ()


_MANY: Final = object()


def _named(choices: Sequence[Choice], key: Callable[[str], str]) -> dict[str, Any]:
    """Values by name; a label of one choice wins over the aliases of others."""
    found: dict[str, Any] = {}
    for names in ([(c.value, (c.label,)) for c in choices], [(c[0], c[2]) for c in choices]):
        level: dict[str, Any] = {}
        for value, labels in names:
            for name in {key(label) for label in labels}:
                level[name] = value if level.get(name, value) == value else _MANY
        found = level | found
    return found


@dataclass(frozen=True)
class Column:
    """One column of a kind of workbook.

    ``check`` is the rule of the page's field or of the model: it gives the value or raises
    ``ValidationError``. A ``computed`` column may hold a formula: its value is made again.
    """

    code: str
    label: str | Promise
    kind: str = TEXT
    required: bool = False
    note: str | Promise = ""
    width: float = 16
    choices: Sequence[Choice] = ()
    check: Callable[[Any], Any] | None = None
    computed: bool = False
    example: str | int | Decimal | datetime.date = ""
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """As the head of the sheet says it, a star where nothing may be left out."""
        return f"{self.label} *" if self.required else str(self.label)

    def names(self) -> set[str]:
        return {heading(str(self.label)), *map(heading, self.also)}

    @cached_property
    def _exact(self) -> dict[str, Any]:
        return _named(self.choices, str.casefold)

    @cached_property
    def _folded(self) -> dict[str, Any]:
        return _named(self.choices, text.fold)

    def chosen(self, typed: str) -> Any:
        """The value of a choice by what was typed; a ``ValueError`` says how to find it."""
        said = " ".join(typed.split())
        for found in (self._exact.get(said.casefold()), self._folded.get(text.fold(said))):
            if found is _MANY:
                raise ValueError(
                    _("có nhiều mục tên «{typed}»; chọn trong danh sách của mẫu").format(
                        typed=said[:60]
                    )
                )
            if found is not None:
                return found
        raise ValueError(
            _("không có «{typed}» trong danh sách; chọn trong danh sách của mẫu").format(
                typed=said[:60]
            )
        )

    def read(self, cell: Cell) -> Any:
        """The value of a cell, None when it is empty; a ``ValueError`` says what is wrong."""
        if fault := state_of(cell, self):
            raise ValueError(fault)
        if cell.is_empty or (self.computed and cell.is_formula):
            value = None
        else:
            value = _READERS[self.kind](self, cell)
        if value is None:
            if self.required:
                raise ValueError(_("chưa nhập"))
            return None
        return self.checked(value)

    def checked(self, value: Any) -> Any:
        if self.check is None:
            return value
        try:
            return self.check(value)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error


def heading(title: str) -> str:
    """A head cell as it is compared: blind to accents, stars, case and spacing."""
    return text.fold(title.replace("*", " "))


def state_of(cell: Cell, column: Column) -> str:
    """What is wrong with a cell whatever it should hold: in words, or nothing."""
    if cell.is_covered:
        return _("nằm trong ô gộp {range}; bỏ gộp ô rồi nhập từng ô").format(range=cell.merged)
    if cell.is_formula and not column.computed:
        return _("có công thức; sao chép rồi dán giá trị (Paste Values) vào chính ô đó")
    if cell.is_error:
        return _("báo lỗi {error}; sửa lại ô này").format(error=cell.text[:20])
    if cell.is_broken:
        return _("có ký tự hỏng; xóa ô rồi gõ lại")
    if coding := cell.old_coding:
        return _(
            "gõ bằng bảng mã cũ {coding}; chuyển sang Unicode bằng bộ gõ (Unikey: Ctrl+Shift+F6) "
            "rồi dán lại"
        ).format(coding=coding)
    return ""


def _text(column: Column, cell: Cell) -> str:
    return cell.lines if column.kind == LINES else cell.text


def _money(column: Column, cell: Cell) -> int:
    """đồng; in a column of triệu đồng a bare number means that many triệu."""
    in_millions = column.kind == MILLIONS
    if cell.number is not None:
        if cell.number < 0:
            raise ValueError(_("số tiền không được âm"))
        dong = cell.number * (money.MILLION if in_millions else 1)
        if dong != dong.to_integral_value():
            raise ValueError(_("số tiền phải tròn đồng"))
        if dong > money.MAX:
            raise ValueError(_("lớn hơn 999.999 tỷ đồng; kiểm tra lại số chữ số không"))
        return int(dong)
    _needs_digits(cell, _("không phải số; nhập ví dụ 300 triệu hoặc 300.000.000"))
    return money.parse(cell.text, default_unit="trieu" if in_millions else "dong")


def _quantity(column: Column, cell: Cell) -> Decimal:
    _needs_digits(cell, _("không phải số; nhập ví dụ 2 hoặc 2,5"))
    try:
        return QuantityField().read(cell.text)
    except ValueError as error:
        raise ValueError(str(error)) from error


def _whole(column: Column, cell: Cell) -> int:
    _needs_digits(cell, _("không phải số; nhập ví dụ 12"))
    number = cell.integer
    if number is None:
        typed = cell.text.replace(".", "").replace(" ", "")
        number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 16 else None
    if number is None or number < 0:
        raise ValueError(_("phải là số nguyên, không âm, ví dụ 12"))
    return number


def _needs_digits(cell: Cell, message: str) -> None:
    if cell.number is None and (not _DIGITS & set(cell.text) or cell.date or cell.boolean):
        raise ValueError(message)


def _day(column: Column, cell: Cell) -> datetime.date:
    if cell.date is not None:
        if not vndates.FIRST_YEAR <= cell.date.year <= vndates.LAST_YEAR:
            raise ValueError(_("năm {year} ngoài khoảng được nhận").format(year=cell.date.year))
        return cell.date
    if cell.number is not None:
        raise ValueError(_("không phải ngày; nhập ví dụ 1/5/2026"))
    return vndates.parse_date(cell.text)


def _choice(column: Column, cell: Cell) -> Any:
    return column.chosen(cell.text)


def _several(column: Column, cell: Cell) -> list[Any]:
    parts = [part.strip() for part in cell.text.split(PARTED) if part.strip()]
    return [column.chosen(part) for part in parts] if column.choices else parts


def _yes(column: Column, cell: Cell) -> bool:
    name = "true" if cell.boolean else text.fold(cell.text)
    if name in _YES:
        return True
    if name in _NO:
        return False
    raise ValueError(_("chỉ nhận «có» hoặc «không»"))


_READERS: Final[dict[str, Callable[[Column, Cell], Any]]] = {
    TEXT: _text,
    LINES: _text,
    MONEY: _money,
    MILLIONS: _money,
    QUANTITY: _quantity,
    WHOLE: _whole,
    DAY: _day,
    CHOICE: _choice,
    SEVERAL: _several,
    YES: _yes,
}


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, datetime.date) else value


@dataclass(frozen=True)
class SheetPlan:
    """One sheet of a kind of workbook: its name, its columns, and what a person should know."""

    name: str | Promise
    columns: Sequence[Column]
    hints: Sequence[str | Promise] = field(default=())

    @cached_property
    def by_code(self) -> dict[str, Column]:
        return {column.code: column for column in self.columns}
