"""What the address of the list asks for, and the ways to ask differently."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import roles, text
from projects import holding
from projects.filters import ProposalListFilter
from projects.models import Proposal, SavedView
from projects.views import columns
from projects.views.paging import asked_cursor, asked_page

Status = Proposal.Status
JUDGES: Final = (roles.REVIEW, roles.CONCLUDE, roles.APPROVE)
DUE: Final = "due"
SEVERAL: Final = frozenset({"status"})  # filters that take more than one value
# Each has an index that serves it, whatever else is asked; the id parts what is equal.
ORDERINGS: Final = {
    "-id": (("-id",), gettext_lazy("mới lập trước")),
    "id": (("id",), gettext_lazy("lập trước đứng trước")),
    "code": (("code",), gettext_lazy("xếp theo mã")),
    "-code": (("-code",), gettext_lazy("xếp theo mã, từ cuối lên")),
    "title": (("title_key", "id"), gettext_lazy("xếp theo tên")),
    "-title": (("-title_key", "-id"), gettext_lazy("xếp theo tên, từ cuối lên")),
    # Reads every dossier that lies with an office, no more: those that have a day to keep.
    DUE: (("due", "id"), gettext_lazy("đang có hạn, hạn gần trước")),
}
# The states a person asks for in one word.
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

    def __init__(self, request: HttpRequest, given: QueryDict | None = None) -> None:
        self.user = request.user
        given = request.GET if given is None else given
        self.view = self._opened(given)
        self.page = asked_page(given.get("page", ""))
        self.cursor = asked_cursor(given.get("after", ""), given.get("before", ""))
        if self.view:
            given = QueryDict(self.view.query)
            columns.keep(request.session, columns.chosen(self.view.columns.split(",")))
        self.columns = columns.of_session(request.session)
        self.query = QueryDict(mutable=True)
        for name in ProposalListFilter.base_filters:
            values = [value for value in given.getlist(name) if value.strip()]
            if name not in SEVERAL:
                values = values[-1:]  # the one that counts for the filter, too
            if values:
                self.query.setlist(name, values)
        self.filters = ProposalListFilter(
            self.query, Proposal.objects.visible_to(self.user), request=request
        )
        self.unread = []
        for name in self.filters.form.errors:
            typed = ", ".join(self.query.pop(name))
            self.unread.append(f"{self._label(name)} «{typed[:40]}»")
        self.ordering = given.get("ordering", "")
        if self.ordering not in ORDERINGS:
            self.ordering = "-id"
        if self.ordering != "-id":
            self.query["ordering"] = self.ordering

    def _opened(self, given: QueryDict) -> SavedView | None:
        """The saved view that a link names; another province's is not there."""
        number = given.get("xem", "")
        if not number:
            return None
        known = number.isascii() and number.isdigit() and len(number) < 19
        rows = SavedView.objects.visible_to(self.user).select_related("owner")
        found = rows.filter(pk=number).first() if known else None
        if found is None:
            raise Http404(_("Không có bộ lọc này, hoặc người lập không còn chia sẻ."))
        return found

    @property
    def ordered(self) -> str:
        return str(ORDERINGS[self.ordering][1])

    @property
    def order(self) -> tuple[str, ...]:
        return ORDERINGS[self.ordering][0]

    @property
    def orderings(self) -> list[tuple[str, str, bool]]:
        return [
            (name, str(label), name == self.ordering) for name, (_o, label) in ORDERINGS.items()
        ]

    @cached_property
    def found(self) -> QuerySet[Proposal]:
        found = self.filters.qs
        return holding.with_due(found) if self.ordering == DUE else found

    @property
    def values(self) -> dict[str, str]:
        """What the boxes of the filter line show."""
        return self.query.dict()

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the filter line does not show but must not lose."""
        shown = {"search", "ordering", "waiting", *self.filters.PICKED, "plan_year", "kind"}
        if len(self.query.getlist("status")) < 2:
            shown.add("status")
        return [
            (name, value)
            for name, values in self.query.lists()
            if name not in shown
            for value in values
        ]

    @property
    def sees_units(self) -> bool:
        """Whether the reader sees the dossiers of several units, and may choose among them."""
        return bool(self.filters.options["implementing_unit"])

    @property
    def judges(self) -> bool:
        return any(map(self.user.may, JUDGES))

    @property
    def statuses(self) -> list[tuple[str, str]] | None:
        """To choose one; where several are asked for, the chip above says which."""
        return None if len(self.query.getlist("status")) > 1 else Status.choices

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return Proposal.Kind.choices

    @property
    def further(self) -> bool:
        """Whether one of the conditions that are folded away is in use."""
        return any(
            name in self.query for name in ("status", "kind", "programme", "waiting", "ordering")
        )

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
    def by_title(self) -> str:
        return self.without(ordering="-title" if self.ordering == "title" else "title")

    @property
    def views(self) -> list[Link]:
        """Views by state, which leave the other filters as they are, then the saved ones."""
        statuses, waiting = set(self.query.getlist("status")), "waiting" in self.query
        none = not statuses and not waiting and not self.view
        found = [Link(_("Tất cả"), self.without("status", "waiting"), none)]
        if self.judges:
            found.append(Link(_("Chờ tôi xử lý"), self.without("status", waiting="1"), waiting))
        for label, states in VIEWS:
            query = self.without("waiting", status=[str(state) for state in states])
            current = statuses == set(states) and not waiting and not self.view
            found.append(Link(str(label), query, current))
        for key, option in self.filters.options["view"].items():
            current = self.view is not None and str(self.view.pk) == key
            found.append(Link(option.label, f"xem={key}", current))
        return found

    @cached_property
    def chips(self) -> list[Link]:
        """The filters in use, each with the way to the list without it."""
        found = []
        for name, values in self.query.lists():
            if name == "ordering" or (name == "waiting" and self.judges):
                continue
            if self._is_a_view(name, values):
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
        if name in ("status", "kind"):
            return str((Status if name == "status" else Proposal.Kind)(value).label)
        if name == "waiting":
            return _("có")
        options = self.filters.options.get(name)
        return options[value].label if options else value

    @property
    def meant_places(self) -> list[Link]:
        """Units that bear the words searched for: their ground, where the words alone mix them."""
        words = text.fold(self.query.get("search", ""))
        if not words or "place" in self.query:
            return []
        return [
            Link(option.label, self.without("search", place=key))
            for key, option in self.filters.options["place"].items()
            if words in (option.code, text.fold(option.label.partition(" (")[0]))
        ]
