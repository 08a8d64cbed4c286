"""The one-click fix of a check: less of the state's money, as much more of the establishments'.

What each line costs stays, so that lines, sources and years still agree afterwards.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core.models import User
from khuyencong.core.refusals import Refused
from programmes.models import FundingSource
from projects import drafts
from projects.checks import Check
from projects.drafts import CostRow, Draft
from projects.drafts.again import cost_rows
from projects.models import Proposal

# A cell's room is a matter of one year; the rest is about an activity's lines.
BY_YEAR = "room"


def is_fixable(check: Check) -> bool:
    """Whether one click can do it: something to take away, from lines that are known."""
    return bool(check.reduce_by and check.source and "." in check.subject)


def reduced(proposal: Proposal, check: Check) -> Draft:
    """The cost lines and the phasing after the fix, not saved. Raises ``Refused``."""
    other = _counterpart(proposal)
    rows = cost_rows(proposal)
    moved = _move_shares(proposal, rows, check, other)
    funding = {
        (line.source.code, line.year): line.requested for line in proposal.funding_lines.all()
    }
    left = moved
    for year in _years(funding, check):
        part = min(left, funding[check.source, year])
        funding[check.source, year] -= part
        funding[other, year] = funding.get((other, year), 0) + part
        left -= part
    if moved < check.reduce_by or left:
        raise Refused(_("Không tự giảm được: dự toán và phân kỳ chưa khớp. Sửa ở phần Dự toán."))
    return Draft(cost_rows=rows, funding=funding)


def apply(proposal: Proposal, check: Check, *, by: User, expected_version: int | None) -> Proposal:
    """Save the fix as an edit like any other."""
    draft = reduced(proposal, check)
    return drafts.save(proposal, draft, by=by, expected_version=expected_version)


def _counterpart(proposal: Proposal) -> str:
    """Where the rest of the cost goes: the other money the record has, else the first there is."""
    used = [line.source for line in proposal.funding_lines.all() if not line.source.is_state]
    found = used[0] if used else FundingSource.objects.filter(is_state=False).first()
    if found is None:
        raise Refused(_("Danh mục chưa có nguồn vốn ngoài ngân sách. Báo quản trị viên của cổng."))
    return found.code


def _move_shares(proposal: Proposal, rows: list[CostRow], check: Check, other: str) -> int:
    """Take the amount from the largest lines first; gives what could be taken, in đồng."""
    activity = "" if check.code == BY_YEAR else check.subject.split(".")[0]
    alone = len(proposal.activities.all()) == 1
    touched = [
        row for row in rows if not activity or row.activity_code == activity or (alone and activity)
    ]
    moved = 0
    for row in sorted(touched, key=lambda row: -row.shares.get(check.source, 0)):
        part = min(check.reduce_by - moved, row.shares.get(check.source, 0))
        if part:
            row.shares[check.source] -= part
            row.shares[other] = row.shares.get(other, 0) + part
            moved += part
    return moved


def _years(funding: dict[tuple[str, int], int], check: Check) -> list[int]:
    """The years to take it from: the one named, else the last first."""
    if check.code == BY_YEAR:
        named = int(check.subject.split(".")[1])
        return [named] if (check.source, named) in funding else []
    return sorted((year for code, year in funding if code == check.source), reverse=True)
