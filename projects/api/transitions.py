"""Verbs over the API: which are open to this key now, and firing one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core.api import ApiView, checked, etag, expected_version
from khuyencong.core.authentication import may_write
from khuyencong.core.refusals import Fault, Refused
from khuyencong.core.schema import ProblemSerializer, example, sent
from projects import firing, tracks
from projects.api.proposals import answer, visible
from projects.api.serializers import ProposalSerializer
from projects.api.verb_input import VerbSerializer, data_of, paper_of, refuse_unasked
from projects.firing import Option
from projects.models import FundingLine, Proposal, Track
from projects.workflow import TABLE

# Guards name the inputs of the page; a program is told the names it sent.
RENAMED = {
    "document_number": "document.number",
    "document_date": "document.date",
    "document_file": "document.file",
}


class VerbLineSerializer(serializers.Serializer):
    id = serializers.IntegerField(help_text=gettext_lazy("dòng vốn"))
    source = serializers.CharField()
    year = serializers.IntegerField()
    requested = serializers.IntegerField(help_text=gettext_lazy("đồng"))
    amount = serializers.IntegerField(help_text=gettext_lazy("số của giai đoạn mới nhất, đồng"))


class VerbOptionSerializer(serializers.Serializer):
    verb = serializers.CharField()
    label = serializers.CharField()
    on = serializers.ChoiceField(choices=["proposal", "track"])
    open = serializers.BooleanField()
    reason = serializers.CharField(help_text=gettext_lazy("vì sao đang đóng"))
    needs = serializers.ListField(child=serializers.CharField())
    sources = serializers.ListField(child=serializers.CharField())
    lines = VerbLineSerializer(many=True)


class TransitionsSerializer(serializers.Serializer):
    proposal = serializers.CharField()
    status = serializers.CharField()
    version = serializers.IntegerField()
    results = VerbOptionSerializer(many=True)


def _line(line: FundingLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "source": line.source.code,
        "year": line.year,
        "requested": line.requested,
        "amount": line.current,
    }


def _option(option: Option, proposal: Proposal, closed: str) -> dict[str, Any]:
    reason = option.reason or closed
    sources = [track.source.code for track in option.tracks]
    asks = not reason and "amounts" in option.transition.needs
    lines = proposal.funding_lines.all() if asks else ()
    return {
        "verb": option.verb,
        "label": option.label,
        "on": option.transition.on,
        "open": not reason,
        "reason": reason,
        "needs": list(option.transition.needs),
        "sources": sources,
        "lines": [_line(line) for line in lines if line.source.code in sources],
    }


class ProposalTransitions(ApiView):
    """Thao tác trên đề án: cái nào đang mở với khóa này, cái nào đóng và vì sao."""

    queryset = Proposal.objects.none()
    serializer_class = VerbSerializer

    @extend_schema(
        operation_id="proposals_transitions_list",
        summary=gettext_lazy("Các thao tác đang mở và đang đóng"),
        tags=["transitions"],
        responses=TransitionsSerializer,
        examples=[example("transitions")],
    )
    def get(self, request: Request, code: str) -> Response:
        proposal = visible(request, code)
        closed = may_write(request) or ""
        found = firing.options(proposal, request.user)
        return Response(
            {
                "proposal": proposal.code,
                "status": proposal.status,
                "version": proposal.version,
                "results": [_option(option, proposal, closed) for option in found],
            },
            headers={"ETag": etag(proposal.version)},
        )

    @extend_schema(
        operation_id="proposals_transitions_create",
        summary=gettext_lazy("Thực hiện một thao tác"),
        tags=["transitions"],
        request=VerbSerializer,
        responses={
            200: ProposalSerializer,
            409: OpenApiResponse(ProblemSerializer, gettext_lazy("Chưa làm được lúc này")),
            412: OpenApiResponse(ProblemSerializer, gettext_lazy("Hồ sơ đã thay đổi")),
            422: OpenApiResponse(ProblemSerializer, gettext_lazy("Chưa đủ điều kiện")),
        },
        parameters=[
            OpenApiParameter(
                "If-Match",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description=gettext_lazy("ETag đã đọc; hồ sơ đã thay đổi thì trả lời 412"),
            )
        ],
        examples=[
            sent("verb-submit"),
            sent("verb-approve"),
            sent("verb-list-sites"),
            example("proposal"),
        ],
    )
    def post(self, request: Request, code: str) -> Response:
        """Làm trọn một thao tác hoặc không làm gì. Trả lời là đề án sau thao tác."""
        proposal = visible(request, code)
        given = checked(VerbSerializer, request)
        live = tracks.current(tracks.of(proposal))
        transition = TABLE.get(given["verb"])
        acting: list[Track] = []
        if transition is not None:
            refuse_unasked(transition, given, live)
            source = given.get("source", "")
            acting = firing.option(transition, proposal, live, request.user, source).tracks
        paper = None
        try:
            with transaction.atomic():
                paper = paper_of(given, request.user)
                firing.fire(
                    proposal,
                    given["verb"],
                    by=request.user,
                    source=given.get("source", ""),
                    reason=given.get("reason", ""),
                    paper=paper,
                    data=data_of(given, proposal, acting, request.user),
                    expected_version=expected_version(request, proposal.version),
                )
        except Exception as error:
            if paper and paper.file:
                # The row went with the transaction; its bytes must not stay behind.
                paper.file.content.delete(save=False)
            if isinstance(error, Refused):
                error.faults = [renamed(fault) for fault in error.faults]
            raise
        return answer(visible(request, code), request)


def renamed(fault: Fault) -> Fault:
    if fault.field.startswith("sites-"):
        return Fault(fault.message, fault.field.replace("-", "."))
    if fault.field.startswith("amount-"):
        return Fault(fault.message, f"amounts.{fault.field.removeprefix('amount-')}")
    if fault.field.startswith("share-"):
        return Fault(fault.message, fault.field.replace("share-", "shares-").replace("-", "."))
    if fault.field.startswith("point-"):
        return Fault(fault.message, "points")
    return Fault(fault.message, RENAMED.get(fault.field, fault.field))
