"""Draw and write any number of synthetic dossiers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from django.db import transaction

from budgets import actions as budget_actions
from budgets.models import Cell
from khuyencong.core import clock
from khuyencong.core.papers import Paper
from programmes.models import Programme
from projects.demo.bulk import decided, plans, scene, writing
from projects.demo.bulk.plans import Plan
from projects.demo.bulk.scene import Scene

BATCH = 500
DOSSIERS_A_FIRM = 10


def make(
    programme: Programme, count: int, seed: int, told: Callable[[int], None] = lambda done: None
) -> None:
    """Add ``count`` dossiers to a programme; all or nothing. ``told`` hears how many are done."""
    with transaction.atomic():
        stage = scene.find(programme)
        scene.add_firms(stage, max(10, count // DOSSIERS_A_FIRM))
        drawn = plans.draw(stage, count, seed)
        _allot(stage, drawn)
        for start in range(0, count, BATCH):
            with clock.at(stage.opening + decided.DECIDED_AFTER):
                writing.write(stage, drawn[start : start + BATCH])
            told(min(start + BATCH, count))


def _allot(stage: Scene, drawn: list[Plan]) -> None:
    """Give the cells exactly what these dossiers will commit."""
    amounts: dict[Cell, int] = defaultdict(int)
    for plan in drawn:
        if plan.is_promised:
            amounts[stage.cells[plan.lane.source.pk, plan.year]] += plan.agreed
    if not amounts:
        return
    issuer = stage.lanes[-1].offices[stage.lanes[-1].approving]
    with clock.at(stage.opening):
        budget_actions.allocate(
            stage.programme,
            dict(amounts),
            paper=Paper(
                number=stage.number("allocate", issuer),
                issued_on=stage.opening,
                title=stage.texts["mark"],
            ),
            issuer=issuer,
            by=stage.specialist,
            note=stage.texts["mark"],
        )
