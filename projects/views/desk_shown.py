"""Parts of the dossier as the desk shows them: each place with what was said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from projects import findings, remark_places
from projects.checks import Outcome
from projects.checks.outcome import PASS
from projects.firing import Option
from projects.models import FundingLine, Proposal, Review, Track
from projects.remarks import Shown
from projects.views.dossier import cost_table

OPINIONS_SHOWN: Final = 10
_PROSE: Final = ("necessity", "goals", "content", "organisation_plan", "effect")


@dataclass(frozen=True)
class Place:
    """A place of the dossier: how it is called, what stands there, how much was said of it."""

    field: str
    label: str
    said: str = ""
    count: int = 0
    first: int = 0
    row: Any = None


def _place(field: str, label: str, remarks: Shown, said: str = "", row: Any = None) -> Place:
    count, first = remarks.counts.get(field, 0), remarks.first.get(field, 0)
    return Place(field, label, said, count, first, row)


def cost_rows(proposal: Proposal, remarks: Shown) -> list[Place]:
    return [
        _place(f"cost_items-{n}", row["item"].name, remarks, row=row)
        for n, row in enumerate(cost_table(proposal)["rows"])
    ]


def facts(proposal: Proposal, remarks: Shown) -> list[Place]:
    """The short answers, each with its place."""
    beneficiaries = "; ".join(row.enterprise.name for row in proposal.beneficiaries.all())
    activities = "; ".join(
        f"{row.activity.code} {row.activity.name}" for row in proposal.activities.all()
    )
    places = "; ".join(str(row) for row in proposal.places.all())
    starts, ends = (
        f"{day:%d/%m/%Y}" if day else "–" for day in (proposal.starts_on, proposal.ends_on)
    )
    told = (
        ("title", proposal.title),
        ("implementing_unit", proposal.implementing_unit.name),
        ("partner", proposal.partner),
        ("kind", proposal.get_kind_display()),
        ("beneficiaries", beneficiaries),
        ("activities", activities),
        ("places", places),
        ("starts_on", starts),
        ("ends_on", ends),
        ("expected_output", proposal.expected_output),
        ("objectives", "; ".join(row.text for row in proposal.objectives.all())),
        ("attachments", ""),
    )
    return [_place(field, _label(field), remarks, said) for field, said in told if said]


def prose(proposal: Proposal, remarks: Shown) -> list[Place]:
    return [
        _place(field, _label(field), remarks, said)
        for field in _PROSE
        if (said := getattr(proposal, field))
    ]


def _label(field: str) -> str:
    return remark_places.label_of(field, {}) or field


def criteria(asked: list[findings.Asked], sent: Any) -> list[dict[str, Any]]:
    """The criteria with the radio that is on: as sent, else as stored."""
    found = []
    for row in asked:
        name = f"criterion-{row.criterion.pk}"
        if sent is not None and (name in sent or f"{name}-remark" in sent):
            verdict, remark = sent.get(name, ""), sent.get(f"{name}-remark", "")
        else:
            verdict = row.finding.verdict if row.finding else ""
            remark = row.finding.remark if row.finding else ""
        found.append(
            {
                "row": row,
                "name": name,
                "verdict": verdict,
                "remark": remark,
                "choices": findings.Verdict.choices,
            }
        )
    return found


def passed(outcome: Outcome | None) -> int:
    """How many of the machine's checks were measured and found in order."""
    checks = outcome.checks if outcome else []
    return sum(check.level == PASS and not check.is_unchecked for check in checks)


def failing(outcome: Outcome | None) -> list[str]:
    """What is not in order, by name, the heaviest first."""
    checks = outcome.by_weight if outcome else []
    return [check.title for check in checks if check.level != PASS or check.is_unchecked]


def judged(criteria: list[dict[str, Any]]) -> int:
    return sum(bool(row["verdict"]) for row in criteria)


def allotted(proposal: Proposal, options: list[Option]) -> list[FundingLine]:
    """The approved amounts of the sources whose detailed allotment is looked at: to be read."""
    sources = {row.source_id for found in options if found.verb == "clear" for row in found.tracks}
    return [line for line in proposal.funding_lines.all() if line.source_id in sources]


def opinions(all_tracks: list[Track]) -> list[Review]:
    """What offices said before, oldest first; the trail has them all."""
    spoken = [
        review
        for track in all_tracks
        for review in track.reviews.all()
        if review.verdict not in ("", *Review.VOID) or review.proposed
    ]
    ordered = sorted(spoken, key=lambda review: review.decided_at or review.proposed_at)
    return ordered[-OPINIONS_SHOWN:]
