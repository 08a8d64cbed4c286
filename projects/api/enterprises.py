"""The register of establishments, without personal data."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core.api import ApiList, ApiView, etag
from khuyencong.core.schema import example
from projects.filters import EnterpriseApiFilter
from projects.models import Enterprise, EnterpriseIdentifier

# A number that is a person's own never leaves the portal this way.
IMPERSONAL = (
    EnterpriseIdentifier.Kind.TAX10,
    EnterpriseIdentifier.Kind.TAX13,
    EnterpriseIdentifier.Kind.LICENCE,
)


class IdentifierSerializer(serializers.Serializer):
    kind = serializers.CharField()
    value = serializers.CharField()


class EnterpriseSerializer(serializers.ModelSerializer):
    kind_label = serializers.CharField(source="get_kind_display")
    place = serializers.CharField(source="place.name", allow_null=True, default=None)
    identifiers = IdentifierSerializer(
        many=True, help_text=_("mã đang dùng; không có số định danh cá nhân")
    )

    class Meta:
        model = Enterprise
        fields = (
            "id",
            "name",
            "kind",
            "kind_label",
            "place",
            "address",
            "sector",
            "workers",
            "identifiers",
            "version",
            "is_illustration",
            "created_at",
        )


class _Register:
    queryset = Enterprise.objects.none()
    serializer_class = EnterpriseSerializer

    def get_queryset(self) -> QuerySet[Enterprise]:
        shown = EnterpriseIdentifier.objects.filter(kind__in=IMPERSONAL, valid_to__isnull=True)
        return (
            Enterprise.objects.visible_to(self.request.user)
            .select_related("place")
            .prefetch_related(Prefetch("identifiers", shown.order_by("pk")))
        )


@extend_schema_view(
    get=extend_schema(
        operation_id="enterprises_list",
        summary=_("Cơ sở công nghiệp nông thôn"),
        tags=["enterprises"],
        examples=[example("enterprise")],
    )
)
class EnterpriseList(_Register, ApiList):
    """Sổ cơ sở công nghiệp nông thôn của tỉnh, không có dữ liệu cá nhân."""

    filterset_class = EnterpriseApiFilter
    ordering_fields = ("id",)
    ordering = "id"


class EnterpriseDetail(_Register, ApiView):
    """Một cơ sở. Đầu mục `ETag` là phiên bản của bản ghi."""

    @extend_schema(
        operation_id="enterprises_retrieve",
        summary=_("Một cơ sở"),
        tags=["enterprises"],
        examples=[example("enterprise")],
    )
    def get(self, request: Request, pk: int) -> Response:
        enterprise = get_object_or_404(self.get_queryset(), pk=pk)
        data = EnterpriseSerializer(enterprise).data
        return Response(data, headers={"ETag": etag(enterprise.version)})
