"""What the panel's work means for a dossier: shown to its readers, and asked by the appraisal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count as CountRows
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from projects.models import (
    Panel,
    PanelConflict,
    PanelItem,
    PanelMember,
    PanelVote,
    Proposal,
    Review,
)
from projects.panels.counting import Count

if TYPE_CHECKING:
    from projects.act import Act

Verdict = PanelItem.Verdict


@dataclass(frozen=True)
class PanelResult:
    """The panel that considers or considered this round of a dossier, and what came of it."""

    panel: Panel
    item: PanelItem
    counts: str  # in words; empty for who may not know
    is_seen: bool  # whether the reader may open the panel's own page

    @property
    def is_open(self) -> bool:
        return self.panel.state == Panel.Status.OPEN

    @property
    def code(self) -> str:
        return self.panel.code

    @property
    def verdict(self) -> str:
        return self.item.verdict

    @property
    def verdict_label(self) -> str:
        return str(self.item.get_verdict_display())

    @property
    def note(self) -> str:
        return self.item.note


def item_of(proposal: Proposal) -> PanelItem | None:
    """The latest panel's item for the dossier's present round."""
    return _of_round(proposal).order_by("-panel").first()


def _of_round(proposal: Proposal) -> QuerySet[PanelItem]:
    rows = PanelItem.objects.filter(proposal=proposal, round=proposal.round)
    return rows.select_related("panel__organisation", "panel__minutes")


def of(proposal: Proposal, reader: User | None = None) -> PanelResult | None:
    """For ``reader`` (None: whoever sees all). One query, whether there was a panel or not.

    The implementing unit gets the verdict and the note, never how the votes fell.
    """
    may_see = Panel.objects.all() if reader is None else Panel.objects.visible_to(reader)
    item = _items(proposal, may_see).first()
    if item is None:
        return None
    of_the_unit = (
        reader is not None and reader.organisation.lineage == proposal.implementing_unit.lineage
    )
    told = item.seen and not of_the_unit
    return PanelResult(item.panel, item, _count(item).text if told else "", item.seen)


def _items(proposal: Proposal, may_see: QuerySet[Panel]) -> QuerySet[PanelItem]:
    """The items, latest panel first, with how the votes fell as it is kept."""
    conflicts = PanelConflict.objects.filter(item=OuterRef("pk"))
    barred = PanelConflict.objects.filter(item=OuterRef("item"), member=OuterRef("member"))
    votes = PanelVote.objects.filter(~Exists(barred), item=OuterRef("pk"))
    members = PanelMember.objects.filter(panel=OuterRef("panel"))
    return (
        _of_round(proposal)
        .annotate(
            seen=Exists(may_see.filter(pk=OuterRef("panel"))),
            barred=_number(conflicts, "item", "member"),
            seats=_number(members, "panel"),
            **{
                f"said_{verdict}": _number(votes.filter(verdict=verdict), "item")
                for verdict in Verdict.values
            },
        )
        .order_by("-panel")
    )


def _number(rows: QuerySet[Any], by: str, of: str = "pk") -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=CountRows(of, distinct=True)).values("n")
    return Coalesce(Subquery(counted), 0)


def _count(item: PanelItem) -> Count:
    said = {verdict: getattr(item, f"said_{verdict}") for verdict in Verdict.values}
    return Count(
        agree=said[Verdict.AGREE],
        supplement=said[Verdict.SUPPLEMENT],
        disagree=said[Verdict.DISAGREE],
        barred=item.barred,
        silent=item.seats - item.barred - sum(said.values()),
    )


def faults(act: Act) -> Iterator[Fault]:
    """Guard of ``pass`` and ``conclude``: the office waits for its panel, and answers it."""
    if act.review is None:
        return
    item = item_of(act.proposal)
    if item is None or item.panel.organisation.lineage != act.review.organisation.lineage:
        return
    name = f"{item.panel.name} ({item.panel.code})"
    if item.panel.state == Panel.Status.OPEN:
        yield Fault(_("Hội đồng chưa kết luận: {panel}.").format(panel=name))
        return
    if act.review.proposed == Review.Verdict.REFUSE:
        return  # the head concludes a refusal: nothing is agreed to against the panel
    differs = item.verdict not in ("", Verdict.AGREE)
    if differs and not (act.reason.strip() or act.review.reason.strip()):
        yield Fault(
            _("{panel} kết luận «{verdict}». Nêu lý do cơ quan vẫn đồng ý.").format(
                panel=name, verdict=item.get_verdict_display()
            ),
            "reason",
        )
