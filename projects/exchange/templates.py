"""The workbook to fill in: heads with notes, lists to choose from, an example that is ignored."""

from __future__ import annotations

from typing import BinaryIO, Final

from django.utils import translation
from django.utils.translation import gettext as _

from khuyencong.core.workbooks import writing
from projects.exchange.columns import (
    CHOICE,
    DAY,
    LINES,
    MILLIONS,
    MONEY,
    QUANTITY,
    SEVERAL,
    WHOLE,
    YES,
    Column,
    SheetPlan,
)
from projects.exchange.kind import Kind

SPARE: Final = 1_000
_KINDS: Final = {
    LINES: "lines",
    MONEY: "money",
    MILLIONS: "number",
    QUANTITY: "number",
    WHOLE: "number",
    DAY: "date",
}
_LONG_LIST: Final = 40  # a note names the entries of shorter ones itself


def write(target: BinaryIO, kind: Kind) -> None:
    """The template of a kind with today's lists; Vietnamese, whatever the reader's language."""
    with translation.override("vi"), writing.Book(target, title=_("Mẫu nhập Excel")) as book:
        for plan in kind.plans():
            _sheet(book, plan)


def _sheet(book: writing.Book, plan: SheetPlan) -> None:
    lead = writing.Column(_("STT"), "code", 7, _("Dòng ghi «Ví dụ» ở cột này không được nhập."))
    columns = [lead, *(head(column, filled_in=True) for column in plan.columns)]
    above = [
        str(plan.name),
        _("Cột có dấu * phải nhập. Số tiền tính bằng đồng; gõ «300 triệu», «0,3 tỷ» cũng được."),
        _("Xóa hoặc để nguyên dòng ví dụ: dòng đó không được nhập. Không đổi tên cột."),
    ]
    sheet = book.sheet(str(plan.name), columns, above=above, spare_rows=SPARE)
    first = sheet.row([_("Ví dụ"), *(column.example or None for column in plan.columns)])
    for at, column in enumerate(plan.columns, start=1):
        if column.kind == SEVERAL and column.choices:
            # A cell may hold several entries, so the list helps without insisting.
            name = book.list_name([choice.label for choice in column.choices])
            rule = {"validate": "list", "source": f"={name}", "show_error": False}
            sheet.paper.data_validation(first - 1, at, first + SPARE, at, rule)


def head(column: Column, *, filled_in: bool) -> writing.Column:
    """A column as the workbook has it."""
    choices: list[str] = []
    if filled_in and column.kind == CHOICE:
        choices = [choice.label for choice in column.choices]
    elif filled_in and column.kind == YES:
        choices = [_("có"), _("không")]
    kind = _KINDS.get(column.kind, "code")
    return writing.Column(
        column.title if filled_in else str(column.label),
        kind,
        column.width,
        str(column.note) if filled_in else "",
        choices,
    )
