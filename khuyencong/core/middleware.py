"""Requests that no view can make sense of are answered before any view sees them."""

import contextlib
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.gzip import GZipMiddleware
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from khuyencong.core import workdays
from khuyencong.core.exceptions import problem


class BadInputMiddleware:
    """NUL bytes in an address reach the database as an error; say 400 in words instead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        values = (value for _key, listed in request.GET.lists() for value in listed)
        if "\x00" in request.path or any("\x00" in value for value in values):
            return self.refuse(
                request, _("Địa chỉ có ký tự không hợp lệ. Bỏ ký tự đó rồi thử lại.")
            )
        if said := self._too_large(request):
            self._read_away(request)
            return self.refuse(request, said, status=413)
        return self.get_response(request)

    @staticmethod
    def _too_large(request: HttpRequest) -> str:
        """What to say when a form is larger than any of ours may be. The API answers itself."""
        sent = request.META.get("CONTENT_LENGTH") or "0"
        size = int(sent) if sent.isdecimal() else 0
        if request.content_type == "multipart/form-data":
            if size > settings.UPLOAD_MAX_REQUEST_BYTES:
                return _(
                    "Lần gửi này quá lớn: {size} MB. Gửi từng tệp một, mỗi tệp tối đa {limit} MB; "
                    "những gì đã lưu trước đó vẫn còn."
                ).format(size=-(-size // 2**20), limit=settings.UPLOAD_MAX_BYTES // 2**20)
        elif size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and not request.path.startswith("/api/"):
            return _("Nội dung gửi lên quá lớn, tối đa {limit} MB. Chia nhỏ rồi gửi lại.").format(
                limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20
            )
        return ""

    @staticmethod
    def _read_away(request: HttpRequest) -> None:
        """A browser shows an answer only after it has sent everything; not without end, though."""
        left = 2 * settings.UPLOAD_MAX_REQUEST_BYTES if request.user.is_authenticated else 0
        with contextlib.suppress(OSError):
            while left > 0 and (piece := request.read(min(1 << 16, left))):
                left -= len(piece)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
            return self.refuse(
                request, _("Nội dung gửi lên quá lớn. Chia nhỏ rồi gửi lại."), status=413
            )
        return None

    @staticmethod
    def refuse(request: HttpRequest, text: str, status: int = 400) -> HttpResponse:
        if request.path.startswith("/api/"):
            return problem(status, text)
        if answer := for_script(request, text, status):
            return answer
        return render(
            request,
            "core/message.html",
            {"title": _("Chưa làm được"), "text": text},
            status=status,
        )


def for_script(request: HttpRequest, text: str, status: int) -> HttpResponse | None:
    """The words of a refusal for a script of a page, which asks for JSON; None for a page."""
    if "application/json" not in request.headers.get("Accept", ""):
        return None
    return JsonResponse({"message": text, "saved": [], "faults": [text]}, status=status)


class WorkdaysMiddleware:
    """The working calendar is read at most once a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with workdays.remembered():
            return self.get_response(request)


class CompressPagesMiddleware(GZipMiddleware):
    """Pages go out small on a weak line; files are packed already, and the API keeps its ETags.

    Django pads each answer by a random length, so that its size betrays no secret (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class LanguageMiddleware(LocaleMiddleware):
    """Pages speak Vietnamese until a person picks English; the API follows Accept-Language.

    Browsers in offices are often left in English: that is no wish to read law in English.
    """

    def process_request(self, request: HttpRequest) -> None:
        if request.path.startswith("/api/") and not request.path.startswith("/api/docs/"):
            super().process_request(request)
            return
        picked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = picked if picked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
