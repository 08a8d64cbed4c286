"""The checks at an act: its own figures, the law of its own day, and what is kept of it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from khuyencong.core import clock
from khuyencong.core.refusals import Fault
from projects import amount_input, loading
from projects.checks.case import Case
from projects.checks.facts import gather_all
from projects.checks.outcome import ERROR, Outcome, Stage
from projects.checks.registry import judge, run
from projects.models import CheckedNorm, CheckRecord, Review

if TYPE_CHECKING:
    from projects.act import Act

Verdict = Review.Verdict
STAGES: dict[str, Stage] = {
    "submit": "submission",
    "pass": "appraisal",
    "conclude": "appraisal",
    "approve": "approval",
}
RECORDED: dict[str, Stage] = {Verdict.PASS: "appraisal", Verdict.APPROVE: "approval"}
# The guard on complete dossiers says these in its own words, and more exactly.
SAID_ELSEWHERE = frozenset({"sums", "pledge"})


def stage_of(act: Act) -> Stage | None:
    """What the act is to the law: None where no money is asked, agreed or given."""
    if act.track is not None and not act.gives_amounts:
        return None
    if act.verb == "record_decision":
        return RECORDED.get(act.data.get("verdict", ""))
    return STAGES.get(act.verb)


def day_of(act: Act) -> datetime.date:
    """The day whose law applies: a decision's own date, an outside paper's date, else today."""
    dated = act.verb in {"approve", "record_decision"} and act.paper.issued_on
    return act.paper.issued_on if dated else clock.today()


def outcome_of(act: Act) -> Outcome | None:
    """The checks of an act, made once; None where there is nothing to check."""
    stage = stage_of(act)
    if stage is None:
        return None
    if act.checked is None:
        outcome = run(_case(act, stage), day_of(act), stage)
        if stage != "submission":
            # Who appraises or decides gives one reason for all that is out of the ordinary.
            outcome = outcome.explained(act.reason.strip(), act.paper.number)
        act.checked = outcome
    return act.checked


def check_all(acts: Sequence[Act]) -> None:
    """The same for acts of one day and stage on many dossiers, in as many questions as for one."""
    stage = stage_of(acts[0]) if acts else None
    if stage is None:
        return
    loading.name_parties(*(act.proposal for act in acts))
    cases = {
        act.proposal.pk: _case(act, stage) for act in acts if not any(amount_input.faults(act))
    }
    known = gather_all(list(cases.values()), day_of(acts[0]), stage)
    for act in acts:
        if case := cases.get(act.proposal.pk):
            outcome = judge(case, known[act.proposal.pk])
            act.checked = outcome.explained(act.reason.strip(), act.paper.number)


def _case(act: Act, stage: Stage) -> Case:
    loading.name_parties(act.proposal)
    if stage == "submission":
        return Case.of(act.proposal)
    amounts = amount_input.given(act)
    parts = amount_input.parts_of(act, sum(amounts.values()))
    case = Case.of(act.proposal, amounts=amounts, shares={share.pk: part for share, part in parts})
    return case.for_sources([act.track.source.code])


def faults(act: Act) -> Iterator[Fault]:
    """What the law of the day has against the act; silent while its amounts cannot be read."""
    if act.track is not None and any(amount_input.faults(act)):
        return
    outcome = outcome_of(act)
    if outcome is None:
        return
    told = {
        check.sentence
        for check in outcome.checks
        if check.code in SAID_ELSEWHERE and check.level == ERROR and act.track is None
    }
    for fault in outcome.faults():
        if fault.message not in told:
            yield fault


def keep(act: Act) -> CheckRecord | None:
    """Write what was checked beside the act, in its transaction, with the norms it rests on."""
    outcome = act.checked or outcome_of(act)
    if outcome is None:
        return None
    record = CheckRecord(
        proposal=act.proposal,
        track=act.track,
        act=outcome.stage,
        round=act.track.round if act.track else act.proposal.round,
        checked_on=outcome.day,
        results=outcome.as_data(),
        recorded_at=clock.now(),
    )
    act.writes.add(record)
    for norm_id in outcome.norm_ids:
        act.writes.add(CheckedNorm(record=record, norm_id=norm_id))
    if outcome.warnings:
        act.changes["explained"] = len(outcome.warnings)
    return record
