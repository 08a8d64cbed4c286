"""Pages by position, not by number: the last page of a million rows costs what the first does."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

MAX_PAGE_SIZE: Final = 200
_LARGEST_ID: Final = 2**63 - 1
_LONGEST_CODE: Final = 60


@dataclass(frozen=True)
class Cursor:
    """Rows behind ``value`` in this ordering, or with ``back`` those before it."""

    ordering: str
    back: bool
    value: int | str

    def encode(self) -> str:
        text = f"{self.ordering}|{'p' if self.back else 'n'}|{self.value}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, ordering: str) -> Cursor:
        """Raises ``ValueError`` for what this portal did not give out for this ordering."""
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        given, way, value = base64.urlsafe_b64decode(padded).decode().split("|", 2)
        if given != ordering or way not in {"n", "p"}:
            raise ValueError("a cursor of another list")
        if ordering.lstrip("-") == "id":
            number = int(value)
            if not 0 <= number <= _LARGEST_ID:
                raise ValueError("no id is that large")
            return cls(ordering, way == "p", number)
        if "\x00" in value or len(value) > _LONGEST_CODE:
            raise ValueError("no code looks like that")
        return cls(ordering, way == "p", value)


class KeysetPagination(BasePagination):
    """``{"next", "previous", "count", "results"}``; the view names its unique, indexed columns.

    ``ordering_fields``: what ``?ordering=`` may name; ``ordering``: how rows come otherwise;
    ``always_counted``: count without being asked, for lists that stay short.
    """

    page_size = 50

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        self.request = request
        size = self._size(request)
        ordering = self._ordering(request, view)
        cursor = self._cursor(request, ordering)
        counted = getattr(view, "always_counted", True) or request.query_params.get("count") == "1"
        self.count = queryset.order_by().count() if counted else None

        name, down = ordering.lstrip("-"), ordering.startswith("-")
        back = cursor is not None and cursor.back
        if cursor:
            sign = "lt" if down != back else "gt"
            queryset = queryset.filter(**{f"{name}__{sign}": cursor.value})
        rows = list(queryset.order_by(f"-{name}" if down != back else name)[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        if back:
            rows.reverse()
        has_next, has_previous = (True, more) if back else (more, cursor is not None)
        self.next = self._link(ordering, False, rows[-1], name) if rows and has_next else None
        self.previous = self._link(ordering, True, rows[0], name) if rows and has_previous else None
        return rows

    def _size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if not given:
            return self.page_size
        try:
            size = int(given)
        except ValueError:
            size = 0
        if size < 1:
            raise ValidationError(
                {
                    "page_size": _("Số dòng một trang là số nguyên từ 1 đến {max}.").format(
                        max=MAX_PAGE_SIZE
                    )
                }
            )
        return min(size, MAX_PAGE_SIZE)

    def _ordering(self, request: Request, view: Any) -> str:
        fields = getattr(view, "ordering_fields", ("id",))
        given = request.query_params.get("ordering") or getattr(view, "ordering", "-id")
        if given not in choices(fields):
            raise ValidationError(
                {
                    "ordering": _("Chỉ sắp xếp được theo: {fields}.").format(
                        fields=", ".join(choices(fields))
                    )
                }
            )
        return given

    def _cursor(self, request: Request, ordering: str) -> Cursor | None:
        given = request.query_params.get("cursor")
        if not given:
            return None
        try:
            return Cursor.decode(given, ordering)
        except ValueError as error:
            raise ValidationError(
                {"cursor": _("Vị trí trang không đúng. Bắt đầu lại từ trang đầu.")}
            ) from error

    def _link(self, ordering: str, back: bool, row: Any, name: str) -> str:
        value = row[name] if isinstance(row, dict) else getattr(row, name)
        here = remove_query_param(self.request.build_absolute_uri(), "cursor")
        return replace_query_param(here, "cursor", Cursor(ordering, back, value).encode())

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {"next": self.next, "previous": self.previous, "count": self.count, "results": data}
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True, "example": None}
        return {
            "type": "object",
            "required": ["next", "previous", "count", "results"],
            "properties": {
                "next": link,
                "previous": link,
                "count": {"type": "integer", "nullable": True, "example": 1},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        def parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
            return {
                "name": name,
                "in": "query",
                "required": False,
                "description": description,
                "schema": schema,
            }

        found = [
            parameter("cursor", _("Vị trí trang, lấy từ next hoặc previous"), type="string"),
            parameter(
                "page_size",
                _("Số dòng một trang"),
                type="integer",
                minimum=1,
                maximum=MAX_PAGE_SIZE,
                default=self.page_size,
            ),
        ]
        if hasattr(view, "ordering_fields"):
            found.append(
                parameter(
                    "ordering",
                    _("Thứ tự; dấu trừ là giảm dần"),
                    type="string",
                    enum=choices(view.ordering_fields),
                    default=view.ordering,
                )
            )
        if not getattr(view, "always_counted", True):
            found.append(
                parameter("count", _("1: đếm tất cả (chậm hơn)"), type="string", enum=["1"])
            )
        return found


def choices(fields: tuple[str, ...]) -> list[str]:
    return [sign + name for name in fields for sign in ("", "-")]
