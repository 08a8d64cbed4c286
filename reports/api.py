"""Reports over the API: order, watch, fetch."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core import files
from khuyencong.core.api import ApiList, ApiView, checked
from khuyencong.core.refusals import Fault, NotNow, Refused
from khuyencong.core.schema import ProblemSerializer, example, sent
from khuyencong.core.serializers import InputSerializer, Said, Text
from reports import registry, runs
from reports.models import ReportRun


class Params(Said, serializers.DictField):
    default_error_messages = {"not_a_dict": gettext_lazy("Phải là một đối tượng JSON.")}


class ReportOrderSerializer(InputSerializer):
    report = Text(max_length=40, help_text=gettext_lazy("mã báo cáo"))
    params = Params(
        required=False, default=dict, help_text=gettext_lazy("tham số: programme, year, as_of…")
    )
    format = Text(max_length=4, required=False, default="pdf")


class ReportRunSerializer(serializers.ModelSerializer):
    step_label = serializers.SerializerMethodField()
    file = serializers.SerializerMethodField(
        help_text=gettext_lazy("địa chỉ tải tệp; null: chưa xong")
    )

    class Meta:
        model = ReportRun
        fields = (
            "id",
            "report",
            "format",
            "params",
            "about",
            "state",
            "progress",
            "step",
            "step_label",
            "error",
            "snapshot_at",
            "check_code",
            "sha256",
            "file",
            "ordered_at",
            "started_at",
            "ended_at",
        )

    def get_step_label(self, run: ReportRun) -> str:
        return str(runs.STEPS.get(run.step, ""))

    def get_file(self, run: ReportRun) -> str | None:
        if run.state != ReportRun.State.DONE:
            return None
        return self.context["request"].build_absolute_uri(reverse("api_report_file", args=[run.pk]))


class _Runs:
    queryset = ReportRun.objects.none()
    serializer_class = ReportRunSerializer

    def get_queryset(self) -> QuerySet[ReportRun]:
        return ReportRun.objects.visible_to(self.request.user).defer("figures")


class ReportList(_Runs, ApiList):
    """Các lượt lập báo cáo của tài khoản này, mới nhất trước."""

    @extend_schema(
        operation_id="reports_list",
        summary=gettext_lazy("Các lượt lập báo cáo"),
        tags=["reports"],
        examples=[example("report")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="reports_create",
        summary=gettext_lazy("Lập một báo cáo"),
        tags=["reports"],
        request=ReportOrderSerializer,
        responses={
            202: OpenApiResponse(ReportRunSerializer, gettext_lazy("Đã nhận, đang lập")),
            422: OpenApiResponse(ProblemSerializer, gettext_lazy("Mã hoặc tham số chưa đúng")),
        },
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description=gettext_lazy("gửi lại cùng khóa thì nhận lại lượt đã đặt"),
            ),
            OpenApiParameter(
                "Location",
                OpenApiTypes.URI,
                OpenApiParameter.HEADER,
                response=[202],
                description=gettext_lazy("địa chỉ theo dõi lượt lập"),
            ),
        ],
        examples=[sent("report-order"), example("report-queued", 202)],
    )
    def post(self, request: Request) -> Response:
        """Nhận ngay, lập sau: theo dõi ở địa chỉ trong đầu mục `Location`."""
        given = checked(ReportOrderSerializer, request)
        key = request.headers.get("Idempotency-Key", "")
        digest = hashlib.sha256(key.encode()).hexdigest()[:60] if key else ""
        run = runs.order(
            given["report"],
            given["params"],
            given["format"],
            request.user,
            f"api-{digest}" if key else "",
        )
        if key:
            _same_order(run, given, request)
        where = request.build_absolute_uri(reverse("api_report", args=[run.pk]))
        data = self.get_serializer(run).data
        return Response(data, status=202, headers={"Location": where})


def _same_order(run: ReportRun, given: dict[str, Any], request: Request) -> None:
    """A key given again must mean the same order."""
    params, _about = registry.get(given["report"]).accept(given["params"], request.user)
    if (run.report, run.format, run.params) != (given["report"], given["format"], params):
        raise Refused(
            Fault(_("Khóa Idempotency-Key này đã dùng cho một yêu cầu khác."), "Idempotency-Key")
        )


class ReportDetail(_Runs, ApiView):
    """Một lượt lập báo cáo: trạng thái, phần trăm, và địa chỉ tệp khi xong."""

    @extend_schema(
        operation_id="reports_retrieve",
        summary=gettext_lazy("Một lượt lập báo cáo"),
        tags=["reports"],
        examples=[example("report")],
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(get_object_or_404(self.get_queryset(), pk=pk)).data)


class AsItIs(BaseContentNegotiation):
    """A file has one form, whatever the Accept header wishes."""

    def select_parser(self, request: Request, parsers: list[Any]) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: list[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class ReportFile(_Runs, ApiView):
    """Tệp của một lượt đã xong; sha256 đúng như lượt đó ghi."""

    content_negotiation_class = AsItIs

    @extend_schema(
        operation_id="reports_file",
        summary=gettext_lazy("Tải tệp báo cáo"),
        tags=["reports"],
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            409: OpenApiResponse(ProblemSerializer, gettext_lazy("Chưa xong")),
        },
        examples=[example("report-file", media_type="application/pdf")],
    )
    def get(self, request: Request, pk: int) -> FileResponse:
        run = get_object_or_404(self.get_queryset().select_related("file"), pk=pk)
        if run.state != ReportRun.State.DONE:
            raise NotNow(
                _("Báo cáo đang ở trạng thái «{state}», chưa có tệp.").format(
                    state=run.get_state_display()
                )
            )
        return files.serve(run.file)
