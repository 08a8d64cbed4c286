"""Cast votes: a member's own, or on paper of one without account. Open until the panel closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, text
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, Refused
from projects.models import Panel, PanelItem, PanelVote
from projects.panels import conflicts, loading

REMARK_MAX = 4000


@dataclass(frozen=True)
class Vote:
    """One mark on the ballot; no verdict means nothing is said on this dossier."""

    verdict: str = ""
    remark: str = ""


@transaction.atomic
def cast(
    panel: Panel, ballot: Mapping[int, Vote], *, by: User, member_id: int | None = None
) -> list[PanelVote]:
    """Write the ballot, item id -> vote, all of it or nothing; what stands already is left alone.

    ``member_id`` names a member without account. Raises ``Refused``, ``NotAllowed``, ``NotNow``.
    """
    panel = loading.locked(panel)
    member = conflicts.seat_to_act_for(panel, member_id, by)
    loading.refuse_closed(panel)
    conflicts.settle(panel, by=by)
    barred = conflicts.standing(panel)
    given = {pk: vote for pk, vote in ballot.items() if vote.verdict or vote.remark.strip()}
    faults, rows = [], []
    if not given:
        faults.append(Fault(_("Chọn ý kiến cho ít nhất một đề án.")))
    for pk, vote in given.items():
        item = loading.item_of(panel, pk)
        if reason := barred.get((item.pk, member.pk)):
            faults.append(
                Fault(
                    _("{name} không bỏ phiếu {code}: {reason}.").format(
                        name=member.full_name, code=item.proposal.code, reason=reason
                    ),
                    f"verdict-{pk}",
                )
            )
        elif vote.verdict not in PanelItem.Verdict.values:
            faults.append(
                Fault(
                    _("{code}: chọn một ý kiến.").format(code=item.proposal.code), f"verdict-{pk}"
                )
            )
        else:
            rows.append((item, vote.verdict, _clean(vote.remark, pk)))
    if faults:
        raise Refused(faults)
    written = [
        row for item, verdict, remark in rows if (row := _write(item, member, verdict, remark, by))
    ]
    if written:
        changes: dict[str, Any] = {
            "member": member.position,
            "name": member.full_name,
            "seat": member.seat,
            "votes": [
                {"proposal": row.item.proposal.code, "verdict": row.verdict} for row in written
            ],
            "recorded": member.user_id is None,
        }
        audit.record("projects.panel.vote", panel, by=by, changes=changes)
    return written


def _clean(remark: str, pk: int) -> str:
    try:
        cleaned = text.clean(remark, multiline=True)
    except text.TextInputError as error:
        raise Refused(Fault(str(error), f"remark-{pk}")) from error
    if len(cleaned) > REMARK_MAX:
        raise Refused(
            Fault(
                _("Nhận xét dài quá {n} ký tự. Viết gọn lại.").format(n=REMARK_MAX), f"remark-{pk}"
            )
        )
    return cleaned


def _write(item: PanelItem, member: Any, verdict: str, remark: str, by: User) -> PanelVote | None:
    """The member's one vote on the item; None where it says the same already."""
    stored = next((row for row in item.votes.all() if row.member_id == member.pk), None)
    if stored and (stored.verdict, stored.remark) == (verdict, remark):
        return None
    row = stored or PanelVote(item=item, member=member)
    row.item, row.verdict, row.remark = item, verdict, remark
    row.recorded_by, row.recorded_at = by, clock.now()
    row.save()
    return row
