"""A programme's money, cell by cell or along one margin: the figures of ``projects.amounts``."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Any, Final

from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from khuyencong.core import roles
from khuyencong.core.api import ApiView, invalid
from khuyencong.core.schema import example
from programmes.models import Programme
from projects import amounts
from projects.amounts import Matrix

PARTS: Final = frozenset({"year", "source"})
WHOLE: Final = "year,source"


class AmountsSerializer(serializers.Serializer):
    """All in đồng."""

    planned = serializers.IntegerField(
        allow_null=True, help_text=gettext_lazy("kế hoạch; null: chưa phân bổ")
    )
    allotted = serializers.IntegerField(help_text=gettext_lazy("giao dự toán"))
    requested = serializers.IntegerField(help_text=gettext_lazy("đề nghị, chưa quyết định"))
    appraised = serializers.IntegerField(help_text=gettext_lazy("thẩm định"))
    approved = serializers.IntegerField(help_text=gettext_lazy("phê duyệt"))
    committed = serializers.IntegerField(help_text=gettext_lazy("cam kết"))
    disbursed = serializers.IntegerField(help_text=gettext_lazy("giải ngân"))
    settled = serializers.IntegerField(help_text=gettext_lazy("quyết toán"))
    available = serializers.IntegerField(
        allow_null=True,
        help_text=gettext_lazy(
            "còn lại = giao dự toán trừ cam kết; null: không phải tiền nhà nước"
        ),
    )
    pledged = serializers.IntegerField(help_text=gettext_lazy("đối ứng đã cam kết"))


class BudgetRowSerializer(AmountsSerializer):
    year = serializers.IntegerField(required=False)
    source = serializers.CharField(required=False)


class BudgetSerializer(serializers.Serializer):
    programme = serializers.CharField()
    by = serializers.CharField()
    as_of = serializers.DateField(allow_null=True)
    is_illustration = serializers.BooleanField()
    results = BudgetRowSerializer(many=True)
    totals = AmountsSerializer()


def _parameter(name: str, description: Any, kind: Any = str, **kwargs: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=description, **kwargs)


class ProgrammeBudget(ApiView):
    """Kinh phí một chương trình, mỗi dòng một ô năm × nguồn, hoặc một năm, hoặc một nguồn.

    `planned` của từng ô chỉ có khi quyết định cho số của ô đó; theo năm và theo nguồn là số của
    quyết định. `as_of` tính bút toán có hiệu lực đến hết ngày ấy; số của đề án là số hiện nay.
    """

    queryset = Programme.objects.none()
    serializer_class = BudgetSerializer
    permission = roles.SEE_BUDGET

    @extend_schema(
        operation_id="programmes_budget",
        summary=gettext_lazy("Kinh phí theo năm, theo nguồn"),
        tags=["budget"],
        parameters=[
            _parameter(
                "by",
                gettext_lazy("cách gộp; thứ tự các phần tùy ý"),
                enum=[WHOLE, "year", "source"],
                default=WHOLE,
            ),
            _parameter("year", gettext_lazy("một hoặc nhiều năm, cách nhau dấu phẩy")),
            _parameter("source", gettext_lazy("một hoặc nhiều mã nguồn, cách nhau dấu phẩy")),
            _parameter("as_of", gettext_lazy("đến hết ngày"), datetime.date),
        ],
        examples=[example("budget")],
    )
    def get(self, request: Request, code: str) -> Response:
        seen = Programme.objects.visible_to(request.user).filter(versions__isnull=False).distinct()
        programme = get_object_or_404(seen, code=code)
        given = request.query_params
        by = _grouping(given.get("by") or WHOLE)
        as_of = _day(given.get("as_of"))
        found = amounts.matrix(
            programme,
            years=_years(given.get("year"), programme),
            sources=_sources(given.get("source"), programme),
            as_of=as_of,
        )
        return Response(
            {
                "programme": programme.code,
                "by": by,
                "as_of": as_of,
                "is_illustration": programme.is_illustration,
                "results": results(found, by),
                "totals": asdict(found.total),
            }
        )


def results(found: Matrix, by: str) -> list[dict[str, Any]]:
    """One row a cell, a year or a source, in the order of the plan."""
    if by == "year":
        return [{"year": year} | asdict(found.by_year[year]) for year in found.years]
    if by == "source":
        return [
            {"source": source.code} | asdict(found.by_source[source.code])
            for source in found.sources
        ]
    return [
        {"year": year, "source": source.code} | asdict(found.cells[year, source.code])
        for year in found.years
        for source in found.sources
    ]


def _grouping(given: str) -> str:
    parts = [part.strip() for part in given.split(",")]
    if not set(parts) <= PARTS or len(parts) != len(set(parts)):
        raise invalid(
            "by", _("Chỉ gộp được theo: {ways}.").format(ways="year,source; year; source")
        )
    return WHOLE if len(parts) == 2 else parts[0]


def _years(given: str | None, programme: Programme) -> list[int] | None:
    if not given:
        return None
    texts = [part.strip() for part in given.split(",")]
    known = {str(year): year for year in programme.years}
    if any(text not in known for text in texts):
        raise invalid(
            "year",
            _("Năm phải trong giai đoạn {start}–{end} của chương trình.").format(
                start=programme.start_year, end=programme.end_year
            ),
        )
    return [known[text] for text in texts]


def _sources(given: str | None, programme: Programme) -> list[str] | None:
    if not given:
        return None
    codes = [part.strip() for part in given.split(",")]
    shares = programme.version.source_shares.all()
    known = list(shares.values_list("source__code", flat=True))
    if any(code not in known for code in codes):
        raise invalid(
            "source", _("Chương trình chỉ có nguồn: {codes}.").format(codes=", ".join(known))
        )
    return codes


def _day(given: str | None) -> datetime.date | None:
    if not given:
        return None
    try:
        day = parse_date(given)
    except ValueError:
        day = None
    if day is None:
        raise invalid("as_of", _("Phải là một ngày dạng 2026-02-05."))
    return day
