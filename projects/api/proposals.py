"""Proposals as other systems read them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core import audit
from khuyencong.core.api import ApiList, ApiView, etag
from khuyencong.core.schema import example
from projects import loading, remarks, tracks
from projects.api import rows
from projects.api.serializers import ProposalRowSerializer, ProposalSerializer
from projects.filters import ProposalApiFilter
from projects.models import Proposal


@extend_schema_view(
    get=extend_schema(
        operation_id="proposals_list",
        summary=_("Các đề án được xem"),
        tags=["proposals"],
        examples=[example("proposal-row")],
    )
)
class ProposalList(ApiList):
    """Đề án mà tài khoản của khóa được xem, mới lập trước.

    Trang theo vị trí: đi theo `next` và `previous`. `count` chỉ có khi gọi với `?count=1`.
    """

    queryset = Proposal.objects.none()
    serializer_class = ProposalRowSerializer
    filterset_class = ProposalApiFilter
    ordering_fields = ("id", "code")
    ordering = "-id"
    always_counted = False

    def get_queryset(self) -> QuerySet[Proposal]:
        return Proposal.objects.visible_to(self.request.user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        found = self.paginate_queryset(rows.columns(self.filter_queryset(self.get_queryset())))
        return self.get_paginated_response(rows.complete(found))


def visible(request: Request, code: str) -> Proposal:
    """The proposal with its parts; what the reader may not see is not there (404)."""
    seen = loading.with_parts(Proposal.objects.visible_to(request.user))
    return get_object_or_404(seen.select_related("previous"), code=code)


def answer(proposal: Proposal, request: Request) -> Response:
    """The whole dossier, with its version as ETag."""
    context = {
        "tracks": tracks.of(proposal),
        "history": remarks.of_trail(audit.trail(proposal), request.user),
        "lineage": request.user.organisation.lineage,
    }
    data = ProposalSerializer(proposal, context=context).data
    return Response(data, headers={"ETag": etag(proposal.version)})


class ProposalDetail(ApiView):
    """Một đề án với dự toán, dòng vốn, cơ sở, luồng thẩm định và nhật ký thành câu.

    Đầu mục `ETag` là phiên bản; gửi lại ở `If-Match` khi ghi để không đè lên thay đổi
    của người khác.
    """

    queryset = Proposal.objects.none()
    serializer_class = ProposalSerializer

    @extend_schema(
        operation_id="proposals_retrieve",
        summary=_("Một đề án"),
        tags=["proposals"],
        examples=[example("proposal")],
    )
    def get(self, request: Request, code: str) -> Response:
        return answer(visible(request, code), request)
