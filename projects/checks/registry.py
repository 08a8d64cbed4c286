"""THE list of checks, in the order in which they are read, and the one way to run them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from projects.checks import (
    ceiling,
    counterpart,
    deadline,
    eligibility,
    eligible_share,
    norm_on_record,
    raised_ceiling,
    room,
    sector,
    sums,
    supported_before,
)
from projects.checks.case import Case
from projects.checks.facts import Facts, gather
from projects.checks.outcome import Check, Outcome, Stage

ALWAYS: tuple[Stage, ...] = ("submission", "appraisal", "approval")


@dataclass(frozen=True)
class Rule:
    """A check and the acts at which it is made."""

    check: Callable[[Case, Facts], Iterator[Check]]
    stages: tuple[Stage, ...] = ALWAYS


REGISTRY: tuple[Rule, ...] = (
    Rule(ceiling.check),
    Rule(eligible_share.check),
    Rule(raised_ceiling.check),
    Rule(norm_on_record.check),
    Rule(sums.check),
    # At approval the ledger itself refuses what the cell does not have.
    Rule(room.check, ("submission", "appraisal")),
    Rule(counterpart.check),
    Rule(eligibility.check),
    Rule(sector.check),
    Rule(supported_before.check),
    Rule(deadline.check, ("submission",)),
)


def run(case: Case, day: datetime.date, stage: Stage = "submission") -> Outcome:
    """Every check of the stage under the law of ``day``; at most five questions to the database."""
    return judge(case, gather(case, day, stage))


def judge(case: Case, facts: Facts) -> Outcome:
    """The checks under facts that are known already; asks the database nothing."""
    checks = [
        _answered(check, facts)
        for rule in REGISTRY
        if facts.stage in rule.stages
        for check in rule.check(case, facts)
    ]
    return Outcome(day=facts.day, stage=facts.stage, checks=checks)


def _answered(check: Check, facts: Facts) -> Check:
    """A warning with the reason that was written for it."""
    if check.level != "warning":
        return check
    return replace(check, justification=facts.answers.get((check.code, check.subject)))
