"""Decisions on proposals: one document, one line a track it decides."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from khuyencong.core.api import ApiList
from khuyencong.core.schema import example
from khuyencong.core.serializers import CodeAndNameSerializer, DocumentSerializer
from projects.models import Decision, DecisionLine, Proposal


class DecisionLineSerializer(serializers.Serializer):
    proposal = serializers.CharField(source="track.proposal.code")
    source = serializers.CharField(source="track.source.code")
    round = serializers.IntegerField()
    is_approval = serializers.BooleanField(help_text=_("false: từ chối"))
    amount = serializers.IntegerField(help_text=_("đồng"))
    is_effective = serializers.BooleanField()


class DecisionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    document = DocumentSerializer()
    organisation = CodeAndNameSerializer()
    recorded_at = serializers.DateTimeField()
    lines = DecisionLineSerializer(many=True, help_text=_("chỉ các đề án được xem"))


@extend_schema_view(
    get=extend_schema(
        operation_id="decisions_list",
        summary=_("Quyết định phê duyệt, từ chối"),
        tags=["decisions"],
        examples=[example("decision")],
    )
)
class DecisionList(ApiList):
    """Các quyết định có ít nhất một đề án mà tài khoản được xem, mới nhất trước."""

    queryset = Decision.objects.none()
    serializer_class = DecisionSerializer

    def get_queryset(self) -> QuerySet[Decision]:
        seen = DecisionLine.objects.filter(
            track__proposal__in=Proposal.objects.visible_to(self.request.user)
        )
        return (
            Decision.objects.filter(pk__in=seen.values("decision"))
            .select_related("document", "organisation")
            .prefetch_related(
                Prefetch(
                    "lines", seen.select_related("track__proposal", "track__source").order_by("pk")
                )
            )
        )
