"""The API's description and its page, served without any host but this one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core.api import invalid

LANGUAGES = dict(settings.LANGUAGES)
METHODS = ("get", "post", "put", "patch", "delete")


def reading() -> str:
    """The reader's language, one of ours."""
    language = get_language() or ""
    return language if language in LANGUAGES else settings.LANGUAGE_CODE


class CachedGenerator(SchemaGenerator):
    """The description is the same for everybody: it is made once a language."""

    made: ClassVar[dict[str, dict[str, Any]]] = {}

    def get_schema(self, request: Request | None = None, public: bool = False) -> dict[str, Any]:
        language = reading()
        if language not in self.made:
            self.made[language] = super().get_schema(request=None, public=True)
        return self.made[language]


class Schema(SpectacularAPIView):
    authentication_classes: ClassVar[list] = []
    generator_class = CachedGenerator

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        language = request.query_params.get("lang")
        if language and language not in LANGUAGES:
            raise invalid("lang", _("Chỉ có: {codes}.").format(codes=", ".join(LANGUAGES)))
        return super().get(request, *args, **kwargs)


class ApiDocs(SpectacularSwaggerSplitView):
    """Swagger UI where scripts run; everywhere a plain list of what there is."""

    authentication_classes: ClassVar[list] = []
    template_name = "api/docs.html"
    url_name = "api_schema"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().get(request, *args, **kwargs)
        if request.query_params.get("script") is None:
            response.data["schema_url"] = self._get_schema_url(request)
            response.data["operations"] = operations(CachedGenerator().get_schema())
        return response

    def _get_schema_url(self, request: Request) -> str:
        # The page's language, not the browser's.
        return f"{reverse(self.url_name)}?lang={reading()}"


def operations(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"method": method.upper(), "path": path, "summary": operation.get("summary", "")}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
