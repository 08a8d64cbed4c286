"""What a workbook's zip says of itself, judged before any part of it is unpacked."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from khuyencong.core.filetypes import HEAD_SIZE, UploadError, office_members
from khuyencong.core.workbooks.limits import Limits, WorkbookError

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_ARCHIVES: Final = re.compile(
    r".*\.(?:zip|xls[xmb]?|doc[xm]?|pptx?|od[st]|jar|7z|rar|gz|bz2|xz|tar)", re.I
)
_ZIP64_EXTRA: Final = b"\x01\x00"
_SMALL: Final = 2**20  # a part that cannot do harm, however well it packs


def members(fileobj: BinaryIO, limits: Limits) -> list[zipfile.ZipInfo]:
    """The parts of an .xlsx file, nothing of it unpacked; WorkbookError with the way out."""
    size = fileobj.seek(0, 2)
    if size == 0:
        raise WorkbookError(_("Tệp rỗng. Mở tệp xem có nội dung không rồi tải lên lại."))
    if size > limits.file_bytes:
        raise WorkbookError(
            _("Tệp Excel lớn hơn {size} MB. Bỏ ảnh và trang không cần, hoặc tách tệp.").format(
                size=limits.file_bytes // 2**20
            )
        )
    fileobj.seek(0)
    head = fileobj.read(HEAD_SIZE)
    if not head.startswith(_ZIP):
        fileobj.seek(0)
        raise WorkbookError(_what_it_is(head, fileobj))
    try:
        infos = office_members(fileobj, size)
    except UploadError as refusal:
        raise WorkbookError(str(refusal)) from None
    _check_kind({info.filename for info in infos})
    _check_sizes(infos, limits)
    _check_places(infos, size)
    return infos


def _what_it_is(head: bytes, fileobj: BinaryIO) -> str:
    if head.startswith(_OLE):
        if _ENCRYPTED in fileobj.read(2**20):
            return _("Tệp Excel có mật khẩu. Bỏ mật khẩu, lưu lại rồi tải lên.")
        return _("Tệp Excel kiểu cũ (.xls). Lưu lại thành .xlsx rồi tải lên.")
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<?xml")):
        return _("Tệp là trang web hoặc XML mang tên Excel. Mở bằng Excel, lưu lại thành .xlsx.")
    if b"\x00" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _("Tệp là văn bản (CSV) mang tên Excel. Mở bằng Excel, lưu lại thành .xlsx.")
    return _("Tệp không phải Excel. Lưu lại thành .xlsx rồi tải lên.")


def _check_kind(names: set[str]) -> None:
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        if any(name.startswith("xl/macrosheets/") for name in names):
            raise WorkbookError(macro_refusal())
        return
    if "mimetype" in names and "content.xml" in names:
        raise WorkbookError(
            _("Tệp của LibreOffice hoặc OpenOffice (.ods). Lưu lại thành .xlsx rồi tải lên.")
        )
    if "xl/workbook.bin" in names:
        raise WorkbookError(_("Tệp Excel nhị phân (.xlsb). Lưu lại thành .xlsx rồi tải lên."))
    if any(name.startswith("word/") for name in names):
        raise WorkbookError(_("Tệp là Word, không phải Excel. Chọn tệp .xlsx rồi tải lên lại."))
    raise WorkbookError(_("Tệp nén này không phải Excel. Lưu lại thành .xlsx rồi tải lên."))


def _check_sizes(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.members or sum(i.file_size for i in infos) > limits.unpacked_bytes:
        raise WorkbookError(
            _(
                "Tệp Excel mở ra lớn hơn {size} MB. Chép bảng cần nhập sang tệp mới, "
                "bỏ ảnh và trang không cần, lưu lại thành .xlsx rồi tải lên."
            ).format(size=limits.unpacked_bytes // 2**20)
        )
    if any(
        info.file_size > _SMALL and info.file_size > limits.ratio * info.compress_size
        for info in infos
    ):
        raise WorkbookError(
            _(
                "Tệp nén quá chặt, không giống tệp Excel thường. "
                "Chép bảng sang tệp mới, lưu lại thành .xlsx rồi tải lên."
            )
        )


def _check_places(infos: list[zipfile.ZipInfo], size: int) -> None:
    """No part hides in another, points outside, or is packed in a way Excel never uses."""
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        path = PurePosixPath(info.filename)
        if _ARCHIVES.fullmatch(path.name):
            raise WorkbookError(nested_refusal())
        if (
            info.header_offset < end
            or info.header_offset + info.compress_size > size
            or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            or _has_zip64(info.extra)
            or path.is_absolute()
            or ".." in path.parts
            or info.orig_filename != info.filename
        ):
            raise WorkbookError(broken_refusal())
        end = info.header_offset + info.compress_size
    if len({info.filename.lower() for info in infos}) != len(infos):
        raise WorkbookError(broken_refusal())


def _has_zip64(extra: bytes) -> bool:
    while len(extra) >= 4:
        if extra.startswith(_ZIP64_EXTRA):
            return True
        extra = extra[4 + int.from_bytes(extra[2:4], "little") :]
    return False


def macro_refusal() -> str:
    return _("Tệp có macro. Lưu lại thành .xlsx (không có macro) rồi tải lên.")


def nested_refusal() -> str:
    return _("Trong tệp có tệp khác nhúng vào. Xóa đối tượng nhúng, lưu lại rồi tải lên.")


def broken_refusal() -> str:
    return _("Tệp Excel bị hỏng hoặc không do Excel tạo. Mở bằng Excel, lưu lại rồi tải lên.")
