"""JSON from outside, read strictly: what no column or sum can hold ends here, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.parsers import BaseParser

_MAY_HOLD_NUL: Final = re.compile(rb"\\u0000")


class TooLarge(exceptions.APIException):
    status_code = 413

    def __init__(self) -> None:
        super().__init__(_("Nội dung gửi lên quá lớn. Chia nhỏ rồi gửi lại."))


class OrjsonParser(BaseParser):
    """Refuses lone surrogates, NUL, numbers without end and nesting without bottom (400)."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(
                _(
                    "Không đọc được JSON ở dòng {line}, cột {column}. Kiểm tra lại rồi gửi lại."
                ).format(line=error.lineno, column=error.colno)
            ) from error
        if _MAY_HOLD_NUL.search(body) and any("\x00" in text for text in _texts(content)):
            raise exceptions.ParseError(_("Nội dung có ký tự NUL. Bỏ ký tự đó rồi gửi lại."))
        return content


def _texts(content: Any) -> Iterator[str]:
    """Every string in it, keys too. No recursion: the nesting is the sender's choice."""
    waiting = [content]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part
