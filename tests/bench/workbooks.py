"""Workbooks in and out, each against its library alone in a process like ours."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import xlsxwriter

from khuyencong.core.workbooks import process, reading
from khuyencong.core.workbooks.writing import Book, Column
from tests.bench import Result, median

READ_ROWS, WRITE_ROWS = 5_000, 25_000
ROUNDS = 9
FIRST_DAY = date(2025, 1, 1)
SETTINGS = "from django.conf import settings; settings.configure(USE_I18N=False)"
ALONE = (
    "import sys; sys.path += sys.argv[2:]; from python_calamine import CalamineWorkbook; "
    "CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()"
)
READ_PEAK = f"""
import resource, sys
{SETTINGS}
from khuyencong.core.workbooks import reading
cells = sum(len(cell.text) for sheet in reading.read(sys.argv[1]) for row in sheet.rows for cell in row)
print(*(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
"""  # noqa: E501
WRITE_PEAK = f"""
import resource, sys, tempfile
{SETTINGS}
from tests.bench import workbooks
with tempfile.TemporaryFile() as out:
    workbooks.ours(out, int(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
COLUMNS = [
    Column("TT", "number"), Column("Tên đề án", width=40), Column("Mã số", "code"),
    Column("Xã", "text"), Column("Tỉnh", "text"), Column("Nội dung", "text"),
    Column("Số lượng", "number"), Column("Kinh phí", "money", total=True),
    Column("Tỷ lệ", "percent"), Column("Điện thoại", "code"), Column("Ngày", "date"),
    Column("Cộng", "money", total=True),
]  # fmt: skip


def run() -> list[Result]:
    return imports() + exports()


def imports() -> list[Result]:
    """Reading a register of 5.000 rows, and the same with a formula in each row."""
    with tempfile.TemporaryDirectory(prefix="kc-bench-") as folder:
        plain, computed, empty = (Path(folder) / f"{name}.xlsx" for name in "pce")
        for path, rows, formulas in (
            (plain, READ_ROWS, False),
            (computed, READ_ROWS, True),
            (empty, 1, False),
        ):
            _register(path, rows, formulas)
        timed = _interleaved(
            {
                "alone": lambda: _alone(plain),
                "ours": lambda: _taken(plain),
                "texts": lambda: [c.text for s in reading.read(plain) for r in s.rows for c in r],
                "alone, formulas": lambda: _alone(computed),
                "ours, formulas": lambda: _taken(computed),
                "alone, nothing": lambda: _alone(empty),
                "ours, nothing": lambda: _taken(empty),
            }
        )
        peaks = _printed(READ_PEAK, str(plain))
    wall = {name: median([one[0] for one in all_]) for name, all_ in timed.items()}
    cpu = {name: median([one[1] for one in all_]) for name, all_ in timed.items()}

    def ratio(name: str, of: str, base: str, spent: dict[str, float], **limit: float) -> Result:
        return Result(
            name,
            spent[of] / spent[base],
            limit.get("limit"),
            detail=f"{spent[of] * 1000:.0f} of {spent[base] * 1000:.0f} ms",
        )

    work = {name: wall[name] - wall[f"{name}, nothing"] for name in ("ours", "alone")}
    size = f"{READ_ROWS} × {len(COLUMNS)}"
    return [
        ratio(
            f"import {size}: read() and each row against the reader alone",
            "ours",
            "alone",
            wall,
            limit=1.2,
        ),
        ratio("import: the same without both starts", "ours", "alone", work),
        ratio("import: the same, processor time of all", "ours", "alone", cpu),
        ratio("import: with a formula a row", "ours, formulas", "alone, formulas", wall),
        ratio("import: and each cell's text asked for", "texts", "alone", wall),
        Result("import: peak of the reading process", peaks[1] / 1024, 256, " MB"),
        Result("import: peak of the process that asks", peaks[0] / 1024, 256, " MB"),
    ]


def exports() -> list[Result]:
    """Writing 25.000 rows, as a Book and by the library in the same constant memory."""
    timed = _interleaved(
        {
            "alone": lambda: bare(io.BytesIO(), WRITE_ROWS),
            "ours": lambda: ours(io.BytesIO(), WRITE_ROWS),
        },
        rounds=5,
    )
    own = {name: median([one[1] for one in all_]) for name, all_ in timed.items()}
    few, many = (_printed(WRITE_PEAK, str(rows))[0] / 1024 for rows in (1_000, WRITE_ROWS))
    return [
        Result(
            f"export {WRITE_ROWS} × {len(COLUMNS)}: Book against the writer alone",
            own["ours"] / own["alone"],
            1.2,
            detail=f"{own['ours']:.2f} of {own['alone']:.2f} s of processor time",
        ),
        Result(
            f"export: memory grown from 1000 to {WRITE_ROWS} rows",
            many - few,
            8,
            " MB",
            detail=f"{few:.0f} and {many:.0f} MB",
        ),
    ]


def row(number: int) -> list[Any]:
    return [
        number, f"Cơ sở chế biến chè số {number}", f"620{number:07d}", "xã Bum Nưa", "Lai Châu",
        "Hỗ trợ máy móc, thiết bị chế biến", number % 9, 300_000_000 + number, 0.5,
        f"0912{number:06d}", FIRST_DAY + timedelta(days=number % 300), 2 * (300_000_000 + number),
    ]  # fmt: skip


def ours(out: Any, rows: int) -> None:
    with Book(out, title="Danh mục") as book:
        sheet = book.sheet("Danh mục", COLUMNS)
        for number in range(rows):
            sheet.row(row(number))
        sheet.totals("Cộng")


def bare(out: Any, rows: int) -> None:
    """The least code that writes the same rows with the same formats."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet("Danh mục")
    frame = {"border": 1, "valign": "top"}
    text, money, share, day = (
        book.add_format(frame | {"num_format": form})
        for form in ("General", "#,##0", "0.0%", "dd/mm/yyyy")
    )
    sheet.write_row(0, 0, [column.title for column in COLUMNS])
    string, real = sheet.write_string, sheet.write_number
    for number in range(rows):
        at, values = number + 1, row(number)
        real(at, 0, values[0], text)
        for column in (1, 2, 3, 4, 5):
            string(at, column, values[column], text)
        real(at, 6, values[6], text)
        real(at, 7, values[7], money)
        real(at, 8, values[8], share)
        string(at, 9, values[9], text)
        sheet.write_datetime(at, 10, values[10], day)
        real(at, 11, values[11], money)
    book.close()


def _register(path: Path, rows: int, formulas: bool) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Cơ sở")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for number in range(rows):
            *values, when, total = row(number)
            sheet.write_row(number, 0, values)
            sheet.write_datetime(number, 10, datetime.combine(when, datetime.min.time()), day)
            if formulas:
                sheet.write_formula(number, 11, f"=G{number + 1}*H{number + 1}", None, total)
            else:
                sheet.write_number(number, 11, total)


def _taken(path: Path) -> list[Any]:
    return [row for sheet in reading.read(path) for row in sheet.rows]


def _alone(path: Path) -> None:
    spec = find_spec("python_calamine")
    assert spec is not None and spec.origin is not None
    folder = str(Path(spec.origin).parent.parent)
    subprocess.run([*process.COMMAND, ALONE, str(path), folder], check=True)


def _interleaved(
    acts: dict[str, Callable[[], Any]], rounds: int = ROUNDS
) -> dict[str, list[tuple[float, float]]]:
    """(wall, processor) seconds of each act, children's included, in turns."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in acts}
    for _round in range(rounds):
        for name, act in acts.items():
            began, spent = time.perf_counter(), _spent()
            act()
            found[name].append((time.perf_counter() - began, _spent() - spent))
    return found


def _spent() -> float:
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def _printed(code: str, argument: str) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-c", code, argument], check=True, capture_output=True, text=True
    )
    return [int(word) for word in done.stdout.split()]
