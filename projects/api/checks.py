"""The checks over the API: of the record as it is, and of what it would be, saving nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core import clock
from khuyencong.core.api import ApiView, checked, etag, invalid
from khuyencong.core.money import MAX
from khuyencong.core.schema import ProblemSerializer, example, sent
from khuyencong.core.serializers import Dong, InputSerializer, Said, Text, WholeNumber, YesNo
from programmes.models import Activity, FundingSource
from projects import checks
from projects.api.proposals import visible
from projects.api.verb_input import LARGEST_ID
from projects.checks import Case, Outcome, kept
from projects.drafts import ActivityChoice, CostRow, Draft
from projects.models import CheckRecord, Enterprise, Proposal

ROWS_MAX = 500


class EarlierSerializer(serializers.Serializer):
    code = serializers.CharField()
    year = serializers.IntegerField()
    title = serializers.CharField(help_text=gettext_lazy("rỗng: đề án của đơn vị khác"))


class AnswerSerializer(serializers.Serializer):
    reason = serializers.CharField()
    document_number = serializers.CharField()
    document_date = serializers.CharField(help_text=gettext_lazy("rỗng: không ghi ngày"))


class CheckSerializer(serializers.Serializer):
    code = serializers.CharField()
    subject = serializers.CharField(help_text=gettext_lazy("kiểm tra cái gì, trong cùng code"))
    level = serializers.ChoiceField(
        choices=["error", "warning", "pass"],
        help_text=gettext_lazy("error chặn trình, warning cần giải trình, pass đạt"),
    )
    title = serializers.CharField(help_text=gettext_lazy("quy định"))
    figure = serializers.CharField(help_text=gettext_lazy("số của đề án"))
    gap = serializers.CharField(help_text=gettext_lazy("lệch bao nhiêu"))
    fix = serializers.CharField(help_text=gettext_lazy("sửa thế nào"))
    citation = serializers.CharField(help_text=gettext_lazy("căn cứ"))
    field = serializers.CharField(help_text=gettext_lazy("ô cần sửa"))
    norm_id = serializers.IntegerField(allow_null=True, help_text=gettext_lazy("dòng định mức"))
    source = serializers.CharField()
    reduce_by = serializers.IntegerField(help_text=gettext_lazy("số phải giảm, đồng"))
    is_unchecked = serializers.BooleanField(help_text=gettext_lazy("chưa kiểm được"))
    earlier = EarlierSerializer(many=True)
    justification = AnswerSerializer(allow_null=True)


class OutcomeSerializer(serializers.Serializer):
    stage = serializers.ChoiceField(choices=CheckRecord.Act.choices)
    day = serializers.DateField(help_text=gettext_lazy("ngày của quy định được áp dụng"))
    checks = CheckSerializer(many=True)


class KeptSerializer(OutcomeSerializer):
    round = serializers.IntegerField()
    track = serializers.CharField(allow_null=True, help_text=gettext_lazy("nguồn của luồng"))
    recorded_at = serializers.DateTimeField()


class ChecksSerializer(OutcomeSerializer):
    proposal = serializers.CharField()
    version = serializers.IntegerField()
    is_clear = serializers.BooleanField(help_text=gettext_lazy("không còn gì chặn trình"))
    kept = KeptSerializer(
        many=True, help_text=gettext_lazy("kết quả đã ghi ở các lần trình, thẩm định, phê duyệt")
    )


@extend_schema_field(OpenApiTypes.NUMBER)
class Quantity(Said, serializers.DecimalField):
    default_error_messages = {
        "invalid": gettext_lazy("Phải là một số, tối đa ba số lẻ."),
        "max_digits": gettext_lazy("Phải là một số, tối đa ba số lẻ."),
        "max_decimal_places": gettext_lazy("Phải là một số, tối đa ba số lẻ."),
        "max_whole_digits": gettext_lazy("Số lượng quá lớn."),
        "min_value": gettext_lazy("Phải lớn hơn 0."),
    }


class ShareInput(InputSerializer):
    source = Text(max_length=20)
    requested = Dong()


class CostItemInput(InputSerializer):
    name = Text(max_length=300, required=False, allow_blank=True, default="")
    unit = Text(max_length=40, required=False, allow_blank=True, default="")
    quantity = Quantity(
        max_digits=12,
        decimal_places=3,
        min_value=Decimal("0.001"),
        required=False,
        default=Decimal(1),
    )
    unit_price = Dong(required=False, default=0)
    amount = Dong(
        required=False,
        allow_null=True,
        default=None,
        help_text=gettext_lazy("bỏ trống: số lượng × đơn giá"),
    )
    activity = Text(
        max_length=10,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("mã nội dung, cần khi đề án có nhiều nội dung"),
    )
    shares = ShareInput(many=True, required=False, default=list)


class FundingInput(InputSerializer):
    source = Text(max_length=20)
    year = WholeNumber(min_value=1900, max_value=9999)
    requested = Dong()


class ActivityInput(InputSerializer):
    code = Text(max_length=10)
    units = WholeNumber(min_value=1, max_value=1_000_000, required=False, default=1)
    is_technology_line = YesNo(required=False, default=False)
    multiplier = Quantity(
        max_digits=4,
        decimal_places=2,
        min_value=Decimal("0.01"),
        required=False,
        default=Decimal(1),
    )
    multiplier_reason = Text(max_length=300, required=False, allow_blank=True, default="")


class WhatIfSerializer(InputSerializer):
    """Parts of a proposal to check; what is left out stays as it is saved."""

    activities = ActivityInput(many=True, required=False, max_length=50)
    beneficiaries = serializers.ListField(
        child=WholeNumber(min_value=1, max_value=LARGEST_ID),
        required=False,
        max_length=ROWS_MAX,
        help_text=gettext_lazy("mã các cơ sở"),
    )
    cost_items = CostItemInput(many=True, required=False, max_length=ROWS_MAX)
    funding_lines = FundingInput(many=True, required=False, max_length=ROWS_MAX)


def _draft(given: dict[str, Any], request: Request) -> Draft:
    draft = Draft()
    _refuse_strange_sources(given)
    if "activities" in given:
        draft.activities = _activities(given["activities"])
    if "beneficiaries" in given:
        draft.beneficiaries = _enterprises(given["beneficiaries"], request)
    if "cost_items" in given:
        draft.cost_rows = [_row(row, index) for index, row in enumerate(given["cost_items"])]
    if "funding_lines" in given:
        draft.funding = {
            (row["source"], row["year"]): row["requested"] for row in given["funding_lines"]
        }
    return draft


def _refuse_strange_sources(given: dict[str, Any]) -> None:
    named = {share["source"] for row in given.get("cost_items", ()) for share in row["shares"]}
    named |= {row["source"] for row in given.get("funding_lines", ())}
    known = set(FundingSource.objects.values_list("code", flat=True)) if named else set()
    for code in sorted(named - known):
        raise invalid("source", _("Không có nguồn vốn «{code}».").format(code=code))


def _activities(rows: list[dict[str, Any]]) -> list[ActivityChoice]:
    known = {
        row.code: row
        for row in Activity.objects.valid_on(clock.today()).filter(
            code__in=[row["code"] for row in rows]
        )
    }
    for index, row in enumerate(rows):
        if row["code"] not in known:
            words = _("Không có nội dung «{code}».").format(code=row["code"])
            raise invalid(f"activities.{index}.code", words)
    return [
        ActivityChoice(
            known[row["code"]],
            row["units"],
            row["is_technology_line"],
            row["multiplier"],
            row["multiplier_reason"],
        )
        for row in rows
    ]


def _enterprises(ids: list[int], request: Request) -> list[Enterprise]:
    found = Enterprise.objects.visible_to(request.user).in_bulk(ids)
    for index, pk in enumerate(ids):
        if pk not in found:
            raise invalid(f"beneficiaries.{index}", _("Không có cơ sở này trong sổ."))
    return list(found.values())


def _row(row: dict[str, Any], index: int) -> CostRow:
    shares: dict[str, int] = {}
    for share in row["shares"]:
        shares[share["source"]] = shares.get(share["source"], 0) + share["requested"]
    made = CostRow(
        name=row["name"],
        unit=row["unit"],
        quantity=row["quantity"],
        unit_price=row["unit_price"],
        amount=row["amount"],
        shares=shares,
        activity_code=row["activity"],
    )
    if made.total() > MAX:
        words = _("Số tiền phải từ 0 đến 999.999 tỷ đồng.")
        raise invalid(f"cost_items.{index}.amount", words)
    return made


class ProposalChecks(ApiView):
    """Kiểm tra định mức và điều kiện của đề án theo quy định hôm nay."""

    queryset = Proposal.objects.none()
    serializer_class = ChecksSerializer

    @extend_schema(
        operation_id="proposals_checks_retrieve",
        summary=gettext_lazy("Kiểm tra định mức, điều kiện của đề án"),
        tags=["proposals"],
        responses=ChecksSerializer,
        examples=[example("checks")],
    )
    def get(self, request: Request, code: str) -> Response:
        """Kết quả của bản đã lưu, và các kết quả đã ghi ở từng lần trình, thẩm định, phê duyệt."""
        proposal = visible(request, code)
        return _answer(proposal, checks.run(Case.of(proposal), clock.today()))

    @extend_schema(
        operation_id="proposals_checks_create",
        summary=gettext_lazy("Kiểm tra thử một phương án, không lưu"),
        tags=["proposals"],
        request=WhatIfSerializer,
        responses={
            200: ChecksSerializer,
            400: OpenApiResponse(ProblemSerializer, gettext_lazy("Dữ liệu gửi lên chưa đúng")),
        },
        examples=[sent("checks-what-if"), example("checks")],
    )
    def post(self, request: Request, code: str) -> Response:
        """Thay phần gửi lên vào bản đã lưu rồi kiểm tra; không ghi gì. Phần khác giữ nguyên."""
        proposal = visible(request, code)
        draft = _draft(checked(WhatIfSerializer, request), request)
        return _answer(proposal, checks.run(Case.of_draft(proposal, draft), clock.today()))


def _answer(proposal: Proposal, outcome: Outcome) -> Response:
    return Response(
        {
            "proposal": proposal.code,
            "version": proposal.version,
            "is_clear": outcome.is_clear,
            **outcome.as_data(),
            "kept": [
                {
                    **row.outcome.as_data(),
                    "round": row.record.round,
                    "track": row.record.track and row.record.track.source.code,
                    "recorded_at": row.record.recorded_at,
                }
                for row in kept.of(proposal)
            ],
        },
        headers={"ETag": etag(proposal.version)},
    )
