"""Decisions that give money, as other systems read them."""

from __future__ import annotations

import django_filters
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from budgets.models import Allocation, AllocationLine
from khuyencong.core import roles
from khuyencong.core.api import ApiList
from khuyencong.core.filters import CachedFormFilterSet
from khuyencong.core.schema import example
from khuyencong.core.serializers import DocumentSerializer
from programmes.models import Programme


class AllocationLineSerializer(serializers.Serializer):
    year = serializers.IntegerField(source="cell.year")
    source = serializers.CharField(source="cell.source.code")
    amount = serializers.IntegerField(help_text=_("đồng"))


class AllocationSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme.code")
    document = DocumentSerializer()
    note = serializers.CharField()
    amount = serializers.SerializerMethodField(help_text=_("cộng các dòng, đồng"))
    lines = AllocationLineSerializer(many=True)
    posted_at = serializers.DateTimeField()

    def get_amount(self, allocation: Allocation) -> int:
        return sum(line.amount for line in allocation.lines.all())


class AllocationFilter(CachedFormFilterSet):
    programme = django_filters.CharFilter(
        field_name="programme__code", label=_("Mã chương trình"), max_length=60
    )


@extend_schema_view(
    get=extend_schema(
        operation_id="allocations_list",
        summary=_("Quyết định giao dự toán"),
        tags=["budget"],
        examples=[example("allocation")],
    )
)
class AllocationList(ApiList):
    """Các quyết định giao dự toán, mới nhất trước, mỗi dòng một năm và một nguồn."""

    queryset = Allocation.objects.none()
    serializer_class = AllocationSerializer
    filterset_class = AllocationFilter
    permission = roles.SEE_BUDGET

    def get_queryset(self) -> QuerySet[Allocation]:
        lines = AllocationLine.objects.select_related("cell__source").order_by(
            "cell__year", "cell__source__position", "pk"
        )
        return (
            Allocation.objects.filter(programme__in=Programme.objects.visible_to(self.request.user))
            .select_related("programme", "document")
            .prefetch_related(Prefetch("lines", lines))
        )
