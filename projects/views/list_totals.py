"""What all proposals of a filter ask or have together: a request of its own, since it reads all."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from programmes.models import FundingSource
from projects import amounts
from projects.models import Proposal
from projects.views.asking import Asked
from projects.views.lookup import sees_dossiers_or_404


@dataclass(frozen=True)
class Totals:
    """Đồng by source, the latest stage of each line; the state's money and the others' money."""

    count: int
    sources: list[tuple[FundingSource, int]]

    @property
    def state(self) -> int:
        return sum(amount for source, amount in self.sources if source.is_state)

    @property
    def other(self) -> int:
        return sum(amount for source, amount in self.sources if not source.is_state)

    @property
    def total(self) -> int:
        return self.state + self.other


def totals_of(found: QuerySet[Proposal]) -> Totals:
    """Three queries, whatever the number of proposals."""
    return Totals(found.order_by().count(), amounts.by_source(found))


def totals(request: HttpRequest) -> HttpResponse:
    """Cộng theo bộ lọc: a row of the list for htmx, a page of its own without a script."""
    sees_dossiers_or_404(request)
    asked = Asked(request)
    whole = not request.htmx or request.htmx.history_restore_request
    template = "projects/list_totals.html" if whole else "projects/_proposal_totals.html"
    context = {"asked": asked, "columns": asked.columns, "totals": totals_of(asked.found)}
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
