"""Who may read how the votes fell, on the panel's page and in its minutes."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from khuyencong.core.models import User
from projects.models import Panel, PanelItem
from projects.panel_rules import seat_of
from projects.panels import conflicts
from projects.panels.conflicts import Pair


def may_see_votes(user: User, panel: Panel, item: PanelItem, barred: Mapping[Pair, str]) -> bool:
    """Neither the unit whose dossier it is nor a member who has no vote on it."""
    if user.organisation.lineage == item.proposal.implementing_unit.lineage:
        return False
    seat = seat_of(user, panel)
    return seat is None or (item.pk, seat.pk) not in barred


def why_no_minutes(
    user: User, panel: Panel, barred: Mapping[Pair, str] | None = None
) -> str | None:
    """Minutes are of all dossiers at once: who is barred from one waits for the conclusion."""
    if panel.state == Panel.Status.CLOSED:
        return None
    barred = conflicts.standing(panel) if barred is None else barred
    if all(may_see_votes(user, panel, item, barred) for item in panel.items.all()):
        return None
    return _(
        "Bạn có xung đột lợi ích ở một đề án của hội đồng này, nên chỉ in được biên bản sau khi "
        "hội đồng kết luận."
    )
