"""How tracks run: which office a step lies with, and the proposal's status that follows."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from khuyencong.core import clock, roles
from khuyencong.core.models import Organisation, User
from khuyencong.core.refusals import Fault, Refused
from projects.models import Proposal, Review, ReviewChain, ReviewStep, Track

Status = Proposal.Status


def of(proposal: Proposal) -> list[Track]:
    """All tracks with their chain and reviews, in a fixed number of queries."""
    return list(
        proposal.tracks.select_related("source", "chain", "step").prefetch_related(
            "chain__steps",
            Prefetch(
                "reviews",
                Review.objects.select_related(
                    "organisation", "step", "document", "decided_by", "proposed_by", "recorded_by"
                ).prefetch_related("amounts"),
            ),
        )
    )


def at_work(proposal: Proposal) -> list[Track]:
    """All tracks with what the rules of a verb look at, and no more: a verb holds a lock."""
    reviews = Review.objects.select_related("organisation", "step")
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
    office = Organisation.objects.acting(
        step.organisation_kind, proposal.province_id, clock.today()
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


def receive(track: Track, step: ReviewStep, proposal: Proposal) -> Review:
    """Put the dossier on the desk of the step's office, and start its clock."""
    track.step = step
    track.save(update_fields=["step", "round"])
    today = clock.today()
    return Review.objects.create(
        track=track,
        step=step,
        round=track.round,
        organisation=office_of(step, proposal),
        received_at=clock.now(),
        due_on=clock.add_working_days(today, step.working_days) if step.working_days else None,
    )


def passed_on_by(track: Track, organisation_id: int) -> Review | None:
    """The last opinion on a running track, where this very office passed it on in the portal."""
    spoken = [
        review
        for review in track.reviews.all()
        if review.verdict and review.verdict not in Review.VOID and review.round == track.round
    ]
    if track.status != Track.Status.IN_STEP or not spoken:
        return None
    last = spoken[-1]
    passed = last.verdict == Review.Verdict.PASS and not last.recorded_by_id
    return last if passed and last.organisation_id == organisation_id else None


def close(review: Review, verdict: str) -> None:
    """End a review without an opinion of the office (taken back, or the dossier left it)."""
    review.verdict, review.decided_at = verdict, clock.now()
    review.save(update_fields=["verdict", "decided_at"])


def following_step(track: Track) -> ReviewStep | None:
    return track.chain.steps.filter(order__gt=track.step.order).order_by("order").first()


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
        if review and review.organisation_id == user.organisation_id and not review.opened_at
    ]
    # An auditor or manager of the same body reads over its shoulder; that opens nothing.
    if ours and {roles.REVIEW, roles.CONCLUDE, roles.APPROVE} & user.permissions:
        Review.objects.filter(pk__in=ours, opened_at__isnull=True).update(opened_at=clock.now())
