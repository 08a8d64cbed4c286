"""Read a panel with its parts in a fixed number of queries, and lock it for an act."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from khuyencong.core.papers import Paper
from khuyencong.core.refusals import NotNow, Refused
from projects.models import Beneficiary, Panel, PanelItem, PanelMember


def whole(rows: QuerySet[Panel]) -> QuerySet[Panel]:
    members = PanelMember.objects.select_related(
        "user__organisation", "organisation", "enterprise"
    ).order_by("position", "pk")
    items = PanelItem.objects.select_related("proposal__implementing_unit", "proposal__programme")
    served = Beneficiary.objects.select_related("enterprise")
    return rows.select_related(
        "organisation", "province", "decision", "minutes", "closed_by"
    ).prefetch_related(
        Prefetch("members", members),
        Prefetch(
            "items",
            items.prefetch_related(
                "conflicts", "votes", Prefetch("proposal__beneficiaries", served)
            ),
        ),
    )


def locked(panel: Panel) -> Panel:
    """The panel as it is now that its turn has come; whoever writes to it holds this lock."""
    Panel.objects.select_for_update().get(pk=panel.pk)
    return whole(Panel.objects.filter(pk=panel.pk)).get()


def refuse_closed(panel: Panel) -> None:
    """What a panel concluded is frozen."""
    if panel.state == Panel.Status.CLOSED:
        raise NotNow(_("Hội đồng {code} đã kết luận, không sửa được nữa.").format(code=panel.code))


def drop_scan(paper: Paper) -> None:
    """A page sent twice brings its scan twice; the second copy would belong to nothing."""
    if paper.file is not None:
        paper.file.content.delete(save=False)
        paper.file.delete()


def member_of(panel: Panel, pk: int) -> PanelMember:
    found = next((row for row in panel.members.all() if row.pk == pk), None)
    if found is None:
        raise Refused(_("Người này không còn trong hội đồng. Mở lại trang hội đồng."))
    return found


def item_of(panel: Panel, pk: int) -> PanelItem:
    found = next((row for row in panel.items.all() if row.pk == pk), None)
    if found is None:
        raise Refused(_("Đề án này không thuộc hội đồng. Mở lại trang hội đồng."))
    return found
