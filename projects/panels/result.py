"""What the panel's work means for a dossier: shown to its readers, and asked by the appraisal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count as CountRows
from django.utils.translation import gettext as _

from khuyencong.core.models import User
from khuyencong.core.refusals import Fault
from projects.models import Panel, PanelConflict, PanelItem, PanelVote, Proposal, Review
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
    rows = PanelItem.objects.filter(proposal=proposal, round=proposal.round)
    return rows.select_related("panel__organisation", "panel__minutes").order_by("-panel").first()


def of(proposal: Proposal, reader: User | None = None) -> PanelResult | None:
    """For ``reader`` (None: whoever sees all). One query where there was no panel, else four.

    The implementing unit gets the verdict and the note, never how the votes fell.
    """
    item = item_of(proposal)
    if item is None:
        return None
    panel = item.panel
    seen = reader is None or Panel.objects.visible_to(reader).filter(pk=panel.pk).exists()
    of_the_unit = (
        reader is not None and reader.organisation.lineage == proposal.implementing_unit.lineage
    )
    told = seen and not of_the_unit
    return PanelResult(panel, item, _count(item).text if told else "", seen)


def _count(item: PanelItem) -> Count:
    """From the rows as they are kept: nothing is worked out anew for a glance."""
    out = set(PanelConflict.objects.filter(item=item).values_list("member", flat=True))
    votes = dict(
        PanelVote.objects.filter(item=item)
        .exclude(member__in=out)
        .values_list("verdict")
        .annotate(n=CountRows("pk"))
    )
    members = item.panel.members.count()
    return Count(
        agree=votes.get(Verdict.AGREE, 0),
        supplement=votes.get(Verdict.SUPPLEMENT, 0),
        disagree=votes.get(Verdict.DISAGREE, 0),
        barred=len(out),
        silent=members - len(out) - sum(votes.values()),
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
