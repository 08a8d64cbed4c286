"""The reading process seen from outside: started, listened to within bounds, always ended."""

from __future__ import annotations

import fcntl
import marshal
import os
import select
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core.workbooks import container
from khuyencong.core.workbooks.limits import Limits, WorkbookError

# By import and not as a script, which would be compiled anew each time.
COMMAND: Final = (sys.executable, "-I", "-S", "-c")
_START: Final = "import sys; sys.path += sys.argv[1:]; from child import main; main()"
_PIPE: Final = 1 << 20
_CHUNK: Final = 1 << 18
_TOO_LONG: Final = (-signal.SIGXCPU, -signal.SIGKILL)


class _AbortedError(Exception):
    """The reader ended itself for want of memory, before anything was told."""


def pieces(
    path: Path, members: list[zipfile.ZipInfo], sheet: str | None, limits: Limits
) -> Iterator[Any]:
    """What the child sends, piece by piece; WorkbookError for its refusal, end or silence.

    ``sheet``: None for all, "" for the first visible one, else a name. Only the time spent
    waiting for the child counts; it is ended as soon as nobody listens.
    """
    request = _request(path, members, sheet, limits)
    try:
        yield from _run({**request, "in_turn": False}, limits)
    except _AbortedError:
        # Short of memory before its check could say which row is to blame: check first, then read.
        yield from _run({**request, "in_turn": True}, limits)


def _run(request: dict[str, Any], limits: Limits) -> Iterator[Any]:
    child = subprocess.Popen(
        [*COMMAND, _START, *_folders()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"MALLOC_ARENA_MAX": "1"},  # a second thread would claim 64 MB of the bound
    )
    assert child.stdin is not None and child.stdout is not None
    with suppress(OSError):  # the user has no more of such pipes: smaller, it is slower
        fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, _PIPE)
    try:
        try:
            child.stdin.write(marshal.dumps(request))
            child.stdin.close()
        except BrokenPipeError:
            raise WorkbookError(container.broken_refusal()) from None
        yield from _told(child, child.stdout.fileno(), limits, may_abort=not request["in_turn"])
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def _told(
    child: subprocess.Popen[bytes], pipe: int, limits: Limits, *, may_abort: bool
) -> Iterator[Any]:
    received, patience, rest = 0, limits.wall_seconds, bytearray()
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    while True:
        began = time.monotonic()
        ready = poll.poll(max(patience, 0) * 1000)
        patience -= time.monotonic() - began
        if not ready:
            raise WorkbookError(_too_long())
        chunk = os.read(pipe, _CHUNK)
        if not chunk:
            code = child.wait()
            if code == -signal.SIGABRT and may_abort and not received:
                raise _AbortedError
            raise WorkbookError(_ended(code))
        received += len(chunk)
        if received > limits.answer_bytes:
            raise WorkbookError(_too_much(limits))
        rest += chunk
        for told in _pieces(rest):
            if isinstance(told, dict) and "end" in told:
                return
            if isinstance(told, dict) and "refused" in told:
                raise WorkbookError(_refusal(told, limits))
            yield told


def _pieces(received: bytearray) -> Iterator[Any]:
    """The whole pieces at the start of what was received; they are taken away from it."""
    while len(received) >= 4:
        end = 4 + int.from_bytes(received[:4], "little")
        if len(received) < end:
            return
        piece = bytes(received[4:end])
        del received[:end]
        yield marshal.loads(piece)


def _request(
    path: Path, members: list[zipfile.ZipInfo], sheet: str | None, limits: Limits
) -> dict[str, Any]:
    return {
        "path": str(path.resolve()),
        "sheet": sheet,
        "members": [
            (m.filename, m.header_offset, m.compress_type, m.compress_size, m.file_size, m.CRC)
            for m in members
            if not m.is_dir()
        ],
        "sheets": limits.sheets,
        "rows": limits.rows,
        "columns": limits.columns,
        "cell_characters": limits.cell_characters,
        "memory_bytes": limits.memory_bytes,
        "cpu_seconds": limits.cpu_seconds,
    }


@cache
def _folders() -> list[str]:
    """Where the child finds its other half and its library; neither is loaded here."""
    spec = find_spec("python_calamine")
    assert spec is not None and spec.origin is not None
    return [str(Path(__file__).parent), str(Path(spec.origin).parent.parent)]


def _ended(code: int) -> str:
    if code in _TOO_LONG:
        return _too_long()
    if code == -signal.SIGABRT:  # the reader's own way to say that memory is short
        return _out_of_memory()
    return container.broken_refusal()


def _too_long() -> str:
    return _(
        "Đọc tệp quá lâu nên đã dừng. "
        "Chép bảng cần nhập sang tệp mới, lưu lại thành .xlsx rồi tải lên."
    )


def _out_of_memory() -> str:
    return _(
        "Tệp có ô nằm quá xa hoặc quá nhiều dữ liệu. "
        "Chép riêng bảng cần nhập sang tệp mới, lưu lại thành .xlsx rồi tải lên."
    )


def _too_much(limits: Limits) -> str:
    return _(
        "Bảng có quá nhiều chữ (hơn {size} MB). Tách thành nhiều tệp nhỏ hơn rồi tải lên."
    ).format(size=limits.answer_bytes // 2**20)


def _refusal(told: dict[str, Any], limits: Limits) -> str:
    sheet = told.get("sheet", "")
    match told["refused"]:
        case "rows":
            return _(
                "Trang «{sheet}» có ô ở dòng {row}; chỉ nhận tới dòng {most}. "
                "Xóa các dòng thừa ở dưới bảng hoặc tách tệp, lưu lại rồi tải lên."
            ).format(sheet=sheet, row=_dotted(told["row"]), most=_dotted(limits.rows))
        case "columns":
            return _(
                "Trang «{sheet}» có ô ở cột thứ {column}; chỉ nhận tới {most} cột. "
                "Xóa các cột thừa bên phải bảng, lưu lại rồi tải lên."
            ).format(sheet=sheet, column=_dotted(told["column"]), most=limits.columns)
        case "cell_text":
            return _(
                "Trang «{sheet}», dòng {row} có ô dài hơn {most} chữ. Rút gọn ô đó rồi tải lên lại."
            ).format(sheet=sheet, row=told["row"], most=_dotted(limits.cell_characters))
        case "merged":
            return _("Trang «{sheet}» có quá nhiều ô gộp. Bỏ gộp ô, lưu lại rồi tải lên.").format(
                sheet=sheet
            )
        case "sheets":
            return _(
                "Tệp có hơn {most} trang. Chép trang cần nhập sang tệp mới rồi tải lên."
            ).format(most=limits.sheets)
        case "no_sheet" if sheet:
            return _(
                "Tệp không có trang «{sheet}». Tải tệp mẫu về, chép số liệu vào đúng trang đó."
            ).format(sheet=sheet)
        case "no_sheet":
            return _("Tệp không có trang nào đang hiện. Bỏ ẩn trang cần nhập rồi tải lên lại.")
        case "dtd" | "encoding":
            return _(
                "Tệp có phần khai báo mà Excel không bao giờ ghi (DTD). "
                "Mở bằng Excel, lưu lại thành .xlsx rồi tải lên."
            )
        case "nested":
            return container.nested_refusal()
        case "macro":
            return container.macro_refusal()
        case "memory":
            return _out_of_memory()
    return container.broken_refusal()


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")
