"""Replace a member while the panel is open; votes of who leaves count no longer."""

from __future__ import annotations

import dataclasses

from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, permissions, text
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from projects.models import Panel, PanelMember, PanelVote
from projects.panels import conflicts, loading
from projects.panels.convening import Seat, faults_of_seats


@transaction.atomic
def replace(panel: Panel, member_id: int, seat: Seat, *, reason: str, by: User) -> PanelMember:
    """Another person on the same seat. Raises ``Refused``, ``NotAllowed`` or ``NotNow``."""
    panel = loading.locked(panel)
    if why := permissions.refusal(by, "projects.panel.change", panel):
        raise NotAllowed(why)
    loading.refuse_closed(panel)
    leaving = loading.member_of(panel, member_id)
    try:
        reason = text.clean(reason)
    except text.TextInputError as error:
        raise Refused(Fault(str(error), "reason")) from error
    seat = dataclasses.replace(seat, seat=leaving.seat)
    others = [
        Seat(row.full_name, row.seat, row.title, row.user)
        for row in panel.members.all()
        if row.pk != leaving.pk
    ]
    faults = faults_of_seats([*others, seat])
    if not reason:
        said = _("Nêu lý do thay, ví dụ số quyết định thay thành viên.")
        faults.append(Fault(said, "reason"))
    if faults:
        raise Refused(faults)
    votes = PanelVote.objects.filter(member=leaving).count()
    position, left = leaving.position, leaving.full_name
    leaving.delete()
    row = seat.row(position)
    row.panel = panel
    row.save()
    audit.record(
        "projects.panel.replace",
        panel,
        by=by,
        reason=reason[:300],
        changes={
            "member": position,
            "name": left,
            "by_name": row.full_name,
            "seat": row.seat,
            "votes_dropped": votes,
        },
    )
    panel = loading.whole(Panel.objects.filter(pk=panel.pk)).get()
    conflicts.settle(panel, by=by)
    return row
