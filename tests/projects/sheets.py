"""Workbooks as people send them: sheets by name, each a list of rows; and runs of imports."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from khuyencong.core import filetypes
from khuyencong.core.models import User
from khuyencong.core.workbooks import reading
from projects.exchange import runs
from projects.models import ImportRun

Rows = Sequence[Sequence[Any]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def book(sheets: Mapping[str, Rows], change: Callable[[Any], None] | None = None) -> bytes:
    """A workbook with these cells; ``change`` may do more to it (merge, hide, formulas)."""
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    day = made.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        paper = made.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, datetime.date):
                    paper.write_datetime(at, column, value, day)
                elif isinstance(value, str):
                    paper.write_string(at, column, value)
                elif value is not None:
                    paper.write(at, column, value)
    if change:
        change(made)
    made.close()
    return target.getvalue()


def upload(content: bytes, name: str = "nhap.xlsx") -> SimpleUploadedFile:
    found = SimpleUploadedFile(name, content, XLSX)
    found.recognised = filetypes.check_upload(found, name, 20 * 2**20)
    return found


def imported(kind: str, content: bytes, by: User, programme: Any = None) -> ImportRun:
    """A workbook that was sent and read."""
    run = runs.order(kind, upload(content), by, programme=programme)
    runs.read(run.pk)
    return now(run)


def now(run: ImportRun) -> ImportRun:
    return ImportRun.objects.get(pk=run.pk)


def agreed(run: ImportRun, by: User) -> ImportRun:
    """What was read is agreed to and written."""
    runs.confirm(run, by)
    runs.write(run.pk)
    return now(run)


def said(run: ImportRun) -> list[str]:
    """«row column: message» of every fault."""
    return [
        f"{row.sheet_row} {code}: {message}"
        for row in run.rows.all()
        for code, message in row.faults
    ]


def cells(content: bytes, folder: Any, name: str = "") -> list[list[str]]:
    """What a person sees in a sheet of a workbook."""
    path = folder / "seen.xlsx"
    path.write_bytes(content)
    sheets = [one for one in reading.read(path) if not one.hidden]
    chosen = next((one for one in sheets if one.name == name), sheets[0])
    return [[cell.text for cell in row] for row in chosen.rows]
