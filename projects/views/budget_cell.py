"""One cell of the money plan: its ledger in words, and the proposals behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from budgets.ledger import EFFECTS
from budgets.models import Cell, LedgerEntry
from khuyencong.core import documents
from khuyencong.core.models import User
from programmes.models import FundingSource, Programme
from projects import amounts
from projects.models import Commitment, Disbursement, FundingLine, Proposal
from projects.views.budget_plan import visible_programmes

Kind = LedgerEntry.Kind
PAGE_SIZE = 50
OF_PROPOSALS = frozenset({Kind.COMMIT, Kind.RELEASE, Kind.DISBURSE, Kind.RECOVER, Kind.SETTLE})


def cell_detail(request: HttpRequest, code: str, year: int, source: str) -> HttpResponse:
    programme = get_object_or_404(visible_programmes(request.user), code=code)
    matrix = amounts.matrix(programme, years=[year], sources=[source])
    if (year, source) not in matrix.cells:
        raise Http404(_("Chương trình không có nguồn này trong năm này."))
    found = next(row for row in matrix.sources if row.code == source)
    told = FundingLine.objects.filter(proposal__programme=programme, source=found, year=year)
    context = {
        "programme": programme,
        "year": year,
        "source": found,
        "amounts": matrix.cells[year, source],
        "ledger": ledger_page(request, programme, found, year),
        "page_obj": lines_page(request, programme, found, year),
        "is_illustration": programme.is_illustration,
        "is_mixed": not programme.is_illustration
        and told.filter(proposal__created_by__is_demo=True).exists(),
    }
    return render(request, "budgets/cell_detail.html", context)


@dataclass
class LedgerRow:
    """A ledger entry as a clerk would write it; the three columns are what it does to the cell."""

    entry: LedgerEntry
    sentence: str
    proposal: str
    shows_document: bool
    may_open: bool
    allotted: int
    committed: int
    disbursed: int
    settled: int


def ledger_page(
    request: HttpRequest, programme: Programme, source: FundingSource, year: int
) -> Page | None:
    """The cell's book, newest first; None for money that has none (it is not the state's)."""
    cell = Cell.objects.filter(programme=programme, year=year, source=source).first()
    if cell is None or not source.is_state:
        return None
    entries = cell.entries.select_related("document").order_by("-effective_on", "-pk")
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("so"))
    codes = {entry.reference for entry in page.object_list if entry.kind in OF_PROPOSALS}
    seen = visible_codes(request.user, codes)
    papers = {entry.document_id for entry in page.object_list if entry.document_id}
    openable = documents.openable(request.user, papers)
    page.object_list = [ledger_row(entry, seen, openable) for entry in page.object_list]
    return page


def visible_codes(user: User, codes: set[str]) -> set[str]:
    rows = Proposal.objects.visible_to(user).filter(code__in=codes)
    return set(rows.values_list("code", flat=True))


def ledger_row(entry: LedgerEntry, seen: set[str], openable: set[int]) -> LedgerRow:
    sign = -1 if entry.reverses_id else 1
    allotted, committed, disbursed = (
        sign * effect * entry.amount for effect in EFFECTS[entry.kind]
    )
    shown = entry.reference if entry.reference in seen else ""
    return LedgerRow(
        entry=entry,
        sentence=sentence(entry, shown),
        proposal=shown,
        shows_document=bool(entry.document_id and (shown or entry.kind not in OF_PROPOSALS)),
        may_open=entry.document_id in openable,
        allotted=allotted,
        committed=committed,
        disbursed=disbursed,
        settled=sign * entry.amount if entry.kind == Kind.SETTLE else 0,
    )


def sentence(entry: LedgerEntry, shown: str) -> str:
    """What happened; another unit's dossier is not named to who may not see it."""
    facts = {"what": entry.get_kind_display(), "reference": entry.reference}
    if entry.kind not in OF_PROPOSALS:
        text = _("{what} theo {reference}").format(**facts)
    elif shown:
        text = _("{what} cho đề án {reference}").format(**facts)
    else:
        text = _("{what} cho một đề án của đơn vị khác").format(**facts)
    return _("Bút toán đảo: {text}").format(text=text) if entry.reverses_id else text


def lines_page(
    request: HttpRequest, programme: Programme, source: FundingSource, year: int
) -> Page:
    """Proposals that ask or have money of this year and source, those the person may see."""
    rows = visible_lines(request.user, programme, source, year)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    lines = list(page.object_list)
    held, paid = _by_line(Commitment, lines), _by_line(Disbursement, lines)
    for line in lines:
        line.committed = _net(held.get(line.pk, {}), Kind.COMMIT, Kind.RELEASE)
        line.disbursed = _net(paid.get(line.pk, {}), Kind.DISBURSE, Kind.RECOVER)
    page.object_list = lines
    return page


def _net(sums: dict[str, int], more: str, less: str) -> int:
    return sums.get(more, 0) - sums.get(less, 0)


def visible_lines(
    user: User, programme: Programme, source: FundingSource, year: int
) -> QuerySet[FundingLine]:
    asked = Q(requested__gt=0) | Q(approved__gt=0)
    visible = Proposal.objects.visible_to(user).filter(programme=programme)
    return (
        FundingLine.objects.filter(asked, source=source, year=year, proposal__in=visible)
        .select_related("proposal__implementing_unit")
        .order_by("-proposal_id")
    )


def _by_line(model: Any, lines: list[FundingLine]) -> dict[int, dict[str, int]]:
    """Funding line id → đồng by kind of ledger entry."""
    found: dict[int, dict[str, int]] = {}
    rows = model.objects.filter(line__in=lines).values_list("line_id", "entry__kind")
    for line_id, kind, total in rows.annotate(total=Sum("entry__amount")).order_by():
        found.setdefault(line_id, {})[kind] = total
    return found
