"""Uploads: known by content, refused with the way out when they are not what they seem."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from khuyencong.core import filetypes
from khuyencong.core.filetypes import (
    FileType,
    UploadError,
    check_upload,
    full_name,
    recognise,
    short_name,
)

LIMIT = 2**20


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pdf(*, password: str | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if password is not None:
        writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


PDF = _pdf()
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
)
TYPES = {"[Content_Types].xml": b"<Types/>"}
DOCX = _zip(TYPES | {"word/document.xml": b"<w/>"})
XLSX = _zip(TYPES | {"xl/workbook.xml": b"<x/>"})


def _check(data: bytes, name: str) -> FileType:
    return check_upload(io.BytesIO(data), name, LIMIT)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PDF, "Quyết định.pdf", FileType.PDF),
        (JPG, "hiện trường.JPG", FileType.JPG),
        (JPG, "a.jpeg", FileType.JPG),
        (PNG, "a.png", FileType.PNG),
        (DOCX, "Tờ trình.docx", FileType.DOCX),
        (XLSX, "C:\\du toan\\Dự toán.xlsx", FileType.XLSX),
        (PDF, "khong-duoi", FileType.PDF),
    ],
)
def test_the_five_kinds_are_known_by_their_content(data: bytes, name: str, kind: FileType) -> None:
    file = io.BytesIO(data)
    assert check_upload(file, name, LIMIT) is kind
    assert file.tell() == 0
    assert file.read() == data


def test_office_files_need_the_whole_file() -> None:
    assert recognise(PDF[:100], len(PDF)) is FileType.PDF
    assert recognise(DOCX, len(DOCX)) is None
    assert recognise(DOCX, len(DOCX), io.BytesIO(DOCX)) is FileType.DOCX


def test_kinds_know_their_media_type() -> None:
    assert FileType.JPG.media_type == "image/jpeg"
    assert all("/" in kind.media_type and kind.suffixes for kind in FileType)


@pytest.mark.parametrize("start", [b"<html>", b"<!DOCTYPE html>", b'<svg xmlns="a">', b"<script>"])
def test_web_pages_and_drawings_are_refused(start: bytes) -> None:
    for data in (start, b"\n  " + start, JPG + start.upper(), b"%PDF-1.7\n" + start, PNG + start):
        with pytest.raises(UploadError, match="Chỉ nhận tệp PDF"):
            _check(data, "a.pdf")


@pytest.mark.parametrize(
    "data",
    [
        b" " + PDF,
        b"\xef\xbb\xbf" + PDF,
        JPG + PDF,
        b"GIF89a" + PDF,
        b"text",
        b"\x7fELF",
        b"\xff\xd8\xff",
        PNG[:12],
    ],
)
def test_what_does_not_begin_as_it_should_is_refused(data: bytes) -> None:
    with pytest.raises(UploadError, match="Chỉ nhận tệp PDF"):
        _check(data, "a.pdf")


@pytest.mark.parametrize("data", [PDF, JPG, PNG])
def test_a_zip_behind_another_file_is_refused(data: bytes) -> None:
    for behind in (b"", b"\xff\xd9", bytes(2_000)):
        with pytest.raises(UploadError, match="kèm một tệp nén"):
            _check(data + DOCX + behind, "a")


def test_bytes_that_only_look_like_the_end_of_a_zip_do_no_harm() -> None:
    for fields in (b"", bytes(18), b"\xff" * 18, struct.pack("<4H2LH", 0, 0, 1, 1, 9, 0, 0)):
        assert _check(JPG + b"PK\x05\x06" + fields, "a.jpg") is FileType.JPG


def test_empty_and_oversized_files_are_refused() -> None:
    with pytest.raises(UploadError, match="Tệp rỗng"):
        _check(b"", "a.pdf")
    with pytest.raises(UploadError, match="lớn hơn 1 MB"):
        _check(PDF + bytes(LIMIT), "a.pdf")
    assert check_upload(io.BytesIO(PDF), "a.pdf", len(PDF)) is FileType.PDF
    with pytest.raises(UploadError, match="lớn hơn"):
        check_upload(io.BytesIO(PDF), "a.pdf", len(PDF) - 1)


@pytest.mark.parametrize(
    "name", ["a.pdf", "a.jpg.exe", "a.docm", "a.PNG.html", "a.html.", "a.exe . ", "b.svg"]
)
def test_a_name_that_says_something_else_is_refused(name: str) -> None:
    with pytest.raises(UploadError, match="nội dung là JPG"):
        _check(JPG, name)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Báo giá.pdf", "Báo giá.pdf"),
        ("Báo giá", "Báo giá.pdf"),
        ("bao-gia.PDF", "bao-gia.PDF"),
        ("bao-gia.", "bao-gia.pdf"),
        ("bao gia .  ", "bao gia.pdf"),
        ("", ".pdf"),
    ],
)
def test_a_file_is_kept_under_a_name_that_says_what_it_is(name: str, kept: str) -> None:
    assert full_name(name, FileType.PDF) == kept
    assert full_name("a.jpeg", FileType.JPG) == "a.jpeg"


@pytest.mark.parametrize("media_type", [kind.media_type for kind in FileType])
def test_each_kind_has_a_short_name(media_type: str) -> None:
    assert short_name(media_type) in {"PDF", "JPG", "PNG", "DOCX", "XLSX"}
    assert short_name("text/html") == ""


@pytest.mark.parametrize("name", ["a\x00.pdf", "\ud800.pdf"])
def test_a_broken_name_is_refused(name: str) -> None:
    with pytest.raises(UploadError, match="Đổi tên tệp"):
        _check(PDF, name)


@pytest.mark.parametrize("password", ["bi-mat", ""])
def test_a_locked_pdf_is_refused_even_when_it_opens_without_a_password(password: str) -> None:
    with pytest.raises(UploadError, match="chọn In rồi «Lưu dạng PDF»"):
        _check(_pdf(password=password), "a.pdf")


def test_a_pdf_whose_table_unpacks_without_end_is_refused() -> None:
    table = zlib.compress(bytes(200 * 2**20), 9)
    start = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    stream = b"2 0 obj\n<< /Type /XRef /Size 9 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode"
    stream += b" /Length %d >>\nstream\n" % len(table) + table + b"\nendstream\nendobj\n"
    data = start + stream + b"startxref\n%d\n%%%%EOF\n" % len(start)
    with pytest.raises(UploadError, match="PDF bị hỏng"):
        _check(data, "a.pdf")


def test_a_pdf_locked_by_a_cipher_not_installed_here_is_refused() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(password=""))))
    out = io.BytesIO()
    writer.write(out)
    # The standard AES-256 dictionary (V 5, R 6) with keys of the right lengths.
    keys = b"/U <" + b"41" * 48 + b"> /O <" + b"41" * 48 + b"> /UE <" + b"41" * 32 + b">"
    keys += b" /OE <" + b"41" * 32 + b"> /Perms <" + b"41" * 16 + b">"
    lock = b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P -4 " + keys
    lock += b" /CF << /StdCF << /CFM /AESV3 /AuthEvent /DocOpen /Length 32 >> >>"
    lock += b" /StmF /StdCF /StrF /StdCF >>"
    data = out.getvalue().replace(b"trailer\n<<", b"trailer\n<< /Encrypt " + lock, 1)
    assert b"/Encrypt" in data
    with pytest.raises(UploadError, match="bị khóa"):
        _check(data, "a.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", PDF[: len(PDF) // 3]])
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(UploadError, match=r"PDF bị hỏng"):
        _check(data, "a.pdf")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.txt": b"x"}, "Chỉ nhận tệp PDF"),
        ({"word/document.xml": b"x"}, "Chỉ nhận tệp PDF"),
        (TYPES | {"word/document.xml": b"x", "xl/workbook.xml": b"x"}, "Chỉ nhận tệp PDF"),
        (TYPES | {"xl/workbook.bin": b"x"}, "Chỉ nhận tệp PDF"),
        (TYPES | {"xl/workbook.xml": b"x", "xl/vbaProject.bin": b"x"}, "có macro"),
        (TYPES | {f"word/{n}": b"" for n in range(5_001)}, "quá lớn khi mở ra"),
    ],
)
def test_a_zip_that_is_no_safe_office_file_is_refused(
    members: dict[str, bytes], message: str
) -> None:
    with pytest.raises(UploadError, match=message):
        _check(_zip(members), "a.docx")


def test_a_zip_that_claims_to_unpack_without_end_is_refused_unopened() -> None:
    at = DOCX.index(b"PK\x01\x02")
    claim = DOCX[: at + 24] + struct.pack("<I", 2**31) + DOCX[at + 28 :]
    with pytest.raises(UploadError, match="quá lớn khi mở ra"):
        _check(claim, "a.docx")


def test_a_zip_with_a_second_directory_is_refused_unopened() -> None:
    at = DOCX.index(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    with pytest.raises(UploadError, match="quá lớn khi mở ra"):
        _check(DOCX[:at] + locator + DOCX[at:], "a.docx")


def test_a_locked_member_or_a_doubled_name_is_refused() -> None:
    at = DOCX.index(b"PK\x01\x02")
    locked = DOCX[: at + 8] + b"\x01" + DOCX[at + 9 :]
    doubled = _zip(TYPES | {"word/document.xml": b"x", "word/document.xmm": b"y"})
    for data in (locked, doubled.replace(b"word/document.xmm", b"word/document.xml")):
        with pytest.raises(UploadError, match="bị hỏng"):
            _check(data, "a.docx")


@pytest.mark.parametrize(
    "data", [DOCX[:-5], DOCX + b"x", DOCX[:40], b"PK\x03\x04PK\x05\x06" + bytes(8)]
)
def test_a_damaged_office_file_is_refused(data: bytes) -> None:
    with pytest.raises(UploadError, match="bị hỏng"):
        _check(data, "a.docx")


def test_old_office_files_and_phone_photos_get_their_own_advice() -> None:
    with pytest.raises(UploadError, match=r"lưu thành \.docx"):
        _check(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc")
    with pytest.raises(UploadError, match="Lưu thành ảnh JPG"):
        _check(b"\x00\x00\x00\x18ftypheic" + bytes(600), "a.heic")


starts = st.sampled_from([b"", b"%PDF-1.7\n", JPG[:4], PNG[:16], b"PK\x03\x04", DOCX[:-22], PDF])


@given(starts, st.binary(max_size=300))
@settings(deadline=None, database=None)
def test_any_bytes_are_a_known_kind_or_a_message(start: bytes, rest: bytes) -> None:
    try:
        kind = _check(start + rest, "a")
    except UploadError as refused:
        assert str(refused)
    else:
        assert kind in FileType


def test_a_pdf_made_to_keep_the_reader_busy_is_let_go(monkeypatch, caplog) -> None:
    monkeypatch.setattr(filetypes, "_PDF_SECONDS", 1)
    entries = b"0000000010 00000 n \n" * 800_000
    head = b"%PDF-1.4\n"
    trailer = b"trailer <</Size 800000/Root 1 0 R>>\nstartxref\n9\n%%EOF"
    data = head + b"xref\n0 800000\n" + entries + trailer
    with pytest.raises(UploadError, match="bị hỏng"):
        check_upload(io.BytesIO(data), "a.pdf", 32 * LIMIT)
    assert caplog.records == []
