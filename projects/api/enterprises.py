"""The register of establishments, without personal data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core.api import ApiList, ApiView, checked, etag, expected_version
from khuyencong.core.schema import ProblemSerializer, example, sent
from projects import register, sme
from projects.api.enterprise_input import (
    EnterpriseChange,
    EnterpriseNew,
    create,
    fill,
    writer_or_403,
)
from projects.filters import EnterpriseApiFilter
from projects.models import Enterprise, EnterpriseIdentifier

Kind = EnterpriseIdentifier.Kind
IMPERSONAL = (Kind.TAX10, Kind.TAX13, Kind.LICENCE)


class ImpersonalNumbers(serializers.ListSerializer):
    """A number that is a person's own never leaves the portal this way."""

    def to_representation(self, data: Any) -> list[Any]:
        return super().to_representation([row for row in data.all() if not row.is_personal])


class IdentifierSerializer(serializers.Serializer):
    kind = serializers.CharField()
    value = serializers.CharField()

    class Meta:
        list_serializer_class = ImpersonalNumbers


class IndustrySerializer(serializers.Serializer):
    version = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()


class CraftVillageSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class SizeSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="micro, small, medium, larger")
    name = serializers.CharField()
    legal_ref = serializers.CharField()
    confidence = serializers.CharField(help_text=_("mức đối chiếu của ngưỡng"))


class EnterpriseSerializer(serializers.ModelSerializer):
    code = serializers.CharField(help_text=_("mã trong sổ cơ sở và nhật ký"))
    kind_label = serializers.CharField(source="get_kind_display")
    place = serializers.CharField(source="place.name", allow_null=True, default=None)
    place_id = serializers.IntegerField(allow_null=True)
    identifiers = IdentifierSerializer(
        many=True, help_text=_("mã đang dùng; không có số định danh cá nhân")
    )
    sector_group = serializers.CharField(
        source="sector_group.code",
        allow_null=True,
        default=None,
        help_text=_("mã nhóm ngành nghề khuyến công"),
    )
    industry = IndustrySerializer(
        allow_null=True, help_text=_("mã ngành kinh tế, chỉ có nghĩa cùng phiên bản")
    )
    craft_village = CraftVillageSerializer(allow_null=True)
    size = serializers.SerializerMethodField(
        help_text=_("quy mô tính từ lao động, doanh thu, vốn; null khi chưa đủ số liệu")
    )

    class Meta:
        model = Enterprise
        fields = (
            "id",
            "code",
            "name",
            "kind",
            "kind_label",
            "place",
            "place_id",
            "address",
            "sector",
            "sector_group",
            "industry",
            "craft_village",
            "workers",
            "workers_female",
            "workers_minority",
            "capital",
            "revenue",
            "revenue_year",
            "size",
            "owner_is_woman",
            "owner_is_minority",
            "uses_local_material",
            "is_exporter",
            "has_typical_product",
            "identifiers",
            "version",
            "is_illustration",
            "created_at",
        )

    @extend_schema_field(SizeSerializer(allow_null=True))
    def get_size(self, enterprise: Enterprise) -> dict[str, str] | None:
        found = sme.size_of(enterprise)
        return asdict(found) if found else None


class _Register:
    queryset = Enterprise.objects.none()
    serializer_class = EnterpriseSerializer

    def get_queryset(self) -> QuerySet[Enterprise]:
        shown = EnterpriseIdentifier.objects.filter(kind__in=IMPERSONAL, valid_to__isnull=True)
        return (
            Enterprise.objects.visible_to(self.request.user)
            .select_related("place", "sector_group", "industry", "craft_village")
            .prefetch_related(Prefetch("identifiers", shown.order_by("pk")))
        )


_CHANGED = OpenApiResponse(ProblemSerializer, _("Người khác vừa sửa"))
_REFUSED = OpenApiResponse(ProblemSerializer, _("Chưa đúng, hoặc có thể trùng"))


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

    @extend_schema(
        operation_id="enterprises_create",
        summary=_("Thêm một cơ sở"),
        tags=["enterprises"],
        request=EnterpriseNew,
        responses={201: EnterpriseSerializer, 422: _REFUSED},
        examples=[sent("enterprise-new"), example("enterprise", 201)],
    )
    def post(self, request: Request) -> Response:
        """Thêm vào sổ. Có thể đã có thì 422; biết là cơ sở khác thì gửi id trong `others`."""
        writer_or_403(request, Enterprise(province=request.user.organisation.province))
        made = create(checked(EnterpriseNew, request), request.user)
        return _answer(self.get_queryset().get(pk=made.pk), 201)


class EnterpriseDetail(_Register, ApiView):
    """Một cơ sở. Đầu mục `ETag` là phiên bản của bản ghi."""

    @extend_schema(
        operation_id="enterprises_retrieve",
        summary=_("Một cơ sở"),
        tags=["enterprises"],
        examples=[example("enterprise")],
    )
    def get(self, request: Request, pk: int) -> Response:
        return _answer(get_object_or_404(self.get_queryset(), pk=pk))

    @extend_schema(
        operation_id="enterprises_change",
        summary=_("Sửa một cơ sở"),
        tags=["enterprises"],
        request=EnterpriseChange,
        responses={200: EnterpriseSerializer, 412: _CHANGED, 422: _REFUSED},
        parameters=[
            OpenApiParameter(
                "If-Match",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description=_("ETag đã đọc; bản ghi đã thay đổi thì trả lời 412"),
            )
        ],
        examples=[sent("enterprise-change"), example("enterprise")],
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Chỉ đổi những trường được gửi. Mã định danh thêm và kết thúc ở trang cơ sở."""
        enterprise = get_object_or_404(self.get_queryset(), pk=pk)
        writer_or_403(request, enterprise)
        given = checked(EnterpriseChange, request)
        seen = expected_version(request, enterprise.version)
        fill(enterprise, given, request.user)
        register.save(enterprise, by=request.user, expected_version=seen)
        return _answer(self.get_queryset().get(pk=pk))


def _answer(enterprise: Enterprise, status: int = 200) -> Response:
    data = EnterpriseSerializer(enterprise).data
    return Response(data, status, headers={"ETag": etag(enterprise.version)})
