"""Who holds a dossier now, in words: a state always names the office it lies with."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from khuyencong.core import clock
from projects.models import Proposal, Review, ReviewStep, Track
from projects.tracks import open_review

SOON = 3  # working days


@dataclass(frozen=True)
class Due:
    """When an office should answer, in working-day words; ``tone`` is r, w or empty."""

    on: datetime.date | None
    text: str
    tone: str = ""


def standing(track: Track) -> str:
    """«Sở Tài chính thẩm định», «Chờ UBND tỉnh phê duyệt», or how the track ended."""
    review = open_review(track)
    if track.status != Track.Status.IN_STEP or review is None:
        return track.get_status_display()
    return at_office(review)


def at_office(review: Review) -> str:
    """Which office has the dossier, and what for."""
    office = review.organisation.short_name
    if review.step.kind == ReviewStep.Kind.APPROVE:
        return _("Chờ {office} phê duyệt").format(office=office)
    if review.proposed:
        return _("{office}: chờ lãnh đạo kết luận").format(office=office)
    return _("{office} thẩm định").format(office=office)


def due(review: Review | None) -> Due:
    """How long the office still has. A national office is never late for the province."""
    if review is None:
        return Due(None, "")
    if review.organisation.province_id is None:
        return Due(review.due_on, _("đang ở cơ quan ngoài"))
    if review.due_on is None:
        return Due(None, "")
    left = clock.working_days_between(clock.today(), review.due_on)
    if left < 0:
        return Due(review.due_on, _("quá hạn {n} ngày").format(n=-left), "r")
    if left == 0:
        return Due(review.due_on, _("hết hạn hôm nay"), "w")
    return Due(review.due_on, _("còn {n} ngày").format(n=left), "w" if left <= SOON else "")


def with_due(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Dossiers that an office of the province has to answer by a day; ``due`` is the nearest."""
    nearest = (
        Review.objects.filter(
            track__proposal=OuterRef("pk"),
            track__status=Track.Status.IN_STEP,
            verdict="",
            due_on__isnull=False,
            organisation__province__isnull=False,
        )
        .order_by("due_on")
        .values("due_on")[:1]
    )
    with_an_office = (Proposal.Status.SUBMITTED, Proposal.Status.IN_REVIEW)
    return (
        rows.filter(status__in=with_an_office)
        .annotate(due=Subquery(nearest))
        .filter(due__isnull=False)
    )
