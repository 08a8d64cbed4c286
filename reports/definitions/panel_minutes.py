"""Biên bản họp hội đồng: who sat, which dossiers, how many votes, who had none, what was said."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from khuyencong.core.text import fold
from khuyencong.core.vndates import long_date
from projects.models import Panel, PanelMember
from projects.panels import conflicts, counting, loading
from reports import papers
from reports.panel_form import PanelMinutesForm
from reports.registry import Report, register

Seat = PanelMember.Seat


@register
class PanelMinutes(Report):
    code = "panel-minutes"
    title = gettext_lazy("Biên bản họp hội đồng thẩm định")
    purpose = gettext_lazy("Thành viên, đề án, số phiếu, xung đột lợi ích, kết luận")
    group = gettext_lazy("Thẩm định")
    template = "reports/print/panel_minutes.html"
    form_class = PanelMinutesForm

    def read(self, params: Mapping[str, Any], at: datetime.datetime) -> dict[str, Any]:
        panel = loading.whole(Panel.objects.filter(code=params["panel"])).get()
        barred = conflicts.standing(panel)
        items = list(panel.items.all())
        programmes = {item.proposal.programme.pk: item.proposal.programme for item in items}
        first = next(iter(programmes.values()))
        # The office keeps the name under which it convened the panel.
        office = papers.head(first, at) | {
            "name": panel.organisation.short_name,
            "sign": panel.organisation.sign,
        }
        minutes = panel.minutes
        return {
            "programme": {
                "is_illustration": any(row.is_illustration for row in programmes.values()),
                "is_mixed": False,
            },
            "subtitle": panel.name,
            "office": office,
            "panel": {
                "code": panel.code,
                "meets_on": papers.day_text(panel.meets_on),
                "venue": panel.venue,
                "is_closed": panel.state == Panel.Status.CLOSED,
            },
            "decision": papers.decision(panel.decision) | {"signer": panel.decision.signer},
            "number": minutes.number if minutes else "",
            "issued_on": minutes.issued_on.isoformat() if minutes and minutes.issued_on else "",
            "members": [
                {"name": row.full_name, "title": row.title, "seat": row.get_seat_display()}
                for row in panel.members.all()
            ],
            "chair": _name_of(panel, Seat.CHAIR),
            "secretary": _name_of(panel, Seat.SECRETARY),
            "items": [_item(panel, item, barred) for item in items],
        }

    def context(self, figures: Mapping[str, Any]) -> dict[str, Any]:
        at = timezone.localtime(datetime.datetime.fromisoformat(figures["snapshot_at"]))
        issued = figures["issued_on"]
        day = datetime.date.fromisoformat(issued) if issued else None
        place = figures["office"]["place"]
        return {
            **figures,
            "title": _("Họp hội đồng thẩm định"),
            "at": at,
            "dated": long_date(day, place)
            if day
            else _("{place}, ngày ... tháng ... năm ...").format(place=place),
            "created": at.isoformat(timespec="minutes"),
            "barred": [
                {"code": item["code"], **row} for item in figures["items"] for row in item["barred"]
            ],
        }

    def file_name(self, params: Mapping[str, Any], at: datetime.datetime) -> str:
        words = [fold(str(self.title)), fold(params["panel"])]
        stamp = f"{timezone.localtime(at):%Y%m%d-%H%M}"
        return "_".join(word.replace(" ", "-") for word in (*words, stamp))


def _name_of(panel: Panel, seat: str) -> str:
    return next((row.full_name for row in panel.members.all() if row.seat == seat), "")


def _ratio(item: Any, count: counting.Count) -> str:
    """«3 trên 4 phiếu đồng ý»; empty where the votes gave no verdict."""
    if not item.verdict or item.verdict != count.verdict:
        return ""
    label = str(item.get_verdict_display())
    return _("{n} trên {cast} phiếu {verdict}").format(
        n=getattr(count, item.verdict), cast=count.cast, verdict=label[:1].lower() + label[1:]
    )


def _item(panel: Panel, item: Any, barred: dict[conflicts.Pair, str]) -> dict[str, Any]:
    """Numbers of votes only, once the panel has concluded: a tally would sway who votes later.

    Who voted how stands in no paper that is handed round.
    """
    count = counting.of(panel, item, barred)
    is_closed = panel.state == Panel.Status.CLOSED
    told = {
        "agree": count.agree,
        "supplement": count.supplement,
        "disagree": count.disagree,
        "silent": count.silent,
    }
    return {
        "code": item.proposal.code,
        "title": item.proposal.title,
        "unit": item.proposal.implementing_unit.name,
        **(told if is_closed else {}),
        "ratio": _ratio(item, count) if is_closed else "",
        "without": count.barred,
        "by_chair": bool(item.verdict) and not count.verdict,
        "verdict": str(item.get_verdict_display()) if item.verdict else "",
        "note": item.note,
        "barred": [
            {"name": member.full_name, "reason": barred[item.pk, member.pk]}
            for member in panel.members.all()
            if (item.pk, member.pk) in barred
        ],
    }
