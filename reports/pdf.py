"""Papers as PDF: the only module that knows WeasyPrint.

WeasyPrint is loaded when a worker starts and never in a web process: it brings Pango, and Pango
without fonts ends the process it runs in.
"""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from khuyencong.core.refusals import Refused

# Times New Roman is prescribed and not free; Liberation Serif has the same widths.
FAMILIES: Final = ("Times New Roman", "Liberation Serif")
FONT: Final = ",".join(FAMILIES)
# Each library with the package that brings it, by itself or by what it depends on.
LIBRARIES: Final = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libgobject-2.0.so.0": "libpango-1.0-0",
    "libharfbuzz.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libfontconfig.so.1": "libpangoft2-1.0-0",
}
FONTS_PACKAGE: Final = "fonts-liberation2"
_FACES: Final = ("regular", "bold", "italic", "bold:italic")
_VOWELS: Final = "aăâeêioôơuưy"
_TONES: Final = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
# Asked of a process of its own: loading them here would bring Pango into the web server.
_PROBE: Final = """
import ctypes, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
"""

logger = logging.getLogger(__name__)
_complete = threading.Event()


class PdfError(Refused):
    """The paper cannot be made here; trying again would not help."""

    code = "pdf"


def load() -> ModuleType:
    """WeasyPrint itself. Raises ``PdfError`` where its libraries are missing."""
    try:
        import weasyprint
    except OSError as error:
        raise PdfError(available() or str(error)) from error
    return weasyprint


def available() -> str | None:
    """None when this machine can make papers, else a sentence that names the Debian packages.

    A good answer is kept: what is installed stays. A bad one is asked again.
    """
    if _complete.is_set():
        return None
    missing = missing_packages()
    if not missing:
        _complete.set()
        return None
    return _(
        "Máy chủ còn thiếu gói {packages} của Debian nên chưa lập được PDF. "
        "Cài bằng lệnh: sudo apt-get install {names}"
    ).format(packages=", ".join(missing), names=" ".join(missing))


def missing_packages() -> list[str]:
    """Debian packages a paper still needs: libraries first, then the letters."""
    probe = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _PROBE, *LIBRARIES],
        capture_output=True,
        text=True,
        check=False,
    )
    missing = list(dict.fromkeys(LIBRARIES[name] for name in probe.stdout.split()))
    if not shutil.which("fc-match"):
        missing.append("fontconfig")
    if not _has_letters():
        missing.append(FONTS_PACKAGE)
    return missing


def letters() -> frozenset[int]:
    """Code points of every Vietnamese letter, and what figures and lists need."""
    forms = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES} | {
        "đ"
    }
    text = "".join(forms) + "".join(forms).upper() + "–…«»"
    return frozenset(map(ord, text)) | frozenset(range(0x20, 0x7F))


def _has_letters() -> bool:
    """Whether each of the four faces has every letter: else faces are mixed without a word."""
    if not shutil.which("fc-match"):
        return False
    for face in _FACES:
        found = subprocess.run(
            ["fc-match", "-f", "%{family}\n%{charset}", f"{FONT}:{face}"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.partition("\n")
        if not set(found[0].split(",")) & set(FAMILIES) or not letters() <= _codes(found[2]):
            return False
    return True


def _codes(charset: str) -> set[int]:
    """Fontconfig's ranges, such as ``20-7e a0``, as code points."""
    codes: set[int] = set()
    for first, last in re.findall(r"([0-9a-f]+)(?:-([0-9a-f]+))?", charset):
        codes.update(range(int(first, 16), int(last or first, 16) + 1))
    return codes


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticFetcher(URLFetcher):
        """Reads ``static:`` addresses below our own static folder; nothing else, no network.

        What it refuses ends the rendering: a paper is never made with something left out.
        """

        def __init__(self) -> None:
            super().__init__(allowed_protocols=("static",), fail_on_errors=True)

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            path = static_file(url)
            kind = "text/css" if path.suffix == ".css" else "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    return StaticFetcher()


def static_file(url: str) -> Path:
    """The file behind ``static:css/…``; anything that leads elsewhere is a ``ValueError``."""
    scheme, _colon, name = url.partition(":")
    folder = (settings.BASE_DIR / "static").resolve()
    path = (folder / name).resolve()
    if scheme != "static" or not path.is_relative_to(folder) or not path.is_file():
        raise ValueError(f"not a static file of ours: {url[:200]}")
    return path


@cache
def _fonts() -> Any:
    """Found once a process and shared by its papers: a tenth of a short one's time."""
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


def document(html: str) -> Any:
    """The paper laid out."""
    paper = load().HTML(string=html, base_url="static:", url_fetcher=_fetcher())
    return paper.render(font_config=_fonts(), pdf_identifier=True)


def render(html: str, *, on_page: Callable[[int], None] | None = None) -> bytes:
    """The paper's bytes, the same for the same ``html`` and fonts.

    ``on_page`` hears the number of each page while it is laid out. Raises ``PdfError``.
    """
    if missing := available():
        raise PdfError(missing)
    load()
    from weasyprint.urls import FatalURLFetchingError

    try:
        with _listening(on_page) as complaints:
            content = document(html).write_pdf(pdf_identifier=True)
    except FatalURLFetchingError as error:
        logger.error("%s: %s", error, error.__cause__)
        raise PdfError(_("Mẫu báo cáo dùng một tệp không được phép đọc.")) from error
    if complaints:
        raise PdfError(_("Mẫu báo cáo có phần không dựng được. Báo quản trị viên của cổng."))
    return content


class _Listener(logging.Handler):
    """WeasyPrint tells in its log only where it is, and what it has left out of a paper."""

    def __init__(self, on_page: Callable[[int], None] | None) -> None:
        super().__init__(logging.INFO)
        self.on_page = on_page
        self.complaints: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            self.complaints.append(record.getMessage())
        elif self.on_page and "Page %d" in record.msg and isinstance(record.args, tuple):
            self.on_page(record.args[0])


@contextmanager
def _listening(on_page: Callable[[int], None] | None) -> Iterator[list[str]]:
    told, progress = logging.getLogger("weasyprint"), logging.getLogger("weasyprint.progress")
    listener, before = _Listener(on_page), progress.level
    told.addHandler(listener)
    progress.setLevel(logging.INFO)
    progress.propagate, propagated = False, progress.propagate
    progress.addHandler(listener)
    try:
        yield listener.complaints
    finally:
        told.removeHandler(listener)
        progress.removeHandler(listener)
        progress.setLevel(before)
        progress.propagate = propagated
