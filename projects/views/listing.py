"""The list of proposals: find one, and see who has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from khuyencong.core import permissions, roles
from khuyencong.core.models import User
from projects import holding
from projects.filters import ProposalListFilter
from projects.holding import Due
from projects.models import (
    Beneficiary,
    FundingLine,
    Proposal,
    ProposalPlace,
    Review,
    Track,
)
from projects.views.paging import Page, asked_page, page_of

Status = Proposal.Status
SEES: Final = (roles.SEE_OWN, roles.SEE_RECEIVED, roles.SEE_PROVINCE)
JUDGES: Final = (roles.REVIEW, roles.CONCLUDE, roles.APPROVE)
# Both have an index that serves them, whatever else is asked.
ORDERINGS: Final = {
    "-id": gettext_lazy("mới lập trước"),
    "id": gettext_lazy("lập trước đứng trước"),
    "code": gettext_lazy("xếp theo mã"),
    "-code": gettext_lazy("xếp theo mã, ngược lại"),
}
# Saved views: the states a person asks for in one word.
VIEWS: Final = (
    (gettext_lazy("Nháp"), (Status.DRAFT,)),
    (gettext_lazy("Đang thẩm định"), (Status.SUBMITTED, Status.IN_REVIEW)),
    (gettext_lazy("Trả lại bổ sung"), (Status.RETURNED,)),
    (gettext_lazy("Đã phê duyệt"), (Status.APPROVED, Status.PARTLY_APPROVED)),
    (gettext_lazy("Đang thực hiện"), (Status.CONTRACTED, Status.IN_PROGRESS, Status.SUSPENDED)),
    (gettext_lazy("Đã nghiệm thu"), (Status.ACCEPTED, Status.LIQUIDATED, Status.SETTLED)),
    (gettext_lazy("Không thực hiện"), (Status.REFUSED, Status.WITHDRAWN, Status.STOPPED)),
)


@dataclass(frozen=True)
class Link:
    """A way to the same list asked differently."""

    label: str
    query: str
    current: bool = False
    name: str = ""


@dataclass
class Row:
    """One proposal of the page with its money and the offices it lies with."""

    proposal: Proposal
    lines: list[FundingLine] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    may_edit: bool = False

    @property
    def sources(self) -> list[Any]:
        """Sources of the state's money; all of them where it asks for none."""
        paid = {line.source_id: line.source for line in self.lines if line.current}
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
        """The nearest day among the offices that have it; a national office has none here."""
        if self.proposal.status == Status.RETURNED:
            return Due(None, _("chờ đơn vị bổ sung"))
        found = [holding.due(review) for review in self.reviews]
        ours = [due for due in found if due.on and (due.tone or due.text != outside())]
        if ours:
            return min(ours, key=lambda due: due.on)
        return Due(None, found[0].text) if found else Due(None, "")


class ProposalList(View):
    """Đề án khuyến công: saved views, filters, one page of rows with its sums.

    A fixed number of queries, whatever the number of proposals; a filter that cannot be read is
    said and left out. htmx gets the part below the filters only.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        if not any(map(request.user.may, SEES)):
            raise PermissionDenied(_("Tài khoản của bạn không xem đề án."))
        asked = Asked(request)
        context = {"asked": asked, **self.rows(request.user, asked)}
        whole = not request.htmx or request.htmx.history_restore_request
        if whole:
            context["may_create"] = (
                permissions.refusal(request.user, "projects.proposal.create") is None
            )
        template = "projects/proposal_list.html" if whole else "projects/_proposal_results.html"
        response = render(request, template, context)
        # The same address answers both: a cache must not give one for the other.
        patch_vary_headers(response, ["HX-Request"])
        return response

    def rows(self, user: User, asked: Asked) -> dict[str, Any]:
        page = page_of(_described(asked.found), asked.page)
        rows = _with_parts(page.rows, user)
        return {
            "page": page,
            "rows": rows,
            "is_illustration": any(row.proposal.programme.is_illustration for row in rows),
            "sums": {
                name: sum(getattr(row, name) for row in rows) for name in ("total", "state", "other")
            },
        }


def outside() -> str:
    return _("đang ở cơ quan ngoài")


def _described(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """What stands under a title, fetched for the rows of the page alone."""
    first = Beneficiary.objects.filter(proposal=OuterRef("pk")).order_by("pk")
    counted = first.order_by().values("proposal").annotate(n=Count("pk")).values("n")
    places = ProposalPlace.objects.filter(proposal=OuterRef("pk")).order_by("pk")
    return proposals.select_related("programme", "implementing_unit").annotate(
        beneficiary_name=Subquery(first.values("enterprise__name")[:1]),
        beneficiary_count=Subquery(counted),
        place_name=Subquery(places.values("place__name")[:1]),
    )


def _with_parts(proposals: Iterable[Proposal], user: User) -> list[Row]:
    """Money and open reviews of the rows: two queries for all of them."""
    writes = user.may(roles.PROPOSAL_WRITE)
    rows = {
        proposal.pk: Row(
            proposal,
            may_edit=writes
            and proposal.is_editable
            and proposal.implementing_unit_id == user.organisation_id,
        )
        for proposal in proposals
    }
    for line in FundingLine.objects.filter(proposal__in=rows).select_related("source"):
        rows[line.proposal_id].lines.append(line)
    reviews = Review.objects.filter(
        verdict="", track__proposal__in=rows, track__status=Track.Status.IN_STEP
    )
    for review in reviews.select_related("organisation", "step", "track__source").order_by(
        "track__source__position"
    ):
        rows[review.track.proposal_id].reviews.append(review)
    return list(rows.values())


class Asked:
    """What the address asks for: filters that can be read, the order, the page."""

    def __init__(self, request: HttpRequest) -> None:
        self.user = request.user
        self.query = QueryDict(mutable=True)
        for name in ("ordering", *ProposalListFilter.base_filters):
            values = [value for value in request.GET.getlist(name) if value.strip()]
            if values:
                self.query.setlist(name, values)
        self.page = asked_page(request.GET.get("page", ""))
        if self.query.get("ordering") not in ORDERINGS or self.query["ordering"] == "-id":
            self.query.pop("ordering", None)
        self.filters = ProposalListFilter(
            self.query, Proposal.objects.visible_to(self.user), request=request
        )
        self.unread = [str(text) for texts in self.form.errors.values() for text in texts]
        for name in self.form.errors:
            self.query.pop(name, None)

    @property
    def form(self) -> Any:
        return self.filters.form

    @property
    def ordering(self) -> str:
        return self.query.get("ordering", "-id")

    @property
    def ordered(self) -> str:
        return str(ORDERINGS[self.ordering])

    @cached_property
    def found(self) -> QuerySet[Proposal]:
        return self.filters.qs.order_by(self.ordering)

    @property
    def values(self) -> dict[str, str]:
        """What the boxes of the filter line show."""
        return self.query.dict()

    @property
    def statuses(self) -> list[str]:
        return self.query.getlist("status")

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the filter line does not show but must not lose."""
        shown = {"search", "plan_year", "source", "activity", self.fourth}
        return [
            (name, value)
            for name, values in self.query.lists()
            if name not in shown
            for value in values
        ]

    @cached_property
    def fourth(self) -> str:
        """Who sees several units chooses among them; the others among programmes."""
        return "implementing_unit" if self.filters.options["implementing_unit"] else "programme"

    @property
    def fourth_options(self) -> dict[str, Any]:
        return self.filters.options[self.fourth]

    def without(self, name: str, **instead: str) -> str:
        """The query without one of its filters, from the first page on."""
        query = self.query.copy()
        query.pop(name, None)
        for key, value in instead.items():
            query[key] = value
        return query.urlencode()

    def at_page(self, number: int) -> str:
        query = self.query.copy()
        if number > 1:
            query["page"] = str(number)
        return query.urlencode()

    @property
    def by_code(self) -> str:
        return self.without("ordering", ordering="-code" if self.ordering == "code" else "code")

    @property
    def views(self) -> list[Link]:
        """The saved views; the other filters stay as they are."""
        base = self.query.copy()
        statuses, waiting = set(base.pop("status", [])), bool(base.pop("waiting", []))
        found = [Link(_("Tất cả"), base.urlencode(), not statuses and not waiting)]
        if any(map(self.user.may, JUDGES)):
            query = base.copy()
            query["waiting"] = "1"
            found.append(Link(_("Chờ tôi xử lý"), query.urlencode(), waiting))
        for label, wanted in VIEWS:
            query = base.copy()
            query.setlist("status", [str(status) for status in wanted])
            current = statuses == set(wanted) and not waiting
            found.append(Link(str(label), query.urlencode(), current))
        return found

    @cached_property
    def chips(self) -> list[Link]:
        """The filters in use, each with the way to the list without it."""
        found = []
        for name, values in self.query.lists():
            if name in ("ordering", "waiting") or self._is_a_view(name):
                continue
            label = str(self.form.fields[name].label)
            shown = ", ".join(self._shown(name, value) for value in values)
            found.append(Link(f"{label}: {shown}", self.without(name), name=label))
        return found

    def _is_a_view(self, name: str) -> bool:
        wanted = set(self.statuses)
        return name == "status" and any(wanted == set(states) for _label, states in VIEWS)

    def _shown(self, name: str, value: str) -> str:
        if name == "status":
            return str(Status(value).label)
        if name in self.filters.options:
            return self.filters.options[name][value].label
        return value


__all__ = ["Asked", "Page", "ProposalList"]
