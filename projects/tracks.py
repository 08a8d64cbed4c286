"""How tracks run: which office a step lies with, and the proposal's status that follows."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Max, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import clock, roles, workdays
from khuyencong.core.gathering import Part, gathered
from khuyencong.core.models import Organisation, User, dated_on
from khuyencong.core.refusals import Fault, Refused
from projects.models import Proposal, Review, ReviewAmount, ReviewChain, ReviewStep, Track
from projects.writes import Writes

Status = Proposal.Status
_offices: ContextVar[dict[tuple[Any, ...], Any] | None] = ContextVar("offices", default=None)
_SAID = (
    *("organisation", "step", "document", "assigned_to"),
    *("decided_by", "proposed_by", "recorded_by"),
)


def of(proposal: Proposal) -> list[Track]:
    """All tracks with their chain and reviews, in a fixed number of queries."""
    reviews = Review.objects.select_related(*_SAID).prefetch_related("amounts")
    return list(
        proposal.tracks.select_related("source", "chain", "step").prefetch_related(
            "chain__steps", Prefetch("reviews", reviews)
        )
    )


def for_page(proposal: Proposal) -> list[Track]:
    """The same in one query, whatever the number of rounds: of the reviews as much as tells who

    appraised, what each step and person said last, and what is open. The rules ask no more.
    """
    alike = ("track", "step", "organisation", "decided_by", "proposed_by", "verdict")
    of_dossier = Review.objects.filter(track__proposal=proposal).order_by()
    newest = of_dossier.values(*alike).annotate(newest=Max("pk")).values("newest")
    reviews = Review.objects.filter(pk__in=newest).select_related(*_SAID)
    given = ReviewAmount.objects.filter(review__in=newest).order_by("pk")
    return gathered(
        proposal.tracks.select_related("source", "chain", "step"),
        [
            Part("chain__steps", ReviewStep.objects.order_by("order"), "chain", "chain"),
            Part("reviews", reviews.order_by("received_at", "pk"), "track"),
            Part("reviews__amounts", given, "review__track"),
        ],
    )


def at_work(proposal: Proposal) -> list[Track]:
    """All tracks with what the rules of a verb look at, and no more: a verb holds a lock."""
    reviews = Review.objects.select_related("organisation", "step", "assigned_to")
    return list(
        proposal.tracks.select_related("source", "step").prefetch_related(
            Prefetch("reviews", reviews)
        )
    )


def current(tracks: Iterable[Track]) -> list[Track]:
    """The latest attempt of each source."""
    latest: dict[int, Track] = {}
    for track in tracks:
        if track.source_id not in latest or track.attempt > latest[track.source_id].attempt:
            latest[track.source_id] = track
    return list(latest.values())


def open_review(track: Track) -> Review | None:
    return next((review for review in track.reviews.all() if review.is_open), None)


def office_of(step: ReviewStep, proposal: Proposal) -> Organisation:
    """The office that acts at this step today; raises ``Refused`` when none is set up."""
    office = _once(
        ("office", step.organisation_kind, proposal.province_id),
        lambda: Organisation.objects.acting(
            step.organisation_kind, proposal.province_id, clock.today()
        ),
    )
    if office is None:
        raise Refused(
            Fault(
                _(
                    "Chưa khai báo {office} cho bước {order} của quy trình. "
                    "Báo quản trị viên của cổng."
                ).format(office=step.get_organisation_kind_display(), order=step.order),
                "funding_lines",
            )
        )
    return office


def chain_for(source_id: int, proposal: Proposal) -> ReviewChain | None:
    return ReviewChain.objects.in_force(source_id, proposal.province_id, clock.today())


def works_here(step: ReviewStep, office: Organisation) -> bool:
    """Whether the office acts in the portal: its step says so, and somebody has an account."""
    colleagues = User.objects.filter(
        dated_on(clock.today(), "role_grants__"),
        organisation__lineage=office.lineage,
        is_active=True,
        role_grants__isnull=False,
    )
    return step.acts_in_portal and _once(("works", office.lineage), colleagues.exists)


@contextmanager
def offices_remembered() -> Iterator[None]:
    """Within the block each office is looked up once: for one act on many dossiers."""
    token = _offices.set({})
    try:
        yield
    finally:
        _offices.reset(token)


def _once(key: tuple[Any, ...], ask: Callable[[], Any]) -> Any:
    known = _offices.get()
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    return known[key]


def receive(
    track: Track,
    step: ReviewStep,
    proposal: Proposal,
    *,
    resumes: bool = False,
    writes: Writes | None = None,
) -> Review:
    """Put the dossier on the desk of the step's office, and start its clock.

    ``resumes``: it comes back to a step it was at, whose clock goes on from where it stood; who had
    it in hand then has it again.
    """
    writes = writes or Writes()
    track.step = step
    writes.change(track, "step", "round")
    office = office_of(step, proposal)
    is_outside = office.province_id is None or not works_here(step, office)
    before = list(track.reviews.filter(step=step)) if resumes else []
    last = before[-1] if before else None
    used = None if is_outside or not step.working_days else _used(proposal, before)
    review = Review(
        track=track,
        step=step,
        round=track.round,
        organisation=office,
        received_at=clock.now(),
        is_outside=is_outside,
        due_on=None if used is None else _due_on(step, proposal, used),
        used_days=used if before else None,
        assigned_to_id=last.assigned_to_id if last else None,
        assigned_by_id=last.assigned_by_id if last else None,
        assigned_at=last.assigned_at if last else None,
    )
    writes.add(review)
    return review


def _due_on(step: ReviewStep, proposal: Proposal, used: int) -> datetime.date:
    """Working days less those the office has used on the step already; one day at the least."""
    calendar = workdays.calendar_of(proposal.province_id)
    return calendar.add(clock.today(), max(step.working_days - used, 1))


def _used(proposal: Proposal, before: list[Review]) -> int:
    calendar = workdays.calendar_of(proposal.province_id)
    return sum(_days_used(review, calendar) for review in before)


def _days_used(review: Review, calendar: workdays.Calendar) -> int:
    stopped = review.paused_at or review.decided_at or clock.now()
    return calendar.between(timezone.localdate(review.received_at), timezone.localdate(stopped))


def passed_on_by(track: Track, office: Organisation) -> Review | None:
    """The last opinion on a running track, where this very office passed it on in the portal."""
    return _own_last(track, office, Track.Status.IN_STEP, Review.Verdict.PASS)


def returned_by(track: Track, office: Organisation) -> Review | None:
    """The return that stands on a track, where this very office sent it back in the portal."""
    return _own_last(track, office, Track.Status.RETURNED, Review.Verdict.RETURN)


def _own_last(track: Track, office: Organisation, status: str, verdict: str) -> Review | None:
    spoken = [
        review
        for review in track.reviews.all()
        if review.verdict and review.verdict not in Review.VOID and review.round == track.round
    ]
    if track.status != status or not spoken:
        return None
    last = spoken[-1]
    own = last.verdict == verdict and not last.recorded_by_id
    return last if own and last.organisation.is_same_office(office) else None


def run_on(review: Review, proposal: Proposal) -> None:
    """The clock of a paused review goes on: its day moves by the working days it stood."""
    if review.due_on and review.paused_at:
        calendar = workdays.calendar_of(proposal.province_id)
        stood = calendar.between(timezone.localdate(review.paused_at), clock.today())
        review.due_on = calendar.add(review.due_on, stood)
    review.paused_at = None
    review.save(update_fields=["paused_at", "due_on"])


def close(review: Review, verdict: str) -> None:
    """End a review without an opinion of the office (taken back, or the dossier left it)."""
    review.verdict, review.decided_at = verdict, clock.now()
    review.save(update_fields=["verdict", "decided_at"])


def following_step(track: Track) -> ReviewStep | None:
    after = [step for step in track.chain.steps.all() if step.order > track.step.order]
    return min(after, key=lambda step: step.order, default=None)


def allotment_review(track: Track) -> Review | None:
    """The open appraisal of an approved track's detailed allotment; money waits for it."""
    return open_review(track) if track.status == Track.Status.APPROVED else None


def last_spoken(track: Track) -> Review | None:
    """What decided the track and still stands.

    The office of a step after the approval looks at the allotment; it decides nothing anew.
    """
    spoken = [r for r in track.reviews.all() if r.verdict and r.verdict not in Review.VOID]
    decided = [r for r in spoken if r.verdict in (Review.Verdict.APPROVE, Review.Verdict.REFUSE)]
    return max(decided or spoken, key=lambda review: (review.decided_at, review.pk), default=None)


def derived_status(tracks: Iterable[Track]) -> str:
    """The proposal's status until approval, as its tracks make it (model.md §2)."""
    live = current(tracks)
    if not live:
        return Status.DRAFT
    standing = [track for track in live if track.status != Track.Status.WITHDRAWN]
    if not standing:
        return Status.WITHDRAWN
    found = {track.status for track in standing}
    if Track.Status.RETURNED in found:
        return Status.RETURNED
    if found == {Track.Status.WAITING}:
        return Status.DRAFT
    if found & {Track.Status.WAITING, Track.Status.IN_STEP}:
        return Status.SUBMITTED if _untouched(standing) else Status.IN_REVIEW
    if found == {Track.Status.APPROVED}:
        return Status.APPROVED
    if found == {Track.Status.REFUSED}:
        return Status.REFUSED
    return Status.PARTLY_APPROVED


def _untouched(tracks: Iterable[Track]) -> bool:
    """No office has passed anything on yet in this round."""
    return all(
        track.status == Track.Status.IN_STEP
        and track.reopened_by_id is None
        and not any(
            review.round == track.round and review.verdict and review.verdict not in Review.VOID
            for review in track.reviews.all()
        )
        for track in tracks
    )


def mark_opened(live: Iterable[Track], user: User) -> None:
    """The office has looked: from now on the sender can no longer take the dossier back."""
    ours = [
        review.pk
        for review in map(open_review, live)
        if review and review.organisation.is_same_office(user.organisation) and not review.opened_at
    ]
    # An auditor or manager of the same body reads over its shoulder; that opens nothing.
    if ours and {roles.REVIEW, roles.CONCLUDE, roles.APPROVE} & user.permissions:
        Review.objects.filter(pk__in=ours, opened_at__isnull=True).update(opened_at=clock.now())
