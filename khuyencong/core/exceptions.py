"""One exception handler for the API: RFC 9457 problem details, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from khuyencong.core.refusals import Fault, Refused

MEDIA_TYPE = "application/problem+json"


def _title(status: int) -> str:
    return {
        400: _("Dữ liệu gửi lên chưa đúng"),
        401: _("Chưa đăng nhập"),
        403: _("Không được phép"),
        404: _("Không tìm thấy"),
        405: _("Không dùng được phương thức này"),
        406: _("Không có định dạng này"),
        409: _("Chưa làm được ở trạng thái hiện nay"),
        412: _("Dữ liệu đã thay đổi"),
        413: _("Nội dung quá lớn"),
        415: _("Không nhận định dạng này"),
        422: _("Chưa đủ điều kiện"),
        429: _("Gọi quá nhiều"),
        500: _("Lỗi của cổng"),
    }.get(status, _("Chưa làm được"))


def body(
    status: int,
    detail: str = "",
    *,
    code: str = "",
    errors: dict[str, list[str]] | None = None,
    instance: str = "",
) -> dict[str, Any]:
    content: dict[str, Any] = {
        "type": f"urn:khuyencong:{code}" if code else "about:blank",
        "title": _title(status),
        "status": status,
        "detail": detail or _title(status),
    }
    if errors:
        content["errors"] = errors
    if instance:
        content["instance"] = instance
    return content


def problem(status: int, detail: str = "", **kwargs: Any) -> HttpResponse:
    """The same answer outside a DRF view (an address that no view knows)."""
    return HttpResponse(
        orjson.dumps(body(status, detail, **kwargs)), status=status, content_type=MEDIA_TYPE
    )


def by_field(faults: Iterable[Fault]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for fault in faults:
        errors.setdefault(fault.field or "non_field_errors", []).append(fault.message)
    return errors


def _flatten(detail: Any, name: str = "") -> dict[str, list[str]]:
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, value in detail.items():
            found.update(_flatten(value, f"{name}.{key}" if name else str(key)))
        return found
    if isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        found = {}
        for index, part in enumerate(detail):
            found.update(_flatten(part, f"{name}.{index}"))
        return found
    parts = detail if isinstance(detail, list) else [detail]
    return {name or "non_field_errors": [str(part) for part in parts]}


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER."""
    headers: dict[str, str] = {}
    errors: dict[str, list[str]] | None = None
    code = ""
    if isinstance(error, Refused):
        status, code = error.status, error.code
        errors = by_field(error.faults)
        detail = " ".join(fault.message for fault in error.faults)
    elif isinstance(error, Http404):
        status, detail = 404, _("Không tìm thấy, hoặc bạn không được xem.")
    elif isinstance(error, PermissionDenied):
        status, detail = 403, str(error)
    elif isinstance(error, DjangoValidationError):
        status, detail = 400, " ".join(error.messages)
        errors = (
            error.message_dict
            if hasattr(error, "error_dict")
            else {"non_field_errors": error.messages}
        )
    elif isinstance(error, exceptions.APIException):
        status = error.status_code
        if isinstance(error, exceptions.ValidationError):
            errors = _flatten(error.detail)
            detail = " ".join(text for texts in errors.values() for text in texts)
        else:
            detail = str(error.detail)
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header
        if getattr(error, "wait", None):
            headers["Retry-After"] = str(int(error.wait) + 1)
    else:
        return None
    return Response(
        body(status, detail, code=code, errors=errors),
        status=status,
        headers=headers,
        content_type=MEDIA_TYPE,
    )
