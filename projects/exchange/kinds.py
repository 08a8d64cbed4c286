"""The kinds of import by their code."""

from __future__ import annotations

from typing import Final

from projects.annual.changes import AnnualChanges
from projects.exchange.enterprises import Enterprises
from projects.exchange.kind import Kind
from projects.exchange.plan_changes import PlanChanges
from projects.exchange.proposals import Proposals
from projects.models import ImportRun

REGISTRY: Final[dict[str, type[Kind]]] = {
    ImportRun.Kind.ENTERPRISES: Enterprises,
    ImportRun.Kind.PROPOSALS: Proposals,
    ImportRun.Kind.PLAN: PlanChanges,
    ImportRun.Kind.ANNUAL: AnnualChanges,
}


def of(run: ImportRun) -> Kind:
    """The kind of a run, for who ordered it."""
    return REGISTRY[run.kind](run.ordered_by, run.programme)
