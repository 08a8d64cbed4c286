"""The list of proposals: find one, and see who has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views import View

from khuyencong.core import permissions, roles
from khuyencong.core.models import Organisation, User
from programmes.models import FundingSource
from projects import amounts, holding
from projects.holding import Due
from projects.models import (
    Beneficiary,
    FundingLine,
    Proposal,
    ProposalPlace,
    Review,
    ReviewStep,
    Track,
)
from projects.views.asking import Asked
from projects.views.lookup import sees_dossiers_or_404
from projects.views.paging import keyset_page

Status = Proposal.Status
STATE_MONEY: Final = "state"


@dataclass(frozen=True)
class Money:
    """What a proposal has of one source, in đồng, at the latest stage."""

    source: FundingSource
    current: int


@dataclass
class Row:
    """One proposal of the page with its money and the offices it lies with."""

    proposal: Proposal
    may_edit: bool
    lines: list[Money] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    @property
    def sources(self) -> list[FundingSource]:
        """Sources of the state's money; all of them where it asks for none."""
        paid = {line.source.pk: line.source for line in self.lines if line.current}
        return [source for source in paid.values() if source.is_state] or list(paid.values())

    @property
    def state(self) -> int:
        return sum(line.current for line in self.lines if line.source.is_state)

    @property
    def other(self) -> int:
        return sum(line.current for line in self.lines if not line.source.is_state)

    @property
    def total(self) -> int:
        return self.state + self.other

    @property
    def whom(self) -> str:
        """«Cơ sở chè A», «3 cơ sở», or who carries it out where nobody is named."""
        count = self.proposal.beneficiary_count or 0
        if count > 1:
            return _("{n} cơ sở").format(n=count)
        return self.proposal.beneficiary_name or self.proposal.implementing_unit.short_name

    @property
    def standings(self) -> list[str]:
        """Who has the dossier, in words, or how it stands when nobody has."""
        if self.proposal.status in (Status.SUBMITTED, Status.IN_REVIEW) and self.reviews:
            return list(dict.fromkeys(map(holding.at_office, self.reviews)))
        return [self.proposal.get_status_display()]

    @property
    def due(self) -> Due:
        """The nearest day among the province's offices; a national office has none here."""
        if self.proposal.status == Status.RETURNED:
            return Due(None, _("chờ đơn vị bổ sung"))
        dues = [(review.organisation.province_id, holding.due(review)) for review in self.reviews]
        ours = [due for province_id, due in dues if province_id and due.on]
        if ours:
            return min(ours, key=lambda due: due.on)
        return Due(None, dues[0][1].text if dues else "")


class ProposalList(View):
    """Đề án khuyến công: saved views, filters, one page of rows with its sums.

    A fixed number of queries, whatever the number of proposals. htmx gets the part below the
    filters only.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        sees_dossiers_or_404(request)
        asked = Asked(request)
        page = keyset_page(asked.found, asked.order, asked.page, asked.cursor, described)
        rows = with_parts(page.rows, request.user)
        context = {
            "asked": asked,
            "page": page,
            "rows": rows,
            "sums": {
                name: sum(getattr(row, name) for row in rows)
                for name in ("total", "state", "other")
            },
            "columns": asked.columns,
            "may_submit": request.user.may(roles.PROPOSAL_SUBMIT),
            "may_create": permissions.refusal(request.user, "projects.proposal.create") is None,
            "is_illustration": bool(rows)
            and all(row.proposal.programme.is_illustration for row in rows),
        }
        whole = not request.htmx or request.htmx.history_restore_request
        template = "projects/proposal_list.html" if whole else "projects/_proposal_results.html"
        response = render(request, template, context)
        # The same address answers both: a cache must not give one for the other.
        patch_vary_headers(response, ["HX-Request"])
        return response


def described(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """What stands under a title, asked for the rows of the page alone."""
    first = Beneficiary.objects.filter(proposal=OuterRef("pk")).order_by("pk")
    counted = first.order_by().values("proposal").annotate(n=Count("pk")).values("n")
    places = ProposalPlace.objects.filter(proposal=OuterRef("pk")).order_by("pk")
    return proposals.select_related("programme", "implementing_unit").annotate(
        beneficiary_name=Subquery(first.values("enterprise__name")[:1]),
        beneficiary_count=Subquery(counted),
        place_name=Subquery(places.values("place__name")[:1]),
    )


def with_parts(proposals: Iterable[Proposal], user: User) -> list[Row]:
    """Money and open reviews of the rows: one query for all of them."""
    writes = user.may(roles.PROPOSAL_WRITE)
    rows = {
        proposal.pk: Row(
            proposal,
            may_edit=writes
            and proposal.is_editable
            and proposal.implementing_unit.is_same_office(user.organisation),
        )
        for proposal in proposals
    }
    parts = _lines(rows).union(_open_reviews(rows), all=True)
    for pk, is_line, _position, amount, number, code, words, kind, day in sorted(
        parts, key=lambda part: part[2]
    ):
        if is_line:
            source = FundingSource(
                pk=number, code=code, short_name=words, is_state=kind == STATE_MONEY
            )
            rows[pk].lines.append(Money(source, amount))
        else:
            office = Organisation(short_name=code, province_id=number)
            step = ReviewStep(kind=kind)
            rows[pk].reviews.append(
                Review(organisation=office, step=step, proposed=words, due_on=day)
            )
    return list(rows.values())


def _lines(rows: Iterable[int]) -> QuerySet[FundingLine]:
    """(proposal, 1, order, amount, source's id, code, short name, whose money, no day)."""
    whose = Case(
        When(source__is_state=True, then=Value(STATE_MONEY)),
        default=Value(""),
        output_field=CharField(),
    )
    return (
        FundingLine.objects.filter(proposal__in=list(rows))
        .order_by()
        .values_list(
            *("proposal_id", Value(1), "source__position", amounts.CURRENT),
            *("source_id", "source__code", "source__short_name", whose),
            Value(None, DateField()),
        )
    )


def _open_reviews(rows: Iterable[int]) -> QuerySet[Review]:
    """(proposal, 0, order, no amount, office's province, office, what is proposed, step, due).

    An office the portal cannot see into counts as one of no province: neither has a day to keep.
    """
    whose = Case(When(is_outside=True, then=None), default=F("organisation__province_id"))
    return (
        Review.objects.filter(
            verdict="", track__proposal__in=list(rows), track__status=Track.Status.IN_STEP
        )
        .order_by()
        .values_list(
            *("track__proposal_id", Value(0), "track__source__position", Value(0)),
            *(whose, "organisation__short_name", "proposed", "step__kind"),
            "due_on",
        )
    )
