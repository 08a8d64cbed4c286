"""The rounds of a dossier as versions: a short list without their contents, and two side by side.

A content is large, so only those that are compared are read.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from programmes.models import FundingSource, Target
from projects import comparison, snapshots
from projects.changes import Change
from projects.comparison import Content
from projects.models import Proposal, Review, Snapshot, Track

LAST_SHOWN = 5
NOW = "nay"


class Names(dict[str, str]):
    """What sources, papers and targets are called, by code.

    What the dossier carries now is loaded with it; what only an earlier round named is read when
    first asked.
    """

    def __init__(self, proposal: Proposal) -> None:
        super().__init__()
        self._programme_id = proposal.programme_id
        self._others: dict[str, str] | None = None
        for line in proposal.funding_lines.all():
            self[line.source.code] = line.source.short_name
        for claim in proposal.claims.all():
            self[claim.target.code] = claim.target.name
        for row in proposal.attachments.all():
            if row.requirement:
                self[row.requirement.code] = row.requirement.name

    def get(self, code: str, default: str | None = None) -> str | None:  # type: ignore[override]
        if code in self:
            return self[code]
        if self._others is None:
            targets = Target.objects.filter(programme_id=self._programme_id)
            self._others = dict(targets.values_list("code", "name"))
            self._others |= dict(FundingSource.objects.values_list("code", "short_name"))
        return self._others.get(code, default)


@dataclass(frozen=True)
class Compared:
    """Two rounds side by side; ``new_round`` None is the dossier as it reads now."""

    proposal: Proposal
    old: Content
    new: Content
    old_round: int
    new_round: int | None
    taken_on: datetime.date
    returned_on: datetime.date | None = None

    @cached_property
    def names(self) -> Names:
        return Names(self.proposal)

    @cached_property
    def changes(self) -> list[Change]:
        return comparison.between(self.old, self.new, self.names)

    @cached_property
    def not_kept(self) -> list[str]:
        return comparison.not_kept(self.old, self.new)

    @property
    def old_name(self) -> str:
        return round_name(self.old_round)

    @property
    def new_name(self) -> str:
        return round_name(self.new_round)


def round_name(number: int | None) -> str:
    return _("Lần {n}").format(n=number) if number else _("Hồ sơ hiện nay")


def listed(proposal: Proposal, limit: int | None = None) -> list[Snapshot]:
    """The rounds, newest first, without what they say."""
    return list(proposal.snapshots.defer("content").order_by("-round")[:limit])


def latest(proposal: Proposal, tracks: Iterable[Track] = ()) -> Compared | None:
    """The last round against the one before; None before the second."""
    two = list(proposal.snapshots.order_by("-round")[:2])
    if len(two) < 2:
        return None
    new, old = two
    return Compared(
        proposal,
        old.content,
        new.content,
        old.round,
        new.round,
        timezone.localdate(old.taken_at),
        _returned_on(tracks, old.round),
    )


def _returned_on(tracks: Iterable[Track], round: int) -> datetime.date | None:
    """The day of the return that ended a round; None where the unit took it back itself."""
    days = [
        review.decided_at
        for track in tracks
        for review in track.reviews.all()
        if review.verdict == Review.Verdict.RETURN and review.round == round
    ]
    return timezone.localdate(max(days)) if days else None


def side_by_side(proposal: Proposal, old: int, new: int | None) -> Compared | None:
    """Any two rounds, or a round and the dossier as it reads now; None where one is not there."""
    found = {row.round: row for row in proposal.snapshots.filter(round__in={old, new} - {None})}
    if old not in found or (new is not None and new not in found):
        return None
    said = found[new].content if new is not None else snapshots.content(proposal)
    taken = timezone.localdate(found[old].taken_at)
    return Compared(proposal, found[old].content, said, old, new, taken)
