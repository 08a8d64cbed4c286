"""What a changed row of the list makes of its draft, and what the checks would newly say of it."""

from __future__ import annotations

import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from khuyencong.core import clock
from projects.checks import Case, Outcome, figures, sums
from projects.checks.facts import Facts, gather
from projects.checks.registry import judge
from projects.drafts import CostRow, Draft
from projects.drafts.again import cost_rows
from projects.exchange import plan_sheet
from projects.exchange.plan_sheet import SHARE
from projects.models import Proposal

DAYS: Final = frozenset({"starts_on", "ends_on"})


def made(proposal: Proposal, values: dict[str, Any]) -> tuple[Draft, list[str]]:
    """The draft of a row, and in words which cost lines go along with its money.

    The cost line goes along where the source has one share that was all its money; which line
    is meant is not for us to guess otherwise.
    """
    fields = {
        name: _day(values[name]) if name in DAYS else values[name]
        for name in plan_sheet.EDITABLE
        if name in values
    }
    shares = _shares(values)
    if not shares:
        return Draft(fields=fields), []
    before = _asked(proposal)
    rows, said = cost_rows(proposal), []
    for code, amount in shares.items():
        holding = [(number, row) for number, row in enumerate(rows, 1) if row.shares.get(code)]
        if len(holding) == 1 and amount:
            number, row = holding[0]
            if row.shares[code] == before.get(code, 0) != amount:
                said.append(_followed(number, row, amount, proposal, code))
                row.shares[code] = amount
    draft = Draft(fields=fields, funding=_funding(proposal, shares))
    if said:
        draft.cost_rows = rows
    return draft, said


def foreseen(proposal: Proposal, values: dict[str, Any], *, whole: bool) -> list[str]:
    """Sentences for the preview of a row that changes money: what follows, what will not fit.

    ``whole`` runs every check (some queries a dossier); else only the sums, which ask for nothing.
    """
    draft, said = made(proposal, values)
    if draft.funding is None:
        return []
    now, then = Case.of(proposal), Case.of_draft(proposal, draft)
    day = clock.today()
    facts = gather(then, day, "submission") if whole else Facts(day, "submission")
    known = {(check.code, check.subject) for check in _open(_judged(now, facts, whole=whole))}
    changed = _shares(values).keys()
    for check in _open(_judged(then, facts, whole=whole)):
        if check.code == "sums" and check.source:
            if check.source in changed and then.items:
                said.append(_unfit(then, check.source))
        elif (check.code, check.subject) not in known:
            said.append(check.sentence)
    return said


def _judged(case: Case, facts: Facts, *, whole: bool) -> Outcome:
    if whole:
        return judge(case, facts)
    return Outcome(facts.day, facts.stage, list(sums.check(case, facts)))


def _open(outcome: Outcome) -> list[Any]:
    return [*outcome.errors, *outcome.unanswered]


def _followed(number: int, row: CostRow, amount: int, proposal: Proposal, code: str) -> str:
    names = {line.source.code: line.source.name for line in proposal.funding_lines.all()}
    return _(
        "Dòng dự toán {n} «{name}», {source}: {old} → {new} triệu đồng, sửa cùng danh mục."
    ).format(
        n=number,
        name=row.name[:80],
        source=names.get(code, code),
        old=figures.bare(row.shares[code]),
        new=figures.bare(amount),
    )


def _unfit(case: Case, code: str) -> str:
    return _(
        "{source}: dự toán {shares}, phân kỳ {lines} triệu đồng: sửa bảng dự toán sau khi nhập."
    ).format(
        source=case.sources[code].name,
        shares=figures.bare(sum(item.shares.get(code, 0) for item in case.items)),
        lines=figures.bare(sum(line.amount for line in case.lines if line.source == code)),
    )


def _shares(values: dict[str, Any]) -> dict[str, int]:
    return {
        code.removeprefix(SHARE): amount or 0
        for code, amount in values.items()
        if code.startswith(SHARE)
    }


def _asked(proposal: Proposal) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in proposal.funding_lines.all():
        found[line.source.code] = found.get(line.source.code, 0) + line.requested
    return found


def _funding(proposal: Proposal, shares: dict[str, int]) -> dict[tuple[str, int], int]:
    """All lines as they are, but for sources of one year that the list gave another amount."""
    found = {(line.source.code, line.year): line.requested for line in proposal.funding_lines.all()}
    for code, amount in shares.items():
        years = [year for (one, year), asked in found.items() if one == code and asked]
        found[code, years[0] if years else proposal.plan_year] = amount
    return found


def _day(value: Any) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if value else None
