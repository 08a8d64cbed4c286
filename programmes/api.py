"""Programmes as other systems read them: the decision's figures, never a cell it does not give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core import money
from khuyencong.core.api import ApiList, ApiView
from khuyencong.core.schema import example
from khuyencong.core.serializers import CodeAndNameSerializer, DocumentSerializer
from programmes.models import Programme, ProgrammeVersion

Achievements = Callable[[Programme], dict[int, int]]


class YearPhaseSerializer(serializers.Serializer):
    year = serializers.IntegerField()
    amount = serializers.IntegerField(help_text=_("đồng"))


class SourceShareSerializer(serializers.Serializer):
    source = serializers.CharField(source="source.code")
    name = serializers.CharField(source="source.name")
    is_state = serializers.BooleanField(source="source.is_state")
    amount = serializers.IntegerField(help_text=_("đồng"))
    rate = serializers.SerializerMethodField(help_text=_("phần của tổng, bốn số lẻ"))

    def get_rate(self, share: Any) -> float:
        return float(money.rate(share.amount, self.context["total"]) or 0)


class TargetSerializer(serializers.Serializer):
    code = serializers.CharField(source="target.code")
    name = serializers.CharField(source="target.name")
    unit = serializers.CharField(source="target.unit")
    quantity = serializers.IntegerField()
    achieved = serializers.SerializerMethodField(help_text=_("đã nghiệm thu đạt"))

    def get_achieved(self, row: Any) -> int:
        return self.context["achieved"].get(row.target_id, 0)


class ProgrammeRowSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    province = CodeAndNameSerializer()
    start_year = serializers.IntegerField()
    end_year = serializers.IntegerField()
    total_amount = serializers.IntegerField(source="in_force.total_amount", help_text=_("đồng"))
    decision = DocumentSerializer(source="in_force.decision")
    is_illustration = serializers.BooleanField(help_text=_("số liệu minh họa, không có thật"))


class ProgrammeSerializer(ProgrammeRowSerializer):
    version = serializers.IntegerField(source="in_force.number")
    year_phases = YearPhaseSerializer(many=True, source="in_force.year_phases.all")
    source_shares = serializers.SerializerMethodField()
    targets = serializers.SerializerMethodField()
    objectives = serializers.SerializerMethodField(help_text=_("mục tiêu không có con số"))

    def get_source_shares(self, programme: Programme) -> SourceShareSerializer(many=True):
        version = programme.in_force
        rows = version.source_shares.select_related("source")
        return SourceShareSerializer(rows, many=True, context={"total": version.total_amount}).data

    def get_targets(self, programme: Programme) -> TargetSerializer(many=True):
        rows = programme.in_force.target_quantities.select_related("target").order_by(
            "target__position", "target__code"
        )
        return TargetSerializer(rows, many=True, context=self.context).data

    def get_objectives(self, programme: Programme) -> list[str]:
        return [objective.text for objective in programme.objectives.all()]


class _Programmes:
    def get_queryset(self) -> QuerySet[Programme]:
        newest = ProgrammeVersion.objects.select_related("decision").order_by("-number")
        return (
            Programme.objects.visible_to(self.request.user)
            .filter(Exists(ProgrammeVersion.objects.filter(programme=OuterRef("pk"))))
            .select_related("province")
            .prefetch_related(Prefetch("versions", newest))
        )


def _with_version(programme: Programme) -> Programme:
    """Hold the version in force on the record, read once with the others."""
    programme.in_force = programme.versions.all()[0]
    return programme


@extend_schema_view(
    get=extend_schema(
        operation_id="programmes_list",
        summary=_("Các chương trình"),
        tags=["programmes"],
        examples=[example("programme-row")],
    )
)
class ProgrammeList(_Programmes, ApiList):
    """Chương trình khuyến công của tỉnh; cơ quan trung ương thấy chương trình của mọi tỉnh."""

    queryset = Programme.objects.none()
    serializer_class = ProgrammeRowSerializer
    ordering_fields = ("code",)
    ordering = "code"

    def paginate_queryset(self, queryset: QuerySet[Programme]) -> list[Programme]:
        return [_with_version(row) for row in super().paginate_queryset(queryset)]


class ProgrammeDetail(_Programmes, ApiView):
    """Một chương trình: phân kỳ theo năm, cơ cấu nguồn, chỉ tiêu đã đạt và mục tiêu."""

    serializer_class = ProgrammeSerializer
    # What has been reached is known to the app above; the composition root hands it in.
    achievements: Achievements | None = None

    @extend_schema(
        operation_id="programmes_retrieve",
        summary=_("Một chương trình"),
        tags=["programmes"],
        examples=[example("programme")],
    )
    def get(self, request: Request, code: str) -> Response:
        programme = _with_version(get_object_or_404(self.get_queryset(), code=code))
        achieved = self.achievements(programme) if self.achievements else {}
        return Response(ProgrammeSerializer(programme, context={"achieved": achieved}).data)
