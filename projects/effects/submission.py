"""Effects of the verbs of the implementing unit: submit, take back, withdraw, try again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core import audit, clock
from khuyencong.core.refusals import NotNow
from projects import comparison, snapshots, tracks
from projects.act import Act
from projects.checks import acting
from projects.effects.commitment import release
from projects.models import Review, Track

Status = Track.Status


def submit(act: Act) -> None:
    """Trình: opens one track a state source; a returned one goes back to where it came from."""
    proposal = act.proposal
    last = proposal.snapshots.order_by("-round").first()
    before = snapshots.requested_of(last)
    proposal.round += 1
    proposal.submitted_by, proposal.submitted_at = act.by, clock.now()
    proposal.save(update_fields=["round", "submitted_by", "submitted_at"])
    _freeze_places(act)
    acting.keep(act)
    taken = snapshots.take(proposal, act.checked)
    if last and not comparison.between(last.content, taken.content, {}):
        act.changes["unchanged"] = True
    asked: dict[int, dict[int, int]] = {}
    for line in proposal.funding_lines.all():
        if line.source.is_state and line.requested:
            asked.setdefault(line.source_id, {})[line.year] = line.requested
    existing = {track.source_id: track for track in tracks.current(tracks.of(proposal))}
    act.changes |= {"round": proposal.round, "amount": sum(sum(a.values()) for a in asked.values())}
    for source_id, track in existing.items():
        if source_id not in asked and not track.is_decided:
            _leave(track)
            act.move(Status.WITHDRAWN, track=track, derived=True)
    for source_id, years in asked.items():
        track = existing.get(source_id)
        if track is None or track.status == Status.WITHDRAWN:
            track = _new_track(act, source_id, track)
        if track.is_decided:
            continue
        rose = any(
            amount > before.get((track.source.code, year), 0) for year, amount in years.items()
        )
        _leave(track)
        track.round = proposal.round
        step = track.chain.steps.order_by("order").first() if rose else track.step
        # A dossier that asks for more than before is a new one to the first office's clock.
        tracks.receive(track, step, proposal, resumes=not rose)
        act.move(Status.IN_STEP, track=track, derived=True)


def _freeze_places(act: Act) -> None:
    for row in act.proposal.places.all():
        row.frozen_name = ", ".join(
            part
            for part in (row.place.full_name, row.place.parent and row.place.parent.full_name)
            if part
        )
        row.save(update_fields=["frozen_name"])


def _new_track(act: Act, source_id: int, before: Track | None) -> Track:
    chain = tracks.chain_for(source_id, act.proposal)
    return Track.objects.create(
        proposal=act.proposal,
        source_id=source_id,
        attempt=before.attempt + 1 if before else 1,
        chain=chain,
        step=chain.steps.order_by("order").first(),
    )


def _leave(track: Track) -> None:
    review = tracks.open_review(track)
    if review:
        tracks.close(review, Review.Verdict.CANCELLED)


def withdraw(act: Act) -> None:
    """Rút hồ sơ: the undecided tracks end; what was committed is released."""
    for track in tracks.current(tracks.of(act.proposal)):
        if track.status in {Status.REFUSED, Status.WITHDRAWN}:
            if track.status == Status.REFUSED:
                act.move(Status.WITHDRAWN, track=track, derived=True)
            continue
        _leave(track)
        act.move(Status.WITHDRAWN, track=track, derived=True)
    act.postings += release(act, list(act.proposal.funding_lines.all()))


def take_back(act: Act) -> None:
    """Lấy lại: the office that acted last takes its act back, unless the next one has opened it."""
    live = tracks.current(tracks.of(act.proposal))
    proposal = act.proposal
    if proposal.status == proposal.Status.SUBMITTED and act.by.organisation.is_same_office(
        proposal.implementing_unit
    ):
        for track in live:
            _not_opened(tracks.open_review(track))
        for track in live:
            if not track.is_decided:
                _leave(track)
                act.move(Status.WAITING, track=track, derived=True)
        return
    _take_return_back(act, live)
    for track in live:
        last = tracks.passed_on_by(track, act.by.organisation)
        if last is None:
            continue
        _not_opened(tracks.open_review(track))
        _leave(track)
        tracks.close(last, Review.Verdict.TAKEN_BACK)
        tracks.receive(track, last.step, proposal, resumes=True)
        act.note(source=track.source.code, source_name=track.source.name, step=last.step.order)


def _take_return_back(act: Act, live: list[Track]) -> None:
    """A return goes back to the desk it came from, until the unit has begun to answer it."""
    returned = [
        (track, last)
        for track in live
        if (last := tracks.returned_by(track, act.by.organisation)) is not None
    ]
    if not returned:
        return
    answered = audit.trail(act.proposal).filter(
        organisation__lineage=act.proposal.implementing_unit.lineage,
        recorded_at__gt=max(last.decided_at for _track, last in returned),
    )
    if answered.exists():
        raise NotNow(_("Đơn vị đã bắt đầu bổ sung hồ sơ, không lấy lại được."))
    for track, last in returned:
        last.paused_at = last.decided_at
        last.save(update_fields=["paused_at"])
        tracks.close(last, Review.Verdict.TAKEN_BACK)
        tracks.receive(track, last.step, act.proposal, resumes=True)
        act.move(Status.IN_STEP, track=track)
    for track in live:
        if track.status == Status.WAITING and (paused := tracks.open_review(track)):
            tracks.run_on(paused, act.proposal)
            act.move(Status.IN_STEP, track=track, derived=True)


def _not_opened(review: Review | None) -> None:
    if review and review.opened_at:
        raise NotNow(
            _("{office} đã mở hồ sơ, không lấy lại được. Đề nghị trả lại bổ sung.").format(
                office=review.organisation.name
            )
        )


def replan(act: Act) -> None:
    """One chain said yes, one no: go on with less, or try the refused source again."""
    again = act.data.get("how") == "again"
    for track in tracks.current(tracks.of(act.proposal)):
        if track.status != Status.REFUSED:
            continue
        if again:
            fresh = _new_track(act, track.source_id, track)
            fresh.round = act.proposal.round
            fresh.save(update_fields=["round"])
            _unappraise(act, track.source_id)
            act.move(Status.RETURNED, track=fresh, derived=True)
        else:
            _set_nothing_approved(act, track.source_id)
            act.move(Status.WITHDRAWN, track=track, derived=True)


def _unappraise(act: Act, source_id: int) -> None:
    _set_stage(act, source_id, "appraised", None)


def _set_nothing_approved(act: Act, source_id: int) -> None:
    _set_stage(act, source_id, "approved", 0)


def _set_stage(act: Act, source_id: int, stage: str, amount: int | None) -> None:
    act.proposal.funding_lines.filter(source_id=source_id).update(**{stage: amount})
    for item in act.proposal.cost_items.all():
        item.shares.filter(source_id=source_id).update(**{stage: amount})
