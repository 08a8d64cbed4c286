"""The frame around every page: whose portal it is, and the ways this person may go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from khuyencong.core import roles
from khuyencong.core.models import Organisation, User
from khuyencong.core.querysets import capped_counts
from projects import sites
from projects.models import Notice, Proposal


def _figures(user: User) -> tuple[int, int, int, int]:
    """Dossiers seen, dossiers and lists of sites waiting, notices unread: asked once, together."""
    if not hasattr(user, "frame_figures"):
        user.frame_figures = tuple(
            capped_counts(
                Proposal.objects.visible_to(user),
                Proposal.objects.awaiting(user),
                sites.awaiting(user),
                Notice.objects.filter(user=user, read_at=None),
            )
        )
    return user.frame_figures


def _dossiers(user: User) -> tuple[int, bool]:
    return _figures(user)[0], False


def _waiting(user: User) -> tuple[int, bool]:
    """What lies at this person's office; it is theirs to answer, so the figure is hot."""
    count = _figures(user)[1] + _figures(user)[2]
    return count, count > 0


_BELL: Final = 99
# A counter answers how many, and whether they wait for this very person.
Counter = Callable[[User], tuple[int, bool]]
COUNTERS: dict[str, Counter] = {"proposal_list": _dossiers, "desk": _waiting}


@dataclass(frozen=True)
class Place:
    """One way to go: the name of its address, and the permissions of which any opens it."""

    name: str
    label: str | Promise
    icon: str
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class NavItem:
    name: str
    url: str
    label: str
    icon: str
    current: bool = False
    count: int | None = None
    hot: bool = False


@dataclass(frozen=True)
class NavGroup:
    label: str | Promise
    items: list[NavItem] = field(default_factory=list)


_SEES: Final = frozenset({roles.SEE_OWN, roles.SEE_RECEIVED, roles.SEE_PROVINCE})
_JUDGES: Final = frozenset({roles.REVIEW, roles.CONCLUDE, roles.APPROVE})
_PANELS: Final = frozenset({roles.REVIEW, roles.CONCLUDE, roles.SEE_AUDIT})
_BUDGET: Final = frozenset({roles.SEE_BUDGET})
_FOLLOWS: Final = frozenset({roles.SEE_RECEIVED, roles.SEE_PROVINCE})
_IMPORTS: Final = frozenset({roles.PROPOSAL_WRITE, roles.ENTERPRISE_WRITE})
_ADMINISTERS: Final = frozenset({roles.ADMINISTER})
_ACTS: Final = _JUDGES | {roles.EXECUTE} | _ADMINISTERS
_MAP: Final[tuple[tuple[str | Promise, tuple[Place, ...]], ...]] = (
    (
        "",
        (
            Place("dashboard", _("Tổng quan"), "home", _BUDGET),
            Place("proposal_list", _("Đề án"), "doc", _SEES),
            Place("desk", _("Thẩm định"), "stamp", _JUDGES),
            Place("panel_list", _("Hội đồng"), "user", _PANELS),
            Place("enterprise_list", _("Cơ sở CNNT"), "build", _SEES),
            Place("import_start", _("Nhập từ Excel"), "paste", _IMPORTS),
        ),
    ),
    (
        _("Điều hành"),
        (
            Place("budget_plan", _("Kế hoạch vốn"), "plan", _BUDGET),
            Place("annual_list", _("Danh mục năm"), "list", _FOLLOWS),
            Place("report_list", _("Báo cáo"), "bars", frozenset({roles.REPORT})),
            Place("document_list", _("Văn bản"), "paper"),
            Place("audit_bundles", _("Kiểm toán"), "check", frozenset({roles.SEE_AUDIT})),
            Place("delegation_list", _("Ủy quyền"), "edit", _ACTS),
        ),
    ),
    (
        _("Quản trị"),
        (
            Place("norm_list", _("Định mức & biểu mẫu"), "gear", _ADMINISTERS),
            Place("chain_list", _("Quy trình thẩm định"), "stamp", _ADMINISTERS),
            Place("organisation_list", _("Cơ quan"), "build", _ADMINISTERS),
            Place("place_list", _("Địa bàn"), "globe", _ADMINISTERS),
            Place("holiday_list", _("Lịch làm việc"), "clock", _ADMINISTERS),
            Place("token_list", _("Khóa API"), "key", _ADMINISTERS),
            Place("api_docs", _("Tài liệu API"), "code", _ADMINISTERS | {roles.PROPOSAL_WRITE}),
        ),
    ),
)
_HELP: Final = Place("help", _("Trợ giúp và liên hệ"), "help")
_MORE: Final = Place("more", _("Thêm"), "more")
_TABS: Final = 5
# What a thumb should reach first, in this order.
_TAB_ORDER: Final = ("dashboard", "proposal_list", "desk", "report_list")


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


class Frame:
    """Answers what the page's frame asks, each at most once and only when asked."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> User | None:
        user: Any = getattr(self._request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def organisation(self) -> Organisation | None:
        return self.user.organisation if self.user else None

    @cached_property
    def province(self) -> str:
        """The name of the reader's province; a stranger's is known where there is only one."""
        if self.organisation:
            return self.organisation.province.name if self.organisation.province else ""
        names = (
            Organisation.objects.filter(kind=Organisation.Kind.INDUSTRY_DEPARTMENT)
            .exclude(province=None)
            .values_list("province__name", flat=True)
            .distinct()[:2]
        )
        found = list(names)
        return found[0] if len(found) == 1 else ""

    @cached_property
    def groups(self) -> list[NavGroup]:
        """The ways open to this person, in groups; a way without an address or right is absent."""
        if not self.user:
            return []
        allowed = roles.permissions_of(self.user.roles)
        groups = []
        for label, places in _MAP:
            items = [
                item
                for place in places
                if not place.permissions or place.permissions & allowed
                if (item := self._item(place))
            ]
            if items:
                groups.append(NavGroup(label, items))
        return groups

    @cached_property
    def items(self) -> list[NavItem]:
        return [item for group in self.groups for item in group.items]

    @cached_property
    def help(self) -> NavItem | None:
        return self._item(_HELP)

    @cached_property
    def tabs(self) -> list[NavItem]:
        """The phone's bottom bar: five ways at most, the last leading to all the others."""
        everything = [*self.items, *([self.help] if self.help else [])]
        more = self._item(_MORE)
        if len(everything) <= _TABS or not more:
            return everything[:_TABS]
        rank = {name: position for position, name in enumerate(_TAB_ORDER)}
        chosen = sorted(everything, key=lambda item: rank.get(item.name, len(rank)))
        return [*chosen[: _TABS - 1], more]

    @cached_property
    def search_url(self) -> str:
        """Where the search form of the top bar leads."""
        return next((item.url for item in self.items if item.name == "proposal_list"), "")

    @cached_property
    def unread(self) -> int:
        """Notices this person has not read, counting no further than the bell can show."""
        if not self.user:
            return 0
        return min(_figures(self.user)[3], _BELL)

    @cached_property
    def here(self) -> str:
        """The address of this page, to come back to after changing the language."""
        return self._request.get_full_path()

    @cached_property
    def _current(self) -> str:
        """Of the ways that lead towards this page, the one that leads furthest."""
        path = self._request.path
        names = [place.name for _label, places in _MAP for place in places]
        leading = [
            address
            for name in (*names, _HELP.name, _MORE.name)
            if (address := _address(name)) and path.startswith(address)
        ]
        return max(leading, key=len, default="")

    def _item(self, place: Place) -> NavItem | None:
        url = _address(place.name)
        if url is None:
            return None
        count, hot = None, False
        if self.user and place.name in COUNTERS:
            count, hot = COUNTERS[place.name](self.user)
        current = url == self._current
        return NavItem(place.name, url, str(place.label), place.icon, current, count, hot)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor. Costs nothing until a template asks."""
    return {"frame": Frame(request)}
