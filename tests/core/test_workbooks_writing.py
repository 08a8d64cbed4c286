"""Workbooks people download: they calculate, and text in them stays text."""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from khuyencong.core.workbooks import reading
from khuyencong.core.workbooks.writing import Book, Column

COLUMNS = [
    Column("Tên đề án", width=40),
    Column("Mã số", "code", note="Để trống nếu chưa có mã"),
    Column("Số lượng", "number"),
    Column("Kinh phí", "money", total=True),
    Column("Kinh phí (triệu)", "million", total=True),
    Column("Tỷ lệ", "percent"),
    Column("Ngày", "date"),
    Column("Ngành", choices=["Chế biến chè", "Cơ khí"]),
]
ROW = ["Máy sao chè", "0012", 2, 300_000_001, 300_000_001, 0.5, date(2025, 10, 15), "Cơ khí"]
DANGEROUS = ["=1+1", "+84912", "-5", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def written(fill, **options) -> bytes:
    out = io.BytesIO()
    with Book(out, **options) as book:
        fill(book)
    return out.getvalue()


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


@pytest.fixture
def read(tmp_path: Path):
    def read_bytes(data: bytes) -> dict[str, reading.Sheet]:
        path = tmp_path / "xuất.xlsx"
        path.write_bytes(data)
        return {sheet.name: sheet for sheet in reading.read(path)}

    return read_bytes


def one_table(book: Book) -> None:
    sheet = book.sheet("Đề án", COLUMNS, above=["Danh mục đề án", "Năm kế hoạch"])
    assert sheet.row(ROW) == 4
    sheet.row(["Lò sấy", None, 1, 200_000_000, 200_000_000, None, None, None])
    assert sheet.totals("Cộng") == 6


def test_what_is_written_is_read_back_as_it_was(read):
    sheet = read(written(one_table))["Đề án"]
    assert [cell.text for cell in sheet.rows[2]] == [column.title for column in COLUMNS]
    cells = list(sheet.rows[3])
    assert [cell.text for cell in cells[:2]] == ["Máy sao chè", "0012"]
    assert [cell.integer for cell in cells[2:5]] == [2, 300_000_001, 300_000_001]
    assert str(cells[5].number) == "0.5"
    assert cells[6].date == date(2025, 10, 15)
    assert [cell.text for cell in sheet.rows[4]][5:] == ["", "", ""]


def test_sums_are_live_formulas_that_already_hold_their_value(read):
    data = written(one_table)
    sheet = read(data)["Đề án"]
    totals = sheet.rows[5]
    assert totals[0].text == "Cộng"
    assert (totals[3].is_formula, totals[3].integer) == (True, 500_000_001)
    assert "<f>SUM(D4:D5)</f>" in part(data, "xl/worksheets/sheet1.xml")


def test_the_sum_of_all_does_not_count_subtotals_twice(read):
    def fill(book):
        sheet = book.sheet("A", [Column("Tên"), Column("Tiền", "money", total=True)])
        for group in ("Quốc gia", "Địa phương"):
            sheet.group(group)
            sheet.row(["a", 1])
            sheet.row(["b", 2])
            sheet.subtotal("Cộng")
        sheet.totals("Tổng cộng")

    data = written(fill)
    found = read(data)["A"].rows
    assert [row[1].integer for row in found if row[0].text.startswith(("Cộng", "Tổng"))] == [
        3, 3, 6,
    ]  # fmt: skip
    formulas = re.findall("<f>(.*?)</f>", part(data, "xl/worksheets/sheet1.xml"))
    assert formulas == ["SUBTOTAL(9,B3:B4)", "SUBTOTAL(9,B7:B8)", "SUBTOTAL(9,B2:B9)"]


def test_a_table_without_rows_sums_to_nothing(read):
    def fill(book):
        book.sheet("A", [Column("Tên"), Column("Tiền", "money", total=True)]).totals("Cộng")

    total = read(written(fill))["A"].rows[1][1]
    assert (total.integer, total.is_formula) == (0, False)


@pytest.mark.parametrize("kind", ["text", "lines", "code", "money", "date"])
def test_text_like_a_formula_goes_out_as_text(read, kind):
    def fill(book):
        sheet = book.sheet("A", [Column("=Tên", kind)], above=["=Đầu"])
        for text in DANGEROUS:
            sheet.row([text])
        sheet.row(["=đậm"], bold=True)
        sheet.totals("=Cộng")

    data = written(fill, title="=Tên")
    xml = part(data, "xl/worksheets/sheet1.xml")
    assert "<f>" not in xml
    assert "hyperlink" not in xml.lower().replace("=hyperlink", "")
    rows = read(data)["A"].rows
    assert [row[0].lines for row in rows[2:-2]] == [text.strip() for text in DANGEROUS]
    assert not any(cell.is_formula for row in rows for cell in row)
    assert 'quotePrefix="1"' in part(data, "xl/styles.xml")


def test_amounts_are_exact_whatever_unit_they_are_shown_in(read):
    def fill(book):
        sheet = book.sheet("A", [Column("Triệu", "million"), Column("Đồng", "money")])
        sheet.row([999_999_000_000_001, 999_999_000_000_001])

    data = written(fill)
    assert [cell.integer for cell in read(data)["A"].rows[1]] == [999_999_000_000_001] * 2
    assert 'formatCode="#,##0.0,,"' in part(data, "xl/styles.xml")


def test_the_same_data_gives_the_same_bytes_and_names_nobody():
    first, second = written(one_table), written(one_table)
    assert first == second
    core = ElementTree.fromstring(part(first, "docProps/core.xml"))
    told = {element.tag.rpartition("}")[2]: element.text for element in core}
    assert not told.get("creator")
    assert not told.get("lastModifiedBy")
    assert told["created"] == "2000-01-01T00:00:00Z"


def test_lists_to_choose_from_stand_on_a_hidden_sheet_once(read):
    crafts = [f"Ngành nghề số {n}" for n in range(300)]

    def fill(book):
        columns = [Column("Ngành", choices=crafts), Column("Khác", choices=crafts), COLUMNS[-1]]
        book.sheet("Nhập", columns, spare_rows=1000)

    data = written(fill)
    sheets = read(data)
    assert sheets["Danh mục"].hidden
    assert [row[0].text for row in sheets["Danh mục"].rows] == crafts
    assert [row[1].text for row in sheets["Danh mục"].rows][:3] == ["Chế biến chè", "Cơ khí", ""]
    names = part(data, "xl/workbook.xml")
    assert "<definedName name=\"danh_muc_1\">'Danh mục'!$A$1:$A$300</definedName>" in names
    xml = part(data, "xl/worksheets/sheet1.xml")
    assert xml.count("<formula1>danh_muc_1</formula1>") == 2
    assert 'sqref="A2:A1001"' in xml


def test_the_head_stays_in_view_and_on_each_page():
    xml = part(written(one_table), "xl/worksheets/sheet1.xml")
    assert 'ySplit="3"' in xml and 'state="frozen"' in xml
    assert 'orientation="landscape"' in xml and 'paperSize="9"' in xml
    assert 'fitToHeight="0"' in xml
    assert "sheetProtection" not in xml
    book = part(written(one_table), "xl/workbook.xml")
    assert "_xlnm.Print_Titles" in book and "$3:$3" in book


def test_a_note_on_a_head_names_no_author():
    data = written(one_table)
    notes = part(data, "xl/comments1.xml")
    assert "Để trống nếu chưa có mã" in notes
    assert re.findall("<author>(.*?)</author>", notes) in ([], [""])


def test_bands_over_the_heads_are_merged(read):
    def fill(book):
        book.sheet("A", COLUMNS[:3], bands=[("", 1), ("Số liệu", 2)]).row(["a", "b", 1])

    sheet = read(written(fill))["A"]
    assert [str(one) for one in sheet.merged] == ["B1:C1"]
    assert sheet.rows[0][1].text == "Số liệu"
    assert sheet.rows[2][2].integer == 1


def test_names_of_sheets_are_made_fit_for_excel(read):
    def fill(book):
        for name in ("Đề án: 2025/2026 [nháp]", "A" * 40, "a" * 40, "", "Danh mục", "'Chè'"):
            book.sheet(name, COLUMNS[:1])

    names = list(read(written(fill)))
    assert names[0] == "Đề án 2025 2026 nháp"
    assert names[1] == "A" * 31
    assert names[2] == "a" * 27 + " (2)"
    assert names[3:] == ["Trang", "Danh mục (2)", "Chè"]


def test_a_text_too_long_for_a_cell_is_cut_where_one_sees_it(read):
    data = written(lambda book: book.sheet("A", [Column("Tên")]).row(["chè" * 20_000]))
    text = read(data)["A"].rows[1][0].text
    assert len(text) == 32_767
    assert text.endswith("…")


def test_nothing_is_left_behind_neither_after_success_nor_after_an_error():
    def ours() -> list[str]:
        return [name for name in os.listdir(tempfile.gettempdir()) if name.startswith("kc-book-")]

    before = ours()
    written(one_table)
    out = io.BytesIO()
    with pytest.raises(ZeroDivisionError), Book(out) as book:
        sheet = book.sheet("A", COLUMNS)
        for _ in range(1000):
            sheet.row(ROW)
        raise ZeroDivisionError
    assert ours() == before
    assert out.getvalue() == b""


MEASURED = """
import io, resource, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from khuyencong.core.workbooks.writing import Book, Column
class Nowhere(io.RawIOBase):
    at = 0
    def writable(self): return True
    def seekable(self): return True
    def tell(self): return self.at
    def seek(self, at, whence=0):
        self.at = at if whence == 0 else self.at + at
        return self.at
    def write(self, data): self.at += len(data); return len(data)
with Book(Nowhere()) as book:
    sheet = book.sheet("A", [Column(str(n), "text") for n in range(12)])
    for n in range(int(sys.argv[1])):
        sheet.row([f"Đề án {n} {c}" for c in range(12)])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_rows():
    def peak(rows: int) -> int:
        command = [sys.executable, "-c", MEASURED, str(rows)]
        return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)

    few, many = peak(1_000), peak(20_000)
    assert many - few < 8 * 1024  # kB; the rows alone would be 15 MB


if shutil.which("soffice"):

    def test_libreoffice_computes_the_same_sums(tmp_path):
        (tmp_path / "a.xlsx").write_bytes(written(one_table))
        command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/o", "--headless"]
        command += ["--convert-to", "csv", "--outdir", str(tmp_path), str(tmp_path / "a.xlsx")]
        subprocess.run(command, check=True, capture_output=True)
        assert "500,000,001" in (tmp_path / "a.csv").read_text()
