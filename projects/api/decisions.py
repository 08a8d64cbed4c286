"""Decisions on proposals: one document, one line a track it decides."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core import roles
from khuyencong.core.api import ApiList, checked
from khuyencong.core.refusals import NotAllowed
from khuyencong.core.schema import ProblemSerializer, example, sent
from khuyencong.core.serializers import CodeAndNameSerializer, DocumentSerializer
from projects.api import decision_input
from projects.api.decision_input import DecisionInput
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


class DecisionList(ApiList):
    """Các quyết định có ít nhất một đề án mà tài khoản được xem, mới nhất trước."""

    queryset = Decision.objects.none()
    serializer_class = DecisionSerializer

    @extend_schema(
        operation_id="decisions_list",
        summary=_("Quyết định phê duyệt, từ chối"),
        tags=["decisions"],
        examples=[example("decision")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="decisions_create",
        summary=_("Nhập một quyết định cho nhiều đề án"),
        tags=["decisions"],
        request=DecisionInput,
        responses={
            201: DecisionSerializer,
            200: OpenApiResponse(DecisionSerializer, _("Đã nhập ở lần gửi trước")),
            409: OpenApiResponse(ProblemSerializer, _("Chưa làm được lúc này")),
            422: OpenApiResponse(ProblemSerializer, _("Chưa đủ điều kiện, theo từng dòng")),
        },
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description=_("gửi lại cùng khóa thì nhận lại quyết định đã nhập"),
            )
        ],
        examples=[sent("decision-order"), example("decision", 201), example("decision")],
    )
    def post(self, request: Request) -> Response:
        """Nhập trọn quyết định hoặc không nhập gì; mỗi ô kinh phí đều được kiểm tra."""
        user = request.user
        if not (user.may(roles.APPROVE) or user.may(roles.RECORD)):
            raise NotAllowed(
                gettext("Tài khoản của bạn không phê duyệt, cũng không ghi nhận quyết định.")
            )
        given = checked(DecisionInput, request)
        key = request.headers.get("Idempotency-Key", "")
        decision, made = decision_input.enter(given, user, key)
        data = self.get_serializer(self.get_queryset().get(pk=decision.pk)).data
        return Response(data, status=201 if made else 200)

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
