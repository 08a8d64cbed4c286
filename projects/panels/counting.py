"""What the votes on a dossier come to. Nobody gives points.

The law names no quorum: this keeps to a simple majority, more than half of the members who have a
vote on the dossier must have voted, and a verdict is what more than half of the valid votes say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from projects.models import Panel, PanelItem
from projects.panels.conflicts import Pair

Verdict = PanelItem.Verdict


@dataclass(frozen=True)
class Count:
    """Valid votes by verdict; ``barred`` members have none, ``silent`` ones have not voted."""

    agree: int
    supplement: int
    disagree: int
    barred: int
    silent: int

    @property
    def cast(self) -> int:
        return self.agree + self.supplement + self.disagree

    @property
    def voters(self) -> int:
        return self.cast + self.silent

    @property
    def is_quorate(self) -> bool:
        return self.cast * 2 > self.voters

    @property
    def verdict(self) -> str:
        """What more than half of the valid votes say; empty on a tie or without a quorum."""
        if not self.is_quorate:
            return ""
        for verdict in Verdict:
            if getattr(self, verdict.value) * 2 > self.cast:
                return verdict.value
        return ""

    @property
    def text(self) -> str:
        """«5 đồng ý, 1 bổ sung, 1 không bỏ phiếu vì xung đột lợi ích»."""
        said = (
            (self.agree, _("{n} đồng ý")),
            (self.supplement, _("{n} bổ sung")),
            (self.disagree, _("{n} không đồng ý")),
            (self.silent, _("{n} chưa bỏ phiếu")),
            (self.barred, _("{n} không bỏ phiếu vì xung đột lợi ích")),
        )
        return ", ".join(words.format(n=n) for n, words in said if n) or _("chưa có phiếu")


def of(panel: Panel, item: PanelItem, barred: Mapping[Pair, str]) -> Count:
    """``barred`` as ``conflicts.standing`` gives it: votes of these pairs are void."""
    members = [row.pk for row in panel.members.all()]
    out = {pk for pk in members if (item.pk, pk) in barred}
    votes = [row.verdict for row in item.votes.all() if row.member_id not in out]
    return Count(
        agree=votes.count(Verdict.AGREE),
        supplement=votes.count(Verdict.SUPPLEMENT),
        disagree=votes.count(Verdict.DISAGREE),
        barred=len(out),
        silent=len(members) - len(out) - len(votes),
    )
