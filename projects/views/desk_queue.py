"""What waits at the desk: the office's queue by due date, and what lies with others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Subquery, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core import roles
from khuyencong.core.models import User
from projects import amounts, holding, sites
from projects.desk_rules import AT_AN_OFFICE, JUDGING
from projects.models import Proposal, Review, SiteList, Track

SHOWN: Final = 100  # dossiers in the left column; more are reached through the list and its filters
SCOPES: Final = (
    ("", gettext_lazy("Cả cơ quan")),
    ("toi", gettext_lazy("Của tôi")),
    ("chua", gettext_lazy("Chưa giao")),
)
ORDERS: Final = (
    ("", gettext_lazy("Hạn gần nhất trước")),
    ("moi", gettext_lazy("Mới nhận trước")),
    ("cu", gettext_lazy("Nhận lâu nhất trước")),
)
_ORDER_BY: Final = {"": (F("due_on").asc(nulls_last=True), "pk"), "moi": ("-pk",), "cu": ("pk",)}


@dataclass
class Entry:
    """A dossier in the queue, under the nearest date of its sources that lie here."""

    review: Review
    proposal: Proposal
    due: holding.Due
    state: int
    sources: list[Any] = field(default_factory=list)
    proposed: bool = False
    is_mine: bool = True  # whether this very person can act on it now

    @property
    def used_up(self) -> str:
        return holding.used_up(self.review)

    @property
    def group(self) -> str:
        """Under which heading it stands: those of the person's own part come first."""
        return _("Chờ lãnh đạo kết luận") if self.review.proposed else _("Chờ xem xét")

    @property
    def assigned_to(self) -> User | None:
        return self.review.assigned_to


@dataclass
class Queue:
    """The nearest dossiers, and how many more there are."""

    rows: list[Entry]
    more: int = 0
    scope: str = ""
    order: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def total(self) -> int:
        return len(self.rows) + self.more

    @property
    def is_grouped(self) -> bool:
        """The order is within each group: headings tell where it begins anew."""
        return len({bool(row.review.proposed) for row in self.rows}) > 1

    @property
    def query(self) -> str:
        """What keeps the filter and the order on the way to the next page."""
        chosen = {"loc": self.scope, "xep": self.order}
        said = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{said}" if said else ""

    @property
    def scopes(self) -> list[tuple[str, Any, bool]]:
        return [(code, label, code == self.scope) for code, label in SCOPES]

    @property
    def orders(self) -> list[tuple[str, Any, bool]]:
        return [(code, label, code == self.order) for code, label in ORDERS]

    def after(self, code: str, was_at: int = 0) -> Entry | None:
        """The dossier to go on with: the first this person can act on behind the one just done."""
        at = next((n for n, row in enumerate(self.rows) if row.proposal.code == code), None)
        start = was_at if at is None else at + 1
        ahead = [*self.rows[start:], *self.rows[:start]]
        return next((row for row in ahead if row.is_mine and row.proposal.code != code), None)

    def place_of(self, code: str) -> int:
        return next((n for n, row in enumerate(self.rows) if row.proposal.code == code), 0)


def may_judge(user: User) -> bool:
    return any(user.may(right) for right in JUDGING)


def waiting(user: User, scope: str = "", order: str = "") -> Queue:
    """What lies with the person's office: what waits for this very person first, then by date."""
    scope = scope if scope in dict(SCOPES) else ""
    order = order if order in dict(ORDERS) else ""
    concludes = user.may(roles.CONCLUDE)
    here = _here(user, scope, concludes)
    later = Case(
        When(proposed="", then=Value(concludes)),
        default=Value(not concludes),
        output_field=BooleanField(),
    )
    total = here.order_by().values("verdict").annotate(n=Count("track__proposal", distinct=True))
    rows = (
        here.annotate(later=later, total=Subquery(total.values("n")))
        .select_related("organisation", "step", "assigned_to", "track__source", "track__proposal")
        .order_by("later", *_ORDER_BY[order])
    )
    # A dossier with two sources lies here twice: a few more rows than are shown.
    reviews = list(rows[: SHOWN * 2 + 1])
    money = amounts.totals_of({row.track.proposal_id for row in reviews})
    found: dict[int, Entry] = {}
    for row in reviews:
        entry = found.get(row.track.proposal_id)
        if entry is None:
            if len(found) == SHOWN:
                continue
            state = money.get(row.track.proposal_id, (0, 0))[0]
            entry = Entry(row, row.track.proposal, holding.due(row), state)
            entry.is_mine = _is_mine(row, user, concludes)
            found[row.track.proposal_id] = entry
        entry.sources.append(row.track.source)
        entry.proposed |= bool(row.proposed)
    more = reviews[0].total - len(found) if reviews else 0
    return Queue(list(found.values()), more, scope, order)


def _here(user: User, scope: str, concludes: bool) -> QuerySet[Review]:
    rows = Review.objects.filter(
        verdict="",
        paused_at=None,
        organisation__lineage=user.organisation.lineage,
        track__status__in=AT_AN_OFFICE,
    )
    if scope == "toi":
        mine = Q(assigned_to=user)
        return rows.filter(mine | ~Q(proposed="") if concludes else mine)
    return rows.filter(assigned_to=None) if scope == "chua" else rows


def _is_mine(review: Review, user: User, concludes: bool) -> bool:
    """Roughly what the rules say, for choosing whom to show next; the rules decide."""
    if review.proposed:
        return concludes and review.proposed_by_id != user.pk
    return concludes or review.assigned_to_id in (None, user.pk)


def queue(request: HttpRequest) -> HttpResponse:
    """Bàn thẩm định: the dossiers that wait, by due date."""
    if not may_judge(request.user):
        raise Http404(_("Trang này của cơ quan thẩm định, phê duyệt."))
    found = waiting(request.user, request.GET.get("loc", ""), request.GET.get("xep", ""))
    away = _away(request.user)
    context = {
        "queue": found,
        "last": None if found.rows else last_answered(request.user),
        "outside": [row for row in away if holding.is_outside(row["review"])],
        "elsewhere": [row for row in away if not holding.is_outside(row["review"])],
        "lists": site_lists(request.user),
        "may_assign": request.user.may(roles.CONCLUDE),
    }
    return render(request, "projects/desk_queue.html", context)


def last_answered(user: User) -> Review | None:
    """The dossier the office answered last, for who has nothing left to do."""
    rows = Review.objects.filter(
        organisation__lineage=user.organisation.lineage, decided_at__isnull=False
    ).exclude(verdict__in=Review.VOID)
    return rows.select_related("track__proposal").order_by("-decided_at", "-pk").first()


def site_lists(user: User) -> list[SiteList]:
    """For the department: lists of sites that wait for its answer, oldest first."""
    rows = sites.awaiting(user)
    return list(rows.select_related("proposal", "document").order_by("submitted_at")[:SHOWN])


def _away(user: User) -> list[dict[str, Any]]:
    """For the department: dossiers at bodies whose papers it may record."""
    if not (user.may(roles.RECORD) and user.organisation.is_industry_department):
        return []
    rows = (
        Review.objects.filter(
            verdict="",
            track__status__in=AT_AN_OFFICE,
            track__proposal__province_id=user.organisation.province_id,
        )
        .exclude(organisation__lineage=user.organisation.lineage)
        .exclude(track__status=Track.Status.WAITING)
        .select_related("organisation", "step", "track__source", "track__proposal")
        .order_by("received_at")[:SHOWN]
    )
    return [
        {"review": row, "proposal": row.track.proposal, "standing": holding.due(row)}
        for row in rows
    ]
