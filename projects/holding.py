"""Who holds a dossier now, in words: a state always names the office it lies with."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from khuyencong.core import clock, workdays
from khuyencong.core.workdays import Calendar
from projects.models import Proposal, Review, ReviewStep, Track
from projects.tracks import open_review

SOON = 3  # working days


@dataclass(frozen=True)
class Due:
    """When an office should answer, in working-day words; ``tone`` is r, w or empty."""

    on: datetime.date | None
    text: str
    tone: str = ""

    @property
    def with_day(self) -> str:
        """The same with its day, unless the words name it already."""
        day = f"{self.on:%d/%m/%Y}" if self.on else ""
        return (
            self.text
            if day in self.text
            else _("Hạn {day}, {left}").format(day=day, left=self.text)
        )


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


def is_outside(review: Review) -> bool:
    """Whether the portal cannot see into the office: it has no day to keep, and is never late."""
    return review.is_outside or review.organisation.province_id is None


def due(review: Review | None) -> Due:
    """How long the office still has, in working days of its province."""
    if review is None:
        return Due(None, "")
    if is_outside(review):
        return Due(None, _("đang ở cơ quan ngoài"))
    if review.paused_at:
        return Due(None, _("tạm dừng vì hồ sơ đang bổ sung"))
    if review.due_on is None:
        return Due(None, "")
    calendar, today = workdays.calendar_of(review.organisation.province_id), clock.today()
    late_before, soon_before = bounds(calendar, today)
    left = calendar.between(today, review.due_on)
    if review.due_on < late_before:
        return Due(review.due_on, _("quá hạn {n} ngày").format(n=-left), "r")
    if review.due_on == today:
        return Due(review.due_on, _("hết hạn hôm nay"), "w")
    if left <= 0:
        # A weekend or a holiday between: nothing was missed, nothing is left either.
        said = _("hết hạn ngày {day}").format(day=f"{review.due_on:%d/%m/%Y}")
        return Due(review.due_on, said, "w")
    tone = "w" if review.due_on < soon_before else ""
    return Due(review.due_on, _("còn {n} ngày").format(n=left), tone)


def used_up(review: Review | None) -> str:
    """Where the office had no day left when the dossier came back: how many it had used."""
    if review is None or not review.used_days or not review.step.working_days:
        return ""
    if review.used_days < review.step.working_days:
        return ""
    text = _("đã dùng {n} ngày làm việc ở các lần trước")
    return text.format(n=review.used_days)


def bounds(calendar: Calendar, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """What is due before the first day is late; before the second it wants attention soon."""
    return calendar.last_worked(today), calendar.add(today, SOON + 1)


def with_due(rows: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Dossiers that an office of the province has to answer by a day; ``due`` is the nearest."""
    nearest = (
        Review.objects.filter(
            track__proposal=OuterRef("pk"),
            track__status=Track.Status.IN_STEP,
            verdict="",
            due_on__isnull=False,
            is_outside=False,
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
