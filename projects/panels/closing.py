"""Close a panel: its verdicts by the count, its minutes; from then on nothing of it changes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, papers, permissions, text
from khuyencong.core.models import LegalDocument, User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from projects.models import Panel, PanelItem, Proposal
from projects.panels import conflicts, convening, counting, loading

NOTE_MAX = 4000


@dataclass(frozen=True)
class Conclusion:
    """What is written on a dossier: ``verdict`` is the chair's word where the count gives none."""

    verdict: str = ""
    note: str = ""


def live(panel: Panel) -> set[int]:
    """Dossiers that still lie with the office, in the round the panel considers."""
    here = set(
        convening.at_our_step(panel.organisation)
        .filter(panel_items__panel=panel)
        .values_list("pk", flat=True)
    )
    return {
        row.proposal_id
        for row in panel.items.all()
        if row.proposal_id in here and row.round == row.proposal.round
    }


@transaction.atomic
def close(panel: Panel, *, paper: Paper, conclusions: Mapping[int, Conclusion], by: User) -> Panel:
    """Freeze the verdict of every dossier, with the minutes; sent twice it is done once.

    A dossier that has left the office meanwhile keeps what the votes say, if they say anything.
    Raises ``Refused`` with every fault, ``NotAllowed`` or ``NotNow``.
    """
    # The dossiers first, in the order of their ids, then the panel: as those that judge them do.
    held = panel.items.values("proposal")
    dossiers = list(Proposal.objects.select_for_update().filter(pk__in=held).order_by("pk"))
    panel = loading.locked(panel)
    if why := permissions.refusal(by, "projects.panel.close", panel):
        raise NotAllowed(why)
    if _sent_again(panel, paper, by):
        loading.drop_scan(paper)
        return panel
    loading.refuse_closed(panel)
    conflicts.settle(panel, by=by)
    barred, waiting = conflicts.standing(panel), live(panel)
    faults = _faults_of_minutes(panel, paper)
    for item in panel.items.all():
        said = conclusions.get(item.pk, Conclusion())
        count = counting.of(panel, item, barred)
        item.verdict = count.verdict or (said.verdict if count.is_quorate else "")
        try:
            item.note = text.clean(said.note, multiline=True)
        except text.TextInputError as error:
            faults.append(Fault(str(error), f"note-{item.pk}"))
        if item.proposal_id in waiting:
            faults += _faults_of_item(item, count)
        elif item.verdict not in ("", *PanelItem.Verdict.values):
            item.verdict = ""
    if faults:
        raise Refused(faults)
    minutes = papers.register(
        paper,
        kind=LegalDocument.Kind.MINUTES,
        issuer=panel.organisation,
        province=panel.province,
        illustration=any(row.programme.is_illustration for row in dossiers),
    )
    if Panel.objects.filter(minutes=minutes).exists():
        said_by = _("Số biên bản này đã dùng cho một hội đồng khác.")
        raise Refused(Fault(said_by, "document_number"))
    for item in panel.items.all():
        item.save(update_fields=["verdict", "note"])
    panel.minutes, panel.closed_by, panel.closed_at = minutes, by, clock.now()
    panel.state = Panel.Status.CLOSED
    panel.save(update_fields=["minutes", "closed_by", "closed_at", "state"])
    found = {item.proposal_id: item for item in panel.items.all()}
    audit.record(
        "projects.panel.close",
        panel,
        by=by,
        from_state=Panel.Status.OPEN,
        to_state=Panel.Status.CLOSED,
        document=minutes,
        effective_on=minutes.issued_on,
        changes={
            "items": [
                {"proposal": item.proposal.code, "verdict": item.verdict}
                for item in panel.items.all()
            ]
        },
    )
    audit.record_many(
        [
            (
                "projects.proposal.panel_concluded",
                row,
                {"panel": panel.code, "verdict": found[row.pk].verdict},
            )
            for row in dossiers
        ],
        by=by,
    )
    return panel


def _sent_again(panel: Panel, paper: Paper, by: User) -> bool:
    """The same page of the same person, sent twice."""
    return (
        panel.minutes is not None
        and panel.closed_by_id == by.pk
        and panel.minutes.number == paper.number.strip()
    )


def _faults_of_minutes(panel: Panel, paper: Paper) -> list[Fault]:
    faults = papers.faults_of(paper)
    day: datetime.date | None = paper.issued_on
    if day and day < panel.meets_on:
        faults.append(
            Fault(
                _("Ngày biên bản phải từ ngày họp {day} trở đi.").format(
                    day=f"{panel.meets_on:%d/%m/%Y}"
                ),
                "document_date",
            )
        )
    return faults


def _faults_of_item(item: PanelItem, count: counting.Count) -> list[Fault]:
    code = item.proposal.code
    if not count.voters:
        return [
            Fault(
                _("{code}: không thành viên nào được bỏ phiếu. Thay thành viên trước.").format(
                    code=code
                )
            )
        ]
    if not count.is_quorate:
        return [
            Fault(
                _("{code}: mới có {cast}/{voters} phiếu, cần quá nửa.").format(
                    code=code, cast=count.cast, voters=count.voters
                )
            )
        ]
    if item.verdict not in PanelItem.Verdict.values:
        return [
            Fault(
                _("{code}: không ý kiến nào quá nửa. Chọn kết luận của chủ tịch.").format(
                    code=code
                ),
                f"verdict-{item.pk}",
            )
        ]
    faults = []
    if len(item.note) > NOTE_MAX:
        said = _("{code}: ý kiến dài quá {n} ký tự.").format(code=code, n=NOTE_MAX)
        faults.append(Fault(said, f"note-{item.pk}"))
    if not item.note and not count.verdict:
        said = _("{code}: ghi kết luận bằng văn bản của chủ tịch.").format(code=code)
        faults.append(Fault(said, f"note-{item.pk}"))
    elif not item.note and item.verdict != PanelItem.Verdict.AGREE:
        said = _("{code}: ghi ý kiến của hội đồng để đơn vị biết cần làm gì.").format(code=code)
        faults.append(Fault(said, f"note-{item.pk}"))
    return faults
