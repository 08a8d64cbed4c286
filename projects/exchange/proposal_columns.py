"""The columns of proposals and of their cost lines."""

from __future__ import annotations

from typing import Any, Final, Protocol

from django.utils.translation import gettext_lazy

from programmes.models import Activity, FundingSource, Programme
from projects.exchange import lists
from projects.exchange.columns import (
    CHOICE,
    DAY,
    LINES,
    MONEY,
    QUANTITY,
    SEVERAL,
    TEXT,
    YES,
    Choice,
    Column,
)
from projects.models import CostItem, Proposal

SHARE: Final = "share-"


class Offers(Protocol):
    """The lists of a kind of import that its columns choose from."""

    programme: Programme
    years: range
    communes: dict[int, Any]
    activities: dict[str, Activity]
    sources: list[FundingSource]


def heads(kind: Offers) -> list[Column]:
    """One row a proposal."""

    def column(name: str, reads: str = TEXT, **more: Any) -> Column:
        field = Proposal._meta.get_field(name)
        label = str(field.verbose_name)
        if reads not in (CHOICE, YES, DAY):
            more.setdefault("check", lists.field_check(Proposal, name))
        return Column(name, label[:1].upper() + label[1:], reads, **more)

    places = lists.place_choices(kind.communes)
    several = gettext_lazy("Nhiều mục thì cách nhau bằng dấu chấm phẩy ( ; ).")
    return [
        Column(
            "ref",
            gettext_lazy("Số đề án"),
            required=True,
            width=10,
            note=gettext_lazy(
                "Số tự đặt (1, 2, 3…), để trang «Dự toán» biết dòng nào của đề án nào."
            ),
            example="1",
        ),
        column(
            "title",
            required=True,
            width=44,
            example="Hỗ trợ máy sao chè tại xã Mẫu",
        ),
        column(
            "kind",
            CHOICE,
            choices=lists.labelled(Proposal.Kind.choices),
            width=24,
            example=str(Proposal.Kind.SINGLE.label),
        ),
        column(
            "plan_year",
            CHOICE,
            required=True,
            choices=tuple(Choice(year, str(year)) for year in kind.years),
            width=10,
            example=kind.years[0] if kind.years else "",
        ),
        Column(
            "activities",
            gettext_lazy("Nội dung hoạt động"),
            SEVERAL,
            choices=lists.activity_choices(kind.activities),
            note=several,
            width=34,
            example=next(iter(kind.activities), ""),
        ),
        Column(
            "units",
            gettext_lazy("Số lượng kết quả"),
            SEVERAL,
            note=gettext_lazy("Theo thứ tự các nội dung, ví dụ 1; 2. Để trống là 1."),
            example="1",
        ),
        Column(
            "places",
            gettext_lazy("Địa điểm thực hiện"),
            SEVERAL,
            choices=places,
            note=several,
            width=24,
        ),
        Column(
            "beneficiaries",
            gettext_lazy("Cơ sở thụ hưởng"),
            SEVERAL,
            note=gettext_lazy(
                "Mã số thuế, mã CS-… hoặc tên đúng như trong sổ cơ sở; nhiều cơ sở thì cách "
                "nhau bằng dấu chấm phẩy."
            ),
            width=28,
        ),
        column("partner", width=24),
        column("starts_on", DAY, note=gettext_lazy("ví dụ 1/5/2026"), width=13),
        column("ends_on", DAY, note=gettext_lazy("ví dụ 30/11/2026"), width=13),
        column("is_recoverable", YES, note=gettext_lazy("Ghi «có» hoặc để trống.")),
        *(
            column(name, LINES, width=40)
            for name in (
                *("necessity", "goals", "content", "expected_output"),
                *("organisation_plan", "effect"),
            )
        ),
        column("survey_place", CHOICE, choices=places, width=22),
        column("survey_asker", width=24),
        column("survey_number", width=18),
        column("survey_on", DAY, width=13),
    ]


def lines(kind: Offers) -> list[Column]:
    """One row a cost line."""

    def column(name: str, reads: str = TEXT, **more: Any) -> Column:
        label = str(CostItem._meta.get_field(name).verbose_name)
        if reads == TEXT:
            more.setdefault("check", lists.field_check(CostItem, name))
        return Column(name, label[:1].upper() + label[1:], reads, **more)

    note = gettext_lazy("Số đồng, ví dụ 300000000; cũng nhận «300 triệu», «0,3 tỷ».")
    return [
        Column("ref", gettext_lazy("Số đề án"), required=True, width=10, example="1"),
        column("name", required=True, width=40, example="Máy sao chè"),
        column("unit", example="bộ", width=10),
        column("quantity", QUANTITY, example=2, width=10),
        column("unit_price", MONEY, note=note, example=150_000_000, width=18),
        column(
            "amount",
            MONEY,
            computed=True,
            note=gettext_lazy("Để trống: cổng tính số lượng × đơn giá. Có thể là công thức."),
            width=18,
        ),
        *(
            Column(f"{SHARE}{source.code}", source.name, MONEY, note=note, width=20)
            for source in kind.sources
        ),
        Column(
            "year",
            gettext_lazy("Năm cấp kinh phí"),
            CHOICE,
            choices=tuple(Choice(year, str(year)) for year in kind.programme.years),
            note=gettext_lazy("Để trống là năm kế hoạch của đề án."),
            width=12,
        ),
        Column(
            "activity",
            gettext_lazy("Thuộc nội dung"),
            CHOICE,
            choices=lists.activity_choices(kind.activities),
            note=gettext_lazy("Chỉ cần khi đề án có nhiều nội dung hoạt động."),
            width=24,
        ),
        column("note", width=24),
    ]
