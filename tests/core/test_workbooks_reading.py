"""Workbooks people send: what is refused at once, with the way out, and how the rest is read."""

import base64
import io
import os
import resource
import struct
import tempfile
import zipfile
import zlib
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import psutil
import pytest
import xlsxwriter

from khuyencong.core.workbooks import process, reading
from khuyencong.core.workbooks.cells import Cell, Sheet
from khuyencong.core.workbooks.limits import Limits, WorkbookError
from tests.core.workbook_parts import (
    MAIN,
    OFFICE,
    ONE_CELL,
    SHEET,
    TYPES,
    XML,
    deflated_late,
    directory_changed,
    parts,
    relations,
    sheet_xml,
    zipped,
)

HUNDRED_ROWS = Limits(rows=100)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch):
    """A folder for temporary files that nothing else writes to."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()


@pytest.fixture
def saved(tmp_path: Path):
    def save(data: bytes, name: str = "tệp.xlsx") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return save


@pytest.fixture
def read(saved):
    def read_bytes(data: bytes, limits: Limits = reading.USUAL) -> list[Sheet]:
        return reading.read(saved(data), limits=limits)

    return read_bytes


@pytest.fixture
def cells(read):
    """The cells of the first sheet by address."""

    def by_address(data: bytes) -> dict[str, Cell]:
        return {cell.address: cell for row in read(data)[0].rows for cell in row}

    return by_address


def written(fill, **options) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, options) as book:
        fill(book)
    return out.getvalue()


def refusal(read, data: bytes, limits: Limits = reading.USUAL) -> str:
    with pytest.raises(WorkbookError) as refused:
        read(data, limits)
    assert not [p for p in psutil.Process().children() if "child" in " ".join(p.cmdline())]
    assert not os.listdir(tempfile.gettempdir())
    return str(refused.value)


# What is refused by the zip's directory alone.


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "rỗng"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), "Lưu lại thành .xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "mật khẩu",
        ),
        ("Tên;Kinh phí\nChè;300\n".encode(), "CSV"),
        ("Tên\tKinh phí\n".encode("utf-16"), "CSV"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "trang web"),
        (b"\x00\x01\x02\x03" * 100, "không phải Excel"),
        (zipped({"mimetype": b"x", "content.xml": b"<x/>"}), ".ods"),
        (zipped(parts("") | {"xl/vbaProject.bin": b"x"}), "macro"),
        (zipped(parts("") | {"xl/macrosheets/sheet1.xml": b"x"}), "macro"),
        (zipped({"[Content_Types].xml": b"x", "xl/workbook.bin": b"x"}), ".xlsb"),
        (zipped({"[Content_Types].xml": b"x", "word/document.xml": b"x"}), "Word"),
        (zipped({"a.txt": b"x"}), "không phải Excel"),
        (zipped(parts("") | {"xl/embeddings/Book1.xlsx": zipped({"a": b"b"})}), "nhúng"),
        (zipped(parts("") | {"xl/media/image1.png": zipped({"a": b"b"})}), "nhúng"),
        (zipped(parts("") | {"XL/Workbook.xml": b"x"}), "hỏng"),
        (zipped(parts("") | {"../../ngoai.xml": b"x"}), "hỏng"),
        (zipped(parts("") | {f"xl/media/{n}.png": b"x" for n in range(2500)}), "mở ra lớn hơn"),
        (zipped(parts("") | {"xl/media/a.png": bytes(30 * 2**20)}), "nén quá chặt"),
        (zipped(parts(ONE_CELL))[:-10], "hỏng"),
        (zipped(parts(ONE_CELL)) + b"thua", "hỏng"),
    ],
    ids=[
        "empty", "xls", "password", "csv", "csv-utf16", "html", "noise", "ods", "xlsm",
        "excel4-macros", "xlsb", "docx", "zip", "nested-by-name", "nested-by-content",
        "twice-but-for-case", "outside", "members", "bomb", "cut", "trailing",
    ],
)  # fmt: skip
def test_each_file_that_is_no_safe_workbook_is_refused_with_what_to_do(read, data, said):
    message = refusal(read, data)
    assert said in message
    assert message.endswith(".")


def test_more_than_50_mb_unpacked_is_refused_before_it_is_unpacked(read):
    noise = os.urandom(2**16) * 16
    members = parts(ONE_CELL) | {f"xl/media/{n}.png": noise for n in range(51)}
    assert "50 MB" in refusal(read, zipped(members), Limits(file_bytes=2**30, ratio=10_000))


def test_a_file_larger_than_allowed_is_refused(read):
    assert "20 MB" in refusal(read, zipped({"a": os.urandom(21 * 2**20)}))


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (24, struct.pack("<L", 10)),  # unpacked size too small
        (24, struct.pack("<L", 10**6)),  # too large
        (16, struct.pack("<L", 7)),  # checksum
        (42, struct.pack("<L", 0)),  # lies on another part
        (10, struct.pack("<H", 14)),  # a packing Excel never uses
        (8, struct.pack("<H", 1)),  # encrypted
    ],
    ids=["small", "large", "checksum", "overlap", "method", "encrypted"],
)
def test_a_directory_that_lies_is_refused(read, offset, value):
    data = directory_changed(zipped(parts(ONE_CELL)), "xl/worksheets/sheet1.xml", offset, value)
    assert "hỏng" in refusal(read, data)


def test_sizes_of_the_larger_kind_of_zip_are_refused(read):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts(ONE_CELL).items():
            info = zipfile.ZipInfo(name)
            info.extra = struct.pack("<HHQQ", 1, 16, len(data), len(data))
            archive.writestr(info, data)
    assert "hỏng" in refusal(read, out.getvalue())


# What is refused while it is unpacked, in the process that reads.

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DTD = f'{XML}<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>'


@pytest.mark.parametrize(
    "name",
    ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "docProps/core.xml"],
)
def test_a_document_type_in_any_part_is_refused(read, name):
    members = parts(ONE_CELL)
    members[name] = DTD + str(members.get(name, "<x/>")).removeprefix(XML)
    assert "DTD" in refusal(read, zipped(members))


def test_a_document_type_far_behind_a_comment_is_refused(read):
    # Noise, so that it comes out in many pieces.
    comment = f"<!--{base64.b64encode(os.urandom(200_000)).decode()}-->"
    sheet = ONE_CELL.replace(XML, XML + comment + DTD.removeprefix(XML))
    assert "DTD" in refusal(read, zipped(parts(sheet)))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("xl/media/image1.png", zipped({"a": b"b"}), "nhúng"),
        ("xl/sharedStrings.xml", (XML.replace("UTF-8", "UTF-16") + "<x/>").encode(), "DTD"),
    ],
    ids=["nested", "encoding"],
)
def test_how_a_part_begins_is_seen_however_late_it_comes_out(read, name, data, said):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for each, value in (parts(ONE_CELL) | {name: deflated_late(data)}).items():
            archive.writestr(each, value)
    made, packed = bytearray(out.getvalue()), struct.pack("<H", zipfile.ZIP_DEFLATED)
    head = made.rfind(b"PK\x03\x04", 0, made.find(name.encode()))
    made[head + 8 : head + 10] = packed
    made = directory_changed(bytes(made), name, 10, packed)
    made = directory_changed(made, name, 16, struct.pack("<L", zlib.crc32(data)))
    made = directory_changed(made, name, 24, struct.pack("<L", len(data)))
    assert said in refusal(read, made)


def test_a_document_type_hidden_in_another_encoding_is_refused(read):
    sheet = (DTD + ONE_CELL.removeprefix(XML)).replace("UTF-8", "UTF-16").encode("utf-16")
    assert "DTD" in refusal(read, zipped(parts("") | {"xl/worksheets/sheet1.xml": sheet}))


def test_a_macro_workbook_named_xlsx_is_refused(read):
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    types = XML + TYPES.format(f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/>')
    assert "macro" in refusal(read, zipped(parts(ONE_CELL, **{"[Content_Types].xml": types})))


def test_a_claim_of_a_million_rows_is_read_by_its_real_rows(read):
    sheet = ONE_CELL.replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    found = read(zipped(parts(sheet)))[0]
    assert (found.height, found.width) == (1, 1)
    assert found.rows[0][0].number == 1


def test_rows_that_are_only_formatted_down_to_the_last_do_no_harm(read):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    rows += "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(2, 200_000))
    rows += '<row r="1048576"><c r="A1048576" s="0"/></row>'
    assert read(zipped(parts(sheet_xml(rows))))[0].height == 1


@pytest.mark.parametrize(
    ("place", "said"),
    [("A1048576", "1.048.576"), ("A101", "dòng 101"), ("CW1", "cột thứ 101"), ("XFD1", "16.384")],
)
def test_a_cell_far_away_is_refused_with_its_row_or_column(read, place, said):
    number = "".join(filter(str.isdigit, place))
    cell = f'<c r="{place}"><v>1</v></c>'
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    rows = f'<row r="1">{cell}</row>' if number == "1" else f'{rows}<row r="{number}">{cell}</row>'
    message = refusal(read, zipped(parts(sheet_xml(rows))), HUNDRED_ROWS)
    assert said in message
    assert "Xóa" in message


def test_a_far_row_is_named_even_where_the_reader_runs_out_of_memory(read):
    wide = '<row r="1"><c r="CV1"><v>1</v></c></row>'
    rows = f'{wide}<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    assert "1.048.576" in refusal(read, zipped(parts(sheet_xml(rows))))


def test_far_cells_written_out_of_order_run_into_the_bound_on_memory(read):
    rows = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="1"><c r="A1"/></row>'
    rows += '<row r="2"><c r="A2"><v>1</v></c></row>'
    assert "quá xa" in refusal(read, zipped(parts(sheet_xml(rows))))


def test_a_text_repeated_a_million_times_runs_into_a_bound(read):
    strings = f'{XML}<sst xmlns="{MAIN}"><si><t>{"chè " * 8000}</t></si></sst>'
    shared = f'Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"'
    rows = "".join(
        f'<row r="{r}">' + '<c t="s"><v>0</v></c>' * 50 + "</row>" for r in range(1, 2001)
    )
    members = parts(sheet_xml(rows)) | {
        "xl/sharedStrings.xml": strings,
        "xl/_rels/workbook.xml.rels": relations(SHEET, shared),
    }
    assert "quá nhiều" in refusal(read, zipped(members), Limits(ratio=10_000))


def test_what_is_sent_over_is_bounded_too(read):
    limits = Limits(answer_bytes=2**20, ratio=10_000)
    row = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c></row>'
    rows = "".join(row.format(n, "chè " * 1000) for n in range(1, 500))
    assert "quá nhiều chữ" in refusal(read, zipped(parts(sheet_xml(rows))), limits)


def test_a_cell_longer_than_excel_allows_is_refused(read):
    cell = f'<c r="A1" t="inlineStr"><is><t>{"a" * 32_768}</t></is></c>'
    message = refusal(read, zipped(parts(sheet_xml(f'<row r="1">{cell}</row>'))))
    assert "dòng 1" in message and "32.767" in message


def test_ranges_merged_over_each_other_are_refused(read):
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 100))
    merged = "<mergeCells>{}</mergeCells>".format('<mergeCell ref="A1:A99"/>' * 50)
    assert "hỏng" in refusal(read, zipped(parts(sheet_xml(rows, after=merged))))


def test_xml_that_breaks_off_is_refused(read):
    assert "hỏng" in refusal(read, zipped(parts(ONE_CELL[:-40])))


def test_a_reading_that_takes_too_long_is_ended(saved, monkeypatch):
    monkeypatch.setattr(process, "_START", "import time; time.sleep(60)")
    with pytest.raises(WorkbookError, match="quá lâu"):
        reading.read(saved(zipped(parts(ONE_CELL))), limits=Limits(wall_seconds=0.2))
    assert not [p for p in psutil.Process().children() if "sleep" in " ".join(p.cmdline())]


def test_a_reading_that_uses_up_its_processor_time_is_ended(saved, monkeypatch):
    endless = "from child import bound; bound(marshal.loads(sys.stdin.buffer.read()))"
    paths = "import marshal, sys; sys.path += sys.argv[1:]"
    monkeypatch.setattr(process, "_START", f"{paths}; {endless}\nwhile True: pass")
    with pytest.raises(WorkbookError, match="quá lâu"):
        reading.read(saved(zipped(parts(ONE_CELL))), limits=Limits(cpu_seconds=1))


def test_a_process_that_dies_is_a_broken_file(saved, monkeypatch):
    monkeypatch.setattr(process, "_START", "raise SystemExit(3)")
    with pytest.raises(WorkbookError, match="hỏng"):
        reading.read(saved(zipped(parts(ONE_CELL))))


def test_the_largest_workbook_allowed_stays_within_the_bound_on_memory(saved):
    rows = "".join(
        f'<row r="{r}">' + "".join(f"<c><v>{r * c}</v></c>" for c in range(100)) + "</row>"
        for r in range(1, 20_001)
    )
    path = saved(zipped(parts(sheet_xml(rows))))
    assert path.stat().st_size < 20 * 2**20
    assert sum(1 for _row in reading.rows(path)) == 20_000
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert largest < reading.USUAL.memory_bytes


def test_ending_a_reading_early_ends_its_process(saved):
    cells = "<c><v>1</v></c>" * 30  # more than the pipe holds
    rows = "".join(f'<row r="{n}">{cells}</row>' for n in range(1, 20_001))
    path = saved(zipped(parts(sheet_xml(rows))))
    found = reading.rows(path)
    assert next(found).number == 1
    [child] = [p for p in psutil.Process().children() if "child" in " ".join(p.cmdline())]
    found.close()
    assert not child.is_running()


# How cells are read.


def test_numbers_dates_truths_and_errors_are_what_they_are(cells):
    def fill(book):
        sheet = book.add_worksheet("Số")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_number("B2", 300_000_000)
        sheet.write_number("C2", 0.1 + 0.2)
        sheet.write_number("D2", 12_345_678_901)
        sheet.write_datetime("B3", datetime(2025, 10, 15), day)
        sheet.write_datetime("C3", datetime(2025, 10, 15, 8, 30), day)
        sheet.write_boolean("B4", True)
        sheet.write_formula("B5", "=1/0", None, "#DIV/0!")
        sheet.write_formula("C5", "=B2*2", None, 600_000_000)
        sheet.write_formula("D5", '="Chè"', None, "Chè")
        sheet.write_number("B6", 1e300)

    found = cells(written(fill))
    assert "A1" in found and found["A1"].is_empty
    assert (found["B2"].number, found["B2"].text, found["B2"].integer) == (
        Decimal(300_000_000), "300000000", 300_000_000,
    )  # fmt: skip
    assert (found["C2"].number, found["C2"].text, found["C2"].integer) == (
        Decimal("0.3"), "0,3", None,
    )  # fmt: skip
    assert found["D2"].text == "12345678901"
    assert (found["B3"].date, found["B3"].text) == (date(2025, 10, 15), "15/10/2025")
    assert (found["C3"].date, found["C3"].text) == (date(2025, 10, 15), "15/10/2025 08:30")
    assert (found["B4"].boolean, found["B4"].text) == (True, "TRUE")
    assert found["B5"].is_error and found["B5"].is_formula and found["B5"].text == "#DIV/0!"
    assert found["B5"].number is None
    assert found["C5"].is_formula and found["C5"].integer == 600_000_000
    assert found["D5"].is_formula and found["D5"].text == "Chè"
    assert not found["B2"].is_formula
    assert found["B6"].integer == 10**300


def test_a_formula_nobody_computed_is_told_from_an_empty_cell(cells):
    rows = '<row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>A1*2</f></c><c r="C1"/></row>'
    found = cells(zipped(parts(sheet_xml(rows))))
    assert found["B1"].is_formula and found["B1"].is_empty
    assert not found.get("C1") or not found["C1"].is_formula


def test_days_of_a_1904_workbook_are_right(cells):
    def fill(book):
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        book.add_worksheet().write_datetime("A1", datetime(2025, 10, 15), day)

    assert cells(written(fill, date_1904=True))["A1"].date == date(2025, 10, 15)


@pytest.mark.parametrize(
    ("typed", "is_number"),
    [("300.000.000", True), ("0912345678", True), ("-5", True), ("12,5 %", True),
     ("300 triệu", False), ("620-A", False), ("", False), ("15/10/2025", False)],
)  # fmt: skip
def test_a_number_typed_as_text_is_flagged(cells, typed, is_number):
    def fill(book):
        book.add_worksheet().write_row("A1", ["x"])
        book.get_worksheet_by_name("Sheet1").write_string("B1", typed)

    cell = cells(written(fill)).get("B1")
    assert (cell is not None and cell.is_text_number) == is_number
    assert cell is None or cell.number is None


def test_merged_cells_are_told_with_their_range(read):
    def fill(book):
        sheet = book.add_worksheet()
        sheet.merge_range("B2:C3", "Huyện Tân Uyên")
        sheet.write_string("D4", "x")

    sheet = read(written(fill))[0]
    assert [str(one) for one in sheet.merged] == ["B2:C3"]
    first, covered, free = sheet.rows[1][1], sheet.rows[2][2], sheet.rows[3][3]
    assert (first.text, first.is_covered, str(first.merged)) == ("Huyện Tân Uyên", False, "B2:C3")
    assert (covered.text, covered.is_covered, str(covered.merged)) == ("", True, "B2:C3")
    assert (free.merged, free.is_covered) == (None, False)


def test_hidden_sheets_are_told(saved):
    def fill(book):
        book.add_worksheet("Danh mục").hide()
        book.add_worksheet("Rất ẩn").very_hidden()
        shown = book.add_worksheet("Đề án")
        shown.write_string("A1", "hiện")
        shown.activate()
        book.add_chartsheet("Biểu đồ")

    path = saved(written(fill))
    found = {sheet.name: sheet.hidden for sheet in reading.read(path)}
    assert found == {"Danh mục": True, "Rất ẩn": True, "Đề án": False}
    assert [row[0].text for row in reading.rows(path)] == ["hiện"]
    with pytest.raises(WorkbookError, match="không có trang «Mẫu 2»"):
        list(reading.rows(path, "Mẫu 2"))


def test_text_is_composed_trimmed_and_never_holds_what_breaks_a_database(cells):
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_string("A1", "  Lai Cha\u0302u \u200b")
        sheet.write_string("A2", "Hai\ndòng")
        sheet.write_string("A3", "=1+1")
        sheet.write_string("A4", "a\x02b")

    found = cells(written(fill))
    assert found["A1"].text == "Lai Châu"
    assert (found["A2"].text, found["A2"].lines) == ("Hai dòng", "Hai\ndòng")
    assert (found["A3"].text, found["A3"].is_formula) == ("=1+1", False)
    assert "\x02" not in found["A4"].text


def test_old_codings_are_told_by_cell_and_by_column(cells):
    def fill(book):
        sheet = book.add_worksheet()
        sheet.write_column("A1", ["C«ng ty TNHH", "Hîp t¸c x·", "Lai Ch©u", "Mét"])
        sheet.write_column("B1", ["Công ty TNHH", "Hợp tác xã", "Lai Châu", "Mét"])
        sheet.write_column("C1", ["Coâng ty", "Hôïp taùc xaõ", "abc", ""])

    found = cells(written(fill))
    assert [found[f"A{n}"].old_coding for n in range(1, 5)] == ["TCVN3"] * 4
    assert [found[f"B{n}"].old_coding for n in range(1, 5)] == [None] * 4
    assert [found[f"C{n}"].old_coding for n in (1, 2, 3)] == ["VNI", "VNI", None]


def test_rows_keep_the_numbers_the_workbook_shows(saved):
    rows = '<row r="3"><c r="B3"><v>1</v></c></row><row r="7"><c r="C7"><v>2</v></c></row>'
    path = saved(zipped(parts(sheet_xml(rows))))
    [sheet] = reading.read(path)
    assert (len(sheet.rows), sheet.width) == (7, 3)
    assert [row.number for row in sheet.rows if not row.is_empty] == [3, 7]
    assert sheet.rows[6][2].address == "C7"
    assert sheet.rows[6].cell(50).is_empty
    assert [cell.text for cell in sheet.rows[2][0:2]] == ["", "1"]
    assert [row.number for row in reading.rows(path)] == [3, 7]


def test_a_sheet_written_with_a_prefix_is_read_alike(cells):
    sheet = (
        f'{XML}<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1">'
        '<x:c r="A1"><x:f>1+1</x:f><x:v>2</x:v></x:c>'
        '<x:c r="B1" t="e"><x:v>#REF!</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )
    found = cells(zipped(parts(sheet)))
    assert found["A1"].is_formula and found["A1"].number == 2
    assert found["B1"].is_error and found["B1"].text == "#REF!"
