"""One drawn dossier on its way into the database."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.utils import timezone

from projects.demo.bulk.plans import Plan
from projects.demo.bulk.story import Papers
from projects.demo.bulk.trail import Trail
from projects.models import FundingLine, Proposal, Review, Track

MORNING = datetime.time(9)


@dataclass
class Dossier:
    """A drawn dossier on its way into the database."""

    plan: Plan
    proposal: Proposal
    state_line: FundingLine | None = None
    own_line: FundingLine | None = None
    track: Track | None = None
    papers: Papers = field(default_factory=Papers)
    reviews: list[Review] = field(default_factory=list)
    trail: Trail | None = None


def morning(day: datetime.date) -> datetime.datetime:
    """When an office opens on a day."""
    return timezone.make_aware(datetime.datetime.combine(day, MORNING))
