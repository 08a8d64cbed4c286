"""The uploaded workbook again, each faulty cell coloured, with a note that says what is wrong."""

from __future__ import annotations

from itertools import groupby
from typing import BinaryIO, Final

from django.utils import translation
from django.utils.translation import gettext as _

from khuyencong.core.workbooks import writing
from projects.exchange import kinds
from projects.exchange.columns import SheetPlan
from projects.models import ImportRow, ImportRun

_AT_ONCE: Final = 500


def write(target: BinaryIO, run: ImportRun) -> None:
    """Every row as it was typed, in the order of the sheet, with its faults in a column too."""
    with translation.override("vi"), writing.Book(target, title=run.file.name) as book:
        plans = kinds.of(run).plans()
        rows = run.rows.order_by("sheet", "sheet_row").iterator(chunk_size=_AT_ONCE)
        by_sheet = {
            at: (plan, sheet)
            for at, (plan, sheet) in enumerate(
                zip(plans, run.params.get("sheets", []), strict=False)
            )
        }
        for at, own in groupby(rows, key=lambda row: row.sheet):
            plan, sheet = by_sheet[at]
            _sheet(book, plan, [code for code in sheet["columns"] if code in plan.by_code], own)


def _sheet(book: writing.Book, plan: SheetPlan, codes: list[str], rows: object) -> None:
    columns = [plan.by_code[code] for code in codes]
    heads = [
        writing.Column(_("Lỗi"), "lines", 46),
        writing.Column(_("Dòng"), "number", 7),
        *(writing.Column(column.title, "code", column.width) for column in columns),
    ]
    above = [
        str(plan.name),
        _("Ô tô màu là ô có lỗi; để con trỏ lên ô để đọc. Sửa xong thì tải chính tệp này lên."),
    ]
    sheet = book.sheet(str(plan.name), heads, above=above)
    for row in rows:
        _row(book, sheet, columns, row)


def _row(book: writing.Book, sheet: writing.SheetWriter, columns: list, row: ImportRow) -> None:
    labels = {column.code: str(column.label) for column in columns}
    said = [f"{labels.get(code, code)}: {message}" for code, message in row.faults]
    values = [row.cells.get(column.code) or None for column in columns]
    number = sheet.row(["\n".join(said) or None, row.sheet_row, *values])
    faults: dict[str, list[str]] = {}
    for code, message in row.faults:
        faults.setdefault(code, []).append(message)
    for at, column in enumerate(columns, start=2):
        if column.code in faults:
            typed = row.cells.get(column.code, "")
            sheet.paper.write_string(number - 1, at, typed, book.fault)
            sheet.paper.write_comment(number - 1, at, "\n".join(faults[column.code]))
