"""How the API describes itself: the key, the problems, and an example of every answer."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from khuyencong.core.exceptions import MEDIA_TYPE, body

EXAMPLES: Final = Path(__file__).parent / "data" / "api_examples.json"


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "khuyencong.core.authentication.TokenAuthentication"
    name = "bearerAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": _("Khóa API do quản trị viên cấp, phạm vi «read» hoặc «write»."),
        }


class ProblemSerializer(serializers.Serializer):
    """RFC 9457 problem details."""

    type = serializers.CharField(help_text=gettext_lazy("Loại lỗi"))
    title = serializers.CharField(help_text=gettext_lazy("Tên lỗi, theo Accept-Language"))
    status = serializers.IntegerField(help_text=gettext_lazy("Mã HTTP"))
    detail = serializers.CharField(help_text=gettext_lazy("Chuyện gì, và làm gì tiếp"))
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text=gettext_lazy("Lỗi theo từng trường"),
    )


class PortalSchema(AutoSchema):
    """Adds to every operation the problems it may answer with."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        found = super()._get_response_bodies(direction)
        for status, example in self._problems().items():
            found.setdefault(
                str(status),
                self._get_response_for_code(
                    OpenApiResponse(
                        ProblemSerializer,
                        description=example["title"],
                        examples=[OpenApiExample(example["title"], example)],
                    ),
                    str(status),
                    [MEDIA_TYPE],
                    direction,
                ),
            )
        return dict(sorted(found.items()))

    def _problems(self) -> dict[int, dict[str, Any]]:
        found = {401: body(401, _("Gửi kèm khóa API: «Authorization: Bearer <khóa>»."))}
        if self._is_list_view() or self.method != "GET" or self._get_parameters():
            found[400] = body(
                400,
                _("Dòng này cần sửa trước khi gửi lại."),
                errors={"plan_year": [_("Nhập một số nguyên.")]},
            )
        if "{" in self.path:
            found[404] = body(404, _("Không tìm thấy, hoặc bạn không được xem."))
        if getattr(self.view, "permission", ""):
            found[403] = body(403, _("Vai trò của tài khoản này không xem được phần này."))
        if self.method != "GET":
            found[403] = body(403, _("Khóa API này chỉ được đọc. Xin khóa có phạm vi «write»."))
        return found


@cache
def _examples() -> dict[str, Any]:
    """Names, years and sources are data: the examples stand in a file, each under its name."""
    return json.loads(EXAMPLES.read_text(encoding="utf-8"))


def example(name: str, status: int = 200, **kwargs: Any) -> OpenApiExample:
    """The example answer of that name."""
    return OpenApiExample(
        name, _examples()[name], response_only=True, status_codes=[str(status)], **kwargs
    )


def sent(name: str) -> OpenApiExample:
    """The example request of that name."""
    return OpenApiExample(name, _examples()[name], request_only=True)
