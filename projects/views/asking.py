"""What the address of the list asks for, and the ways to ask differently."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import roles
from projects.filters import Option, ProposalListFilter
from projects.models import Proposal
from projects.views.paging import asked_page

Status = Proposal.Status
JUDGES: Final = (roles.REVIEW, roles.CONCLUDE, roles.APPROVE)
# Both columns have an index that serves them, whatever else is asked.
ORDERINGS: Final = {
    "-id": gettext_lazy("mới lập trước"),
    "id": gettext_lazy("lập trước đứng trước"),
    "code": gettext_lazy("xếp theo mã"),
    "-code": gettext_lazy("xếp theo mã, từ cuối lên"),
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


class Asked:
    """Filters that can be read, the order and the page; the rest is said and left out."""

    def __init__(self, request: HttpRequest) -> None:
        self.user = request.user
        self.page = asked_page(request.GET.get("page", ""))
        self.query = QueryDict(mutable=True)
        for name in ProposalListFilter.base_filters:
            values = [value for value in request.GET.getlist(name) if value.strip()]
            if values:
                self.query.setlist(name, values)
        self.filters = ProposalListFilter(
            self.query, Proposal.objects.visible_to(self.user), request=request
        )
        self.unread = []
        for name in self.filters.form.errors:
            typed = ", ".join(self.query.pop(name))
            self.unread.append(f"{self._label(name)} «{typed[:40]}»")
        self.ordering = request.GET.get("ordering", "")
        if self.ordering not in ORDERINGS:
            self.ordering = "-id"
        if self.ordering != "-id":
            self.query["ordering"] = self.ordering

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
    def kept(self) -> list[tuple[str, str]]:
        """What the filter line does not show but must not lose."""
        shown = {"search", "plan_year", "source", "activity", self.fourth}
        return [
            (name, value)
            for name, values in self.query.lists()
            if name not in shown
            for value in values
        ]

    @property
    def fourth(self) -> str:
        """Who sees several units chooses among them; the others among programmes."""
        return "implementing_unit" if self.filters.options["implementing_unit"] else "programme"

    @property
    def fourth_options(self) -> dict[str, Option]:
        return self.filters.options[self.fourth]

    def without(self, *names: str, **instead: str | list[str]) -> str:
        """The query without some of its filters, from the first page on."""
        query = self.query.copy()
        for name in names:
            query.pop(name, None)
        for name, values in instead.items():
            query.setlist(name, [values] if isinstance(values, str) else values)
        return query.urlencode()

    @property
    def by_code(self) -> str:
        return self.without(ordering="-code" if self.ordering == "code" else "code")

    @property
    def views(self) -> list[Link]:
        """The saved views; the other filters stay as they are."""
        statuses, waiting = set(self.query.getlist("status")), "waiting" in self.query
        found = [Link(_("Tất cả"), self.without("status", "waiting"), not statuses and not waiting)]
        if any(map(self.user.may, JUDGES)):
            found.append(Link(_("Chờ tôi xử lý"), self.without("status", waiting="1"), waiting))
        for label, states in VIEWS:
            query = self.without("waiting", status=[str(state) for state in states])
            found.append(Link(str(label), query, statuses == set(states) and not waiting))
        return found

    @cached_property
    def chips(self) -> list[Link]:
        """The filters in use, each with the way to the list without it."""
        found = []
        for name, values in self.query.lists():
            if name in ("ordering", "waiting") or self._is_a_view(name, values):
                continue
            shown = ", ".join(self._shown(name, value) for value in values)
            found.append(Link(f"{self._label(name)}: {shown}", self.without(name)))
        return found

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query.keys() - {"ordering"})

    @staticmethod
    def _is_a_view(name: str, values: list[str]) -> bool:
        return name == "status" and any(set(values) == set(states) for _label, states in VIEWS)

    def _label(self, name: str) -> str:
        return _("Tìm") if name == "search" else str(self.filters.form.fields[name].label)

    def _shown(self, name: str, value: str) -> str:
        if name == "status":
            return str(Status(value).label)
        options = self.filters.options.get(name)
        return options[value].label if options else value
