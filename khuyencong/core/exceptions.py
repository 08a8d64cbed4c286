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


def _said_by_us(error: exceptions.APIException) -> str:
    """REST framework has no Vietnamese: its stock sentences are said in the portal's words."""
    if isinstance(error, exceptions.NotAuthenticated):
        return _("Gửi kèm khóa API: «Authorization: Bearer <khóa>».")
    if isinstance(error, exceptions.MethodNotAllowed):
        return _("Địa chỉ này không nhận phương thức vừa gọi; xem đầu mục Allow của trả lời.")
    if isinstance(error, exceptions.UnsupportedMediaType):
        return _("Gửi nội dung JSON, với «Content-Type: application/json».")
    if isinstance(error, exceptions.NotAcceptable):
        return _("Cổng chỉ trả lời bằng JSON; sửa đầu mục Accept.")
    text = str(error.detail)
    if isinstance(error, exceptions.PermissionDenied) and text.startswith("CSRF Failed"):
        return _("Thiếu mã chống giả mạo (X-CSRFToken). Chương trình nên dùng khóa API.")
    if isinstance(error, exceptions.Throttled):
        return _title(429)
    stock = type(error).default_detail
    return _title(error.status_code) if text == str(stock) else text


def _of_api_exception(error: exceptions.APIException) -> HttpResponse:
    if isinstance(error, exceptions.ValidationError):
        errors = _flatten(error.detail)
        detail = " ".join(text for texts in errors.values() for text in texts)
        response = problem(error.status_code, detail, errors=errors)
    else:
        response = problem(error.status_code, _said_by_us(error))
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        response["Retry-After"] = str(int(error.wait) + 1)
    return response


def problem_details(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's EXCEPTION_HANDLER.

    Answers past the renderers: a problem is JSON also where the view renders something else.
    """
    if isinstance(error, Refused):
        detail = " ".join(fault.message for fault in error.faults)
        return problem(error.status, detail, code=error.code, errors=by_field(error.faults))
    if isinstance(error, Http404):
        return problem(404, _("Không tìm thấy, hoặc bạn không được xem."))
    if isinstance(error, PermissionDenied):
        return problem(403, str(error))
    if isinstance(error, DjangoValidationError):
        errors = (
            error.message_dict
            if hasattr(error, "error_dict")
            else {"non_field_errors": error.messages}
        )
        return problem(400, " ".join(error.messages), errors=errors)
    if isinstance(error, exceptions.APIException):
        return _of_api_exception(error)
    return None
