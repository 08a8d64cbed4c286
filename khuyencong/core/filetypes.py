"""What an attached file really is, told by its content; its name is only compared with that."""

import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _

from khuyencong.core.text import is_broken

HEAD_SIZE: Final = 4096
_MAX_MEMBERS: Final = 5_000
_MAX_DIRECTORY: Final = 2 * 2**20
_MAX_UNPACKED: Final = 300 * 2**20
_PDF_LOOK: Final = Path(__file__).with_name("pdf_look.py")
_PDF_SECONDS: Final = 5  # of work; three times as long to wait for on a busy machine

_PDF: Final = b"%PDF-"
_JPG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB_PAGE: Final = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|svg|iframe|\?php)\b", re.IGNORECASE
)
_HEIC: Final = re.compile(rb".{4}ftyp(?:heic|heix|hevc|mif1|msf1)", re.DOTALL)
_END: Final = struct.Struct("<4s4H2LH")
_END_SIGNATURE: Final = b"PK\x05\x06"
_DIRECTORY_SIGNATURE: Final = b"PK\x01\x02"
_ZIP64_LOCATOR: Final = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE: Final = 20
_LONGEST_COMMENT: Final = 0xFFFF


class UploadError(ValueError):
    """The file is not taken; the message (Vietnamese) says what to do."""


class FileType(StrEnum):
    """The kinds of file a record may carry."""

    PDF = "pdf"
    JPG = "jpg"
    PNG = "png"
    DOCX = "docx"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The endings a file name of this kind may have."""
        return (".jpg", ".jpeg", ".jpe", ".jfif") if self is FileType.JPG else (f".{self}",)


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_MEDIA_TYPES: Final = {
    FileType.PDF: "application/pdf",
    FileType.JPG: "image/jpeg",
    FileType.PNG: "image/png",
    FileType.DOCX: f"{_OFFICE}wordprocessingml.document",
    FileType.XLSX: f"{_OFFICE}spreadsheetml.sheet",
}
_MAIN_MEMBERS: Final = {"word/document.xml": FileType.DOCX, "xl/workbook.xml": FileType.XLSX}


def short_name(media_type: str) -> str:
    """PDF, JPG, PNG, DOCX or XLSX for one of our media types, else nothing."""
    return next((kind.upper() for kind, known in _MEDIA_TYPES.items() if known == media_type), "")


def recognise(head: bytes, size: int, fileobj: BinaryIO | None = None) -> FileType | None:
    """The kind of file that begins with head (its first HEAD_SIZE bytes); None if none of ours.

    The Office kinds are known by what their zip holds, so they need the whole fileobj.
    """
    if size < len(head) or _is_two_things(head):
        return None
    if head.startswith(_PDF):
        return FileType.PDF
    if head.startswith(_JPG) and len(head) > 3 and head[3] >= 0xC0:
        return FileType.JPG
    if head.startswith(_PNG):
        return FileType.PNG
    if head.startswith(_ZIP) and fileobj is not None:
        try:
            return _office_type(fileobj, size)
        except UploadError:
            return None
    return None


def check_upload(fileobj: BinaryIO, name: str, max_bytes: int) -> FileType:
    """The kind of an uploaded file, or UploadError; leaves fileobj at its start."""
    if is_broken(name):
        raise UploadError(_("Tên tệp có ký tự hỏng. Đổi tên tệp rồi tải lên lại."))
    size = fileobj.seek(0, 2)
    if size == 0:
        raise UploadError(_("Tệp rỗng. Mở tệp xem có nội dung không rồi tải lên lại."))
    if size > max_bytes:
        raise UploadError(
            _("Tệp lớn hơn %(limit)s. Giảm dung lượng hoặc tách thành nhiều tệp.")
            % {"limit": _size_text(max_bytes)}
        )
    fileobj.seek(0)
    head = fileobj.read(HEAD_SIZE)
    kind = recognise(head, size, fileobj)
    if kind is None:
        raise _refusal(head, size, fileobj)
    if kind not in (FileType.DOCX, FileType.XLSX) and _carries_zip(fileobj, size):
        raise UploadError(_("Tệp có kèm một tệp nén. Mở tệp, lưu thành bản mới rồi tải lên lại."))
    if kind is FileType.PDF:
        _check_pdf(fileobj)
    suffix = _suffix(name)
    if suffix and suffix not in kind.suffixes:
        raise UploadError(
            _("Tên tệp có đuôi %(suffix)s nhưng nội dung là %(kind)s. Đổi đuôi tệp cho đúng.")
            % {"suffix": suffix[:20], "kind": kind.upper()}
        )
    fileobj.seek(0)
    return kind


def full_name(name: str, kind: FileType) -> str:
    """The name with an ending of its kind, so that no system takes the file for another one."""
    return name if _suffix(name) in kind.suffixes else f"{name.rstrip('. ')}.{kind}"


def _suffix(name: str) -> str:
    # Windows drops dots and blanks at the end: «a.html.» would be a page there.
    return PurePosixPath(name.replace("\\", "/").rstrip(". ")).suffix.lower()


def _is_two_things(head: bytes) -> bool:
    """Whether a web page or, away from the start, a PDF lies where other programs look for it."""
    return bool(_WEB_PAGE.search(head)) or head.find(_PDF, 1) > 0


def _refusal(head: bytes, size: int, fileobj: BinaryIO) -> UploadError:
    if head.startswith(_OLE):
        return UploadError(
            _(
                "Tệp Word, Excel kiểu cũ hoặc có mật khẩu. "
                "Bỏ mật khẩu, lưu thành .docx hoặc .xlsx rồi tải lên lại."
            )
        )
    if _HEIC.match(head):
        return UploadError(_("Ảnh kiểu HEIC không mở được trên máy cơ quan. Lưu thành ảnh JPG."))
    if head.startswith(_ZIP) and not _is_two_things(head):
        try:
            _office_type(fileobj, size)
        except UploadError as refusal:
            return refusal
    return UploadError(
        _("Chỉ nhận tệp PDF, ảnh JPG hoặc PNG, Word .docx và Excel .xlsx. Lưu lại đúng loại.")
    )


def _check_pdf(fileobj: BinaryIO) -> None:
    found = _look_into_pdf(fileobj)
    locked, whole = found == "locked", found == "whole"
    if locked:
        raise UploadError(
            _(
                "Tệp PDF có mật khẩu hoặc bị khóa. Mở tệp, chọn In rồi «Lưu dạng PDF» "
                "để có bản không khóa, rồi tải bản đó lên."
            )
        )
    if not whole:
        raise UploadError(_("Tệp PDF bị hỏng, không mở được. Lập lại tệp rồi tải lên lại."))


def _look_into_pdf(fileobj: BinaryIO) -> str:
    """What pdf_look says of the file; "" where it had to be stopped."""
    library = find_spec("pypdf")
    assert library is not None and library.origin is not None
    folder = str(Path(library.origin).parents[1])
    fileobj.seek(0)
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_PDF_LOOK), folder, str(_PDF_SECONDS)],
            input=fileobj.read(),
            capture_output=True,
            timeout=3 * _PDF_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("ascii", "replace")


def office_members(
    fileobj: BinaryIO, size: int, max_unpacked: int = _MAX_UNPACKED
) -> list[zipfile.ZipInfo]:
    """The directory of an Office file, nothing unpacked; UploadError for what is unsafe to open."""
    end = _zip_end(fileobj, size)
    if end is None:
        raise _broken_office()
    members, directory_size = end
    if members > _MAX_MEMBERS or directory_size > _MAX_DIRECTORY:
        raise _oversized_office()
    try:
        with zipfile.ZipFile(fileobj) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise _broken_office() from None
    if sum(info.file_size for info in infos) > max_unpacked:
        raise _oversized_office()
    names = {info.filename for info in infos}
    if len(names) != len(infos) or any(info.flag_bits & 1 for info in infos):
        raise _broken_office()
    if any(PurePosixPath(name).name.lower() == "vbaproject.bin" for name in names):
        raise UploadError(
            _("Tệp có macro. Lưu thành .docx hoặc .xlsx không có macro rồi tải lên lại.")
        )
    return infos


def _office_type(fileobj: BinaryIO, size: int) -> FileType | None:
    """What a zip holds, read from its directory only; UploadError for what is unsafe to open."""
    names = {info.filename for info in office_members(fileobj, size)}
    kinds = [kind for member, kind in _MAIN_MEMBERS.items() if member in names]
    return kinds[0] if "[Content_Types].xml" in names and len(kinds) == 1 else None


def _zip_end(fileobj: BinaryIO, size: int) -> tuple[int, int] | None:
    """Members and directory size by the zip record that ends exactly with the file, if any."""
    for at, record, tail in _zip_records(fileobj, size):
        if at + _END.size + record[7] == len(tail):
            # The larger kind of directory would be read from elsewhere, uncounted.
            large = tail[max(0, at - _ZIP64_LOCATOR_SIZE) : at].startswith(_ZIP64_LOCATOR)
            return (_MAX_MEMBERS + 1 if large else record[4]), record[5]
    return None


def _carries_zip(fileobj: BinaryIO, size: int) -> bool:
    """Whether an unpacker would find a zip in the file, be it with something behind it."""
    for at, record, tail in _zip_records(fileobj, size):
        start = size - len(tail) + at - record[5]
        if record[5] and start >= 0:
            fileobj.seek(start)
            if fileobj.read(4) == _DIRECTORY_SIGNATURE:
                return True
    return False


def _zip_records(fileobj: BinaryIO, size: int) -> Iterator[tuple[int, tuple[Any, ...], bytes]]:
    """What may be end records of a zip, the last first: place in the tail, fields, the tail."""
    fileobj.seek(max(0, size - _LONGEST_COMMENT - _END.size - _ZIP64_LOCATOR_SIZE))
    tail = fileobj.read()
    at = tail.rfind(_END_SIGNATURE, 0, max(0, len(tail) - _END.size + len(_END_SIGNATURE)))
    while at >= 0:
        yield at, _END.unpack_from(tail, at), tail
        at = tail.rfind(_END_SIGNATURE, 0, at)


def _broken_office() -> UploadError:
    return UploadError(
        _("Tệp Word hoặc Excel bị hỏng. Mở bằng Word hoặc Excel, lưu lại rồi tải lên lại.")
    )


def _oversized_office() -> UploadError:
    return UploadError(_("Tệp Word hoặc Excel quá lớn khi mở ra. Tách thành nhiều tệp nhỏ hơn."))


def _size_text(size: int) -> str:
    return f"{size // 2**20} MB" if size >= 2**20 else f"{size // 1024} KB"
