"""A dossier with a long history, written in bulk: rounds, opinions, remarks, checks and trail."""

from __future__ import annotations

import copy
import datetime
from types import SimpleNamespace
from typing import Any

from khuyencong.core import audit, clock
from khuyencong.core.models import LegalDocument
from projects.models import (
    CheckRecord,
    FundingLine,
    Proposal,
    Remark,
    Review,
    Snapshot,
    Track,
)

HOUR = datetime.timedelta(hours=1)


def lengthen(proposal: Proposal, *, rounds: int, remarks: int, people: SimpleNamespace) -> None:
    """As if a submitted dossier had come back from its first step until this round was reached."""
    tracks = list(proposal.tracks.all())
    begun = clock.now() - rounds * 24 * HOUR
    first = proposal.snapshots.get(round=1)
    Snapshot.objects.bulk_create(_round(first, n, begun) for n in range(2, rounds + 1))
    _reviews(tracks, rounds, begun, people)
    checked = CheckRecord.objects.filter(proposal=proposal).latest("pk")
    CheckRecord.objects.bulk_create(
        CheckRecord(
            proposal=proposal,
            act="submission",
            round=n,
            checked_on=clock.today(),
            results=checked.results,
            recorded_at=begun + 24 * n * HOUR,
        )
        for n in range(2, rounds + 1)
    )
    _remarks(proposal, remarks, rounds, people)
    acts = [("projects.proposal.submit", proposal, {"round": n}) for n in range(2, rounds + 1)]
    acts += [("projects.remark.write", proposal, {"at": "Dự toán"})] * remarks
    audit.record_many(acts, by=people.sct)
    Track.objects.filter(proposal=proposal).update(round=rounds)
    Proposal.objects.filter(pk=proposal.pk).update(round=rounds)
    proposal.refresh_from_db()


def _round(first: Snapshot, number: int, begun: datetime.datetime) -> Snapshot:
    content = copy.deepcopy(first.content)
    content["goals"] = f"Nâng năng suất, bản {number}."
    for item in content["cost_items"]:
        item["unit_price"] += number * 1_000
    return Snapshot(
        proposal_id=first.proposal_id,
        round=number,
        content=content,
        sha256=f"{number:064x}",
        taken_at=begun + 24 * number * HOUR,
    )


def _reviews(tracks: list[Track], rounds: int, begun: datetime.datetime, people: Any) -> None:
    Review.objects.filter(track__in=tracks, verdict="").update(round=rounds)
    issuer = people.sct.organisation
    papers = LegalDocument.objects.bulk_create(
        LegalDocument(
            number=f"{n}/SCT-{tracks[0].proposal_id}",
            kind="letter",
            issuer=issuer,
            issuer_name=issuer.name,
            issued_on=clock.today(),
            year=clock.today().year,
        )
        for n in range(1, rounds)
    )
    made = []
    for track in tracks:
        steps = list(track.chain.steps.order_by("order"))
        for number in range(1, rounds):
            at = begun + 24 * number * HOUR
            for step in steps:
                made.append(
                    Review(
                        track=track,
                        step=step,
                        round=number,
                        organisation=issuer,
                        received_at=at,
                        decided_at=at + HOUR,
                        decided_by=people.sct,
                        verdict="return" if step is steps[-1] else "pass",
                        reason="Thiếu báo giá.",
                        document=papers[number - 1],
                    )
                )
    Review.objects.bulk_create(made)
    # The open one lies on the desk last.
    for review in Review.objects.filter(track__in=tracks, verdict=""):
        Review.objects.filter(pk=review.pk).update(received_at=clock.now())


def _remarks(proposal: Proposal, count: int, rounds: int, people: Any) -> None:
    at = clock.now()
    Remark.objects.bulk_create(
        Remark(
            proposal=proposal,
            round=1 + number % rounds,
            field="cost_items-0",
            label="Dòng 1: Thiết bị",
            text=f"Giải trình đơn giá, lần {number}.",
            is_internal=number % 5 == 0,
            organisation=people.sct.organisation,
            written_by=people.sct,
            written_at=at,
            resolved_by=None if number % 5 == 0 or number < 10 else people.sct,
            resolved_at=None if number % 5 == 0 or number < 10 else at,
        )
        for number in range(count)
    )


def queue_up(proposal: Proposal, count: int, start: int = 0) -> None:
    """As many dossiers more that wait where this one does, with its money."""
    parts = (Track, Review, FundingLine)
    kept = {model: [field.attname for field in _columns(model)] for model in (Proposal, *parts)}
    track = proposal.tracks.order_by("pk").first()
    review = track.reviews.get(verdict="")
    lines = list(proposal.funding_lines.all())

    def again(row: Any, **said: Any) -> Any:
        values = {name: getattr(row, name) for name in kept[type(row)]}
        return type(row)(**(values | said))

    numbers = range(start, start + count)
    made = Proposal.objects.bulk_create(
        again(proposal, code=f"{proposal.code}-{n}", form_key=None, audit_seq=0, audit_head="")
        for n in numbers
    )
    tracks = Track.objects.bulk_create(again(track, proposal_id=row.pk) for row in made)
    Review.objects.bulk_create(again(review, track_id=row.pk) for row in tracks)
    FundingLine.objects.bulk_create(
        again(line, proposal_id=row.pk) for row in made for line in lines
    )


def _columns(model: Any) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]
