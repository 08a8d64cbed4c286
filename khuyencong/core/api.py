"""What all views of the API share."""

from __future__ import annotations

import re
from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from khuyencong.core.filters import AskedFilters
from khuyencong.core.pagination import KeysetPagination
from khuyencong.core.refusals import NotAllowed

_TAG: Final = re.compile(r'"(\d{1,9})"')


class JsonNegotiation(DefaultContentNegotiation):
    """JSON alone, so that no query parameter chooses a format."""

    format_query_param = None


class ApiView(GenericAPIView):
    """``permission``: what the reader's roles must allow (roles.py); who may not, gets 403."""

    content_negotiation_class = JsonNegotiation
    permission = ""

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.permission and not request.user.may(self.permission):
            raise NotAllowed(_("Vai trò của tài khoản này không xem được phần này."))


class ApiList(ListModelMixin, ApiView):
    """A list in pages by position, with the view's filters."""

    pagination_class = KeysetPagination
    filter_backends = (AskedFilters,)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


def checked(serializer_class: type[Serializer], request: Request) -> dict[str, Any]:
    """The body of a request, validated; raises ``ValidationError`` with every fault at once."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def etag(version: int) -> str:
    return f'"{version}"'


def expected_version(request: Request, version: int) -> int | None:
    """The version the sender has seen, from ``If-Match``; None when any will do.

    ``version`` is the one now: of several tags given, it is the one that counts. A tag that this
    portal never gave out is a version that never was.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        return None
    seen = [int(number) for number in _TAG.findall(re.sub(r'W/"[^"]*"', "", given))]
    if version in seen:
        return version
    return seen[0] if seen else 0


def invalid(field: str, text: str) -> ValidationError:
    return ValidationError({field: [text]})
