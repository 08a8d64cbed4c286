"""Conflict of interest (xung đột lợi ích): found by the rule, or declared by the member.

While a panel is open the rule is asked anew each time, so that a beneficiary or a member who came
later counts at once; what stood when it closed is kept as rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, permissions, text
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from projects.models import (
    Beneficiary,
    Enterprise,
    Panel,
    PanelConflict,
    PanelItem,
    PanelMember,
)
from projects.panel_rules import seat_of
from projects.panels import loading

Pair = tuple[int, int]  # of an item and a member
LEFT = (Beneficiary.Status.WITHDRAWN, Beneficiary.Status.REPLACED)
REASON_MAX = 300


def _establishment(enterprise: Enterprise) -> int:
    """Records of one establishment that were merged are one."""
    return enterprise.merged_into_id or enterprise.pk


def by_rule(item: PanelItem, member: PanelMember) -> str | None:
    """Why this member has no vote on this dossier, by what the portal knows; None: nothing."""
    proposal = item.proposal
    offices = {row.lineage for row in _offices(member)}
    if proposal.implementing_unit.lineage in offices:
        return _("Công tác tại đơn vị thực hiện đề án")
    if member.user_id and member.user_id in {proposal.created_by_id, proposal.submitted_by_id}:
        return _("Đã lập hoặc trình đề án này")
    if member.enterprise is not None:
        own = _establishment(member.enterprise)
        for site in proposal.beneficiaries.all():
            if site.standing not in LEFT and _establishment(site.enterprise) == own:
                return _("Chủ hoặc người điều hành cơ sở thụ hưởng")
    return None


def _offices(member: PanelMember) -> Iterator[Any]:
    if member.organisation is not None:
        yield member.organisation
    if member.user is not None:
        yield member.user.organisation


def standing(panel: Panel) -> dict[Pair, str]:
    """The reason by item and member for every pair that has no vote."""
    items = list(panel.items.all())
    stored = {(row.item_id, row.member_id): row for item in items for row in item.conflicts.all()}
    if panel.state == Panel.Status.CLOSED:
        return {pair: row.reason for pair, row in stored.items()}
    found = {pair: row.reason for pair, row in stored.items() if not row.is_automatic}
    for item in items:
        for member in panel.members.all():
            pair = (item.pk, member.pk)
            if pair not in found and (reason := by_rule(item, member)):
                found[pair] = reason
    return found


def settle(panel: Panel, *, by: User) -> None:
    """Write down what the rule finds now, and take away what it no longer finds.

    The caller holds the panel's lock. A vote of a barred member stays as a row and is not counted.
    """
    with translation.override("vi"):
        wanted = {
            (item.pk, member.pk): reason
            for item in panel.items.all()
            for member in panel.members.all()
            if (reason := by_rule(item, member))
        }
    stored = {
        (row.item_id, row.member_id): row
        for item in panel.items.all()
        for row in item.conflicts.all()
    }
    gone = [row for pair, row in stored.items() if row.is_automatic and pair not in wanted]
    new = [pair for pair in wanted if pair not in stored]
    if not (gone or new):
        return
    PanelConflict.objects.filter(pk__in=[row.pk for row in gone]).delete()
    PanelConflict.objects.bulk_create(
        PanelConflict(
            item_id=item,
            member_id=member,
            reason=wanted[item, member],
            is_automatic=True,
            declared_at=clock.now(),
        )
        for item, member in new
    )
    changes = {
        "barred": [_named(panel, pair) for pair in new],
        "lifted": [_named(panel, (row.item_id, row.member_id)) for row in gone],
    }
    audit.record("projects.panel.bar", panel, by=by, changes=changes)


def _named(panel: Panel, pair: Pair) -> dict[str, Any]:
    item, member = pair
    seat = loading.member_of(panel, member)
    return {
        "member": seat.position,
        "name": seat.full_name,
        "proposal": loading.item_of(panel, item).proposal.code,
    }


@transaction.atomic
def declare(
    panel: Panel, item_id: int, reason: str, *, by: User, member_id: int | None = None
) -> None:
    """A member says so of a dossier; of who has no account it is recorded by the secretary.

    Said twice it is one row. Raises ``Refused``, ``NotAllowed`` or ``NotNow``.
    """
    panel = loading.locked(panel)
    member = seat_to_act_for(panel, member_id, by)
    loading.refuse_closed(panel)
    item = loading.item_of(panel, item_id)
    try:
        reason = text.clean(reason)
    except text.TextInputError as error:
        raise Refused(Fault(str(error), "reason")) from error
    if not reason:
        raise Refused(Fault(_("Nêu lý do, ví dụ: có người nhà làm chủ cơ sở."), "reason"))
    if len(reason) > REASON_MAX:
        raise Refused(
            Fault(_("Lý do dài quá {n} ký tự. Viết gọn lại.").format(n=REASON_MAX), "reason")
        )
    row, made = PanelConflict.objects.get_or_create(
        item=item,
        member=member,
        defaults={"reason": reason, "declared_by": by, "declared_at": clock.now()},
    )
    if not made and row.is_automatic:
        # The member's own word stands even when what the rule saw should go away.
        row.reason, row.is_automatic = reason, False
        row.declared_by, row.declared_at = by, clock.now()
        row.save()
    elif not made:
        return
    audit.record(
        "projects.panel.declare",
        panel,
        by=by,
        reason=reason,
        changes={
            "proposal": item.proposal.code,
            "member": member.position,
            "name": member.full_name,
            "seat": member.seat,
        },
    )


def seat_to_act_for(panel: Panel, member_id: int | None, by: User) -> PanelMember:
    """The person's own seat, or that of a member without account whom they may speak for."""
    if member_id is None:
        if reason := permissions.refusal(by, "projects.panel.vote", panel):
            raise NotAllowed(reason)
        seat = seat_of(by, panel)
        assert seat is not None
        return seat
    member = loading.member_of(panel, member_id)
    if reason := permissions.refusal(by, "projects.panel.record", panel, member):
        raise NotAllowed(reason)
    return member
