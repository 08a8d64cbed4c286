"""Draw what each synthetic dossier is: everything random is decided here, and only here."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass

from khuyencong.core import money
from khuyencong.core.models import Place, User
from khuyencong.core.money import MILLION
from programmes.models import Activity
from projects.demo.bulk.scene import Lane, Scene
from projects.models import Enterprise, Proposal

Status = Proposal.Status
PROMISED = frozenset({Status.APPROVED, Status.CONTRACTED, Status.IN_PROGRESS})
SPREAD_DAYS = 60


@dataclass
class Plan:
    """One dossier: amounts in đồng; ``step`` is the step (from 0) where it lies or was decided."""

    title: str
    year: int
    outcome: str
    step: int
    lane: Lane
    officer: User
    activity: Activity
    commune: Place
    firm: Enterprise
    asked: int
    agreed: int
    own: int
    state_parts: list[int]
    own_parts: list[int]
    day: datetime.date

    @property
    def is_promised(self) -> bool:
        return self.outcome in PROMISED

    @property
    def is_appraised(self) -> bool:
        return self.is_promised or self.outcome == Status.IN_REVIEW


def draw(scene: Scene, count: int, seed: int) -> list[Plan]:
    return list(_drawn(scene, count, random.Random(seed)))


def _drawn(scene: Scene, count: int, dice: random.Random) -> Iterator[Plan]:
    outcomes, weights = zip(*scene.texts["outcomes"].items(), strict=True)
    titles, mark = scene.texts["titles"], scene.texts["mark"]
    years = list(scene.programme.years)
    parts = len(scene.texts["items"])
    for number in range(1, count + 1):
        outcome = dice.choices(outcomes, weights)[0]
        lane = dice.choice(scene.lanes)
        asked = dice.randrange(50, 600, 5) * MILLION
        own = dice.randrange(50, 900, 5) * MILLION
        shares = [dice.randint(1, 9) for _part in range(parts)]
        last = lane.approving
        yield Plan(
            title=f"{dice.choice(titles)} {number:05d} {mark}",
            year=dice.choice(years),
            outcome=outcome,
            step=last
            if outcome in PROMISED
            else dice.randint(1, last)
            if outcome == Status.IN_REVIEW
            else 0,
            lane=lane,
            officer=dice.choice(scene.officers),
            activity=dice.choice(scene.activities),
            commune=dice.choice(scene.communes),
            firm=dice.choice(scene.firms),
            asked=asked,
            agreed=asked * dice.choice((10, 10, 10, 9, 8)) // 10,
            own=own,
            state_parts=money.split(asked, shares),
            own_parts=money.split(own, shares),
            day=scene.opening + datetime.timedelta(days=dice.randrange(SPREAD_DAYS)),
        )
