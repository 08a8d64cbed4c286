"""The money plan (kế hoạch vốn): the decision's margins, and what became of each cell."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from budgets import illustration
from budgets.models import Allocation
from khuyencong.core import documents, permissions, roles
from khuyencong.core.models import User
from programmes import running
from programmes.models import FundingSource, Programme
from projects import amounts
from projects.amounts import Amounts, Matrix


def visible_programmes(user: User) -> QuerySet[Programme]:
    """Programmes whose money a person may look at; raises with the reason where none."""
    if not user.may(roles.SEE_BUDGET):
        raise PermissionDenied(_("Tài khoản của bạn không xem kế hoạch vốn."))
    return Programme.objects.visible_to(user).select_related("province")


def newest(request: HttpRequest) -> HttpResponse:
    """The plan of the programme meant where none is named; the others are one choice away."""
    programme = min(visible_programmes(request.user), key=running.order, default=None)
    if programme is None:
        return render(request, "budgets/budget_plan_empty.html")
    return redirect("budget_plan_programme", code=programme.code)


def programme(request: HttpRequest, code: str) -> HttpResponse:
    """Year × source: planned, allotted, committed, disbursed and what is left."""
    rows = visible_programmes(request.user)
    found = get_object_or_404(rows, code=code)
    matrix = amounts.matrix(found)
    decided = allocations(found)
    context = {
        "programme": found,
        "programmes": list(rows),
        "version": matrix.version,
        "matrix": matrix,
        "state": matrix.state(),
        "plan": plan_table(matrix),
        "execution": execution(matrix),
        "own": own_money(matrix),
        "allocations": decided,
        "openable": documents.openable(
            request.user, (allocation.document_id for allocation in decided)
        ),
        "is_mixed": illustration.mixes(found),
        "may_allocate": permissions.refusal(request.user, "budgets.allocate", found) is None,
        "is_illustration": found.is_illustration,
    }
    return render(request, "budgets/budget_plan.html", context)


@dataclass
class Box:
    """One cell of a table: which year and source, and its figures."""

    year: int
    source: FundingSource
    amounts: Amounts


@dataclass
class PlanRow:
    """A year of the plan; ``left`` is what its margin has that no cell takes up."""

    year: int
    boxes: list[Box]
    total: int | None
    left: int | None


@dataclass
class Plan:
    """The plan as decided: cells where a decision gives them, and both margins."""

    rows: list[PlanRow]
    sources: list[tuple[FundingSource, int | None]]
    left: list[int | None]
    total: int | None
    left_total: int | None


def plan_table(matrix: Matrix) -> Plan:
    def box(year: int, source: FundingSource) -> Box:
        return Box(year, source, matrix.cells[year, source.code])

    rows = []
    for year in matrix.years:
        boxes = [box(year, source) for source in matrix.sources]
        margin = matrix.by_year[year].planned
        rows.append(PlanRow(year, boxes, margin, _left(margin, boxes)))
    columns = [
        (matrix.by_source[source.code].planned, [box(year, source) for year in matrix.years])
        for source in matrix.sources
    ]
    everything = [box for _margin, boxes in columns for box in boxes]
    return Plan(
        rows=rows,
        sources=[
            (source, margin)
            for source, (margin, _boxes) in zip(matrix.sources, columns, strict=True)
        ],
        left=[_left(margin, boxes) for margin, boxes in columns],
        total=matrix.total.planned,
        left_total=_left(matrix.total.planned, everything),
    )


def _left(margin: int | None, boxes: list[Box]) -> int | None:
    """What the margin has beyond its cells; nothing is left where every cell is decided."""
    if margin is None:
        return None
    return margin - sum(box.amounts.planned or 0 for box in boxes)


@dataclass
class YearGroup:
    """A year's state money: its sources, and their sum."""

    year: int
    boxes: list[Box]
    sum: Amounts


def execution(matrix: Matrix) -> list[YearGroup]:
    """State money year by year, source by source."""
    groups = []
    for year in matrix.years:
        boxes = [
            Box(year, source, matrix.cells[year, source.code])
            for source in matrix.sources
            if source.is_state
        ]
        total = Amounts()
        for box in boxes:
            total.add(box.amounts)
        planned = [box.amounts.planned for box in boxes]
        total.planned = sum(planned) if planned and None not in planned else None
        groups.append(YearGroup(year, boxes, total))
    return groups


def own_money(matrix: Matrix) -> list[Box]:
    """Money that is not the state's: promised with the proposals, never a budget."""
    return [
        Box(year, source, matrix.cells[year, source.code])
        for source in matrix.sources
        if not source.is_state
        for year in matrix.years
    ]


def allocations(found: Programme) -> list[Allocation]:
    """Decisions that gave this programme money, newest first, with their sums."""
    rows = Allocation.objects.filter(programme=found).select_related("document")
    return list(
        rows.annotate(amount=Sum("lines__amount"), cells=Count("lines")).order_by(
            "-document__issued_on", "-pk"
        )
    )
