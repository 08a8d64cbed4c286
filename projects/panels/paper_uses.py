"""Papers of panels in the register of documents: what rests on them, and who may not read them."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q
from django.utils.translation import gettext as _

from khuyencong.core.documents import hides, tells_uses
from khuyencong.core.models import User
from projects.models import Panel


@hides
def panels_of_others(user: User) -> Q:
    """Minutes may say who voted how: they are for those who may open the panel's page."""
    seen = Panel.objects.visible_to(user)
    return (
        Q(pk__in=Panel.objects.values("decision"))
        | Q(pk__in=Panel.objects.filter(minutes__isnull=False).values("minutes"))
    ) & ~(
        Q(pk__in=seen.values("decision"))
        | Q(pk__in=seen.filter(minutes__isnull=False).values("minutes"))
    )


@tells_uses
def panels_papered(ids: list[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    rows = Panel.objects.filter(Q(decision__in=ids) | Q(minutes__in=ids)).order_by("pk")
    for code, decision, minutes in rows.values_list("code", "decision", "minutes"):
        if decision in ids:
            found[decision].append(_("Lập hội đồng {code}").format(code=code))
        if minutes in ids:
            found[minutes].append(_("Biên bản hội đồng {code}").format(code=code))
    return found
