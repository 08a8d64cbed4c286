"""Set up a panel by a decision: its members, and the dossiers that lie with the office now."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from khuyencong.core import audit, papers, permissions, text
from khuyencong.core.models import LegalDocument, Organisation, Place, SerialCounter, User
from khuyencong.core.papers import Paper
from khuyencong.core.refusals import Fault, NotAllowed, Refused
from projects.models import (
    Enterprise,
    Panel,
    PanelItem,
    PanelMember,
    Proposal,
    Review,
    ReviewStep,
    Track,
)
from projects.panels import conflicts, loading

LEAST = 3


@dataclass(frozen=True)
class Seat:
    """One member as entered: an account, or a person by name."""

    full_name: str
    seat: str = PanelMember.Seat.MEMBER
    title: str = ""
    user: User | None = None
    organisation: Organisation | None = None
    enterprise: Enterprise | None = None

    def row(self, position: int) -> PanelMember:
        return PanelMember(
            position=position,
            full_name=self.full_name,
            title=self.title or self._of_account(),
            user=self.user,
            organisation=self.organisation or (self.user.organisation if self.user else None),
            enterprise=self.enterprise,
            seat=self.seat,
        )

    def _of_account(self) -> str:
        """What an account says of its holder that day: the minutes keep it."""
        if self.user is None:
            return ""
        said = (self.user.title, self.user.organisation.short_name)
        return ", ".join(filter(None, said))[: PanelMember._meta.get_field("title").max_length]


def at_our_step(office: Organisation) -> QuerySet[Proposal]:
    """Dossiers that lie with the office to be appraised now, under any of its names."""
    ours = Review.objects.filter(
        verdict="",
        step__kind__in=ReviewStep.APPRAISING,
        organisation__lineage=office.lineage,
        track__status=Track.Status.IN_STEP,
    )
    return Proposal.objects.filter(pk__in=ours.values("track__proposal"))


def at_a_panel(rows: QuerySet[PanelItem]) -> QuerySet[PanelItem]:
    """Items of panels still open, for the round their dossier is in."""
    return rows.filter(panel__state=Panel.Status.OPEN, round=F("proposal__round"))


def may_be_put(office: Organisation) -> QuerySet[Proposal]:
    """Those of them that no open panel considers already."""
    taken = at_a_panel(PanelItem.objects.all()).values("proposal")
    return at_our_step(office).exclude(pk__in=taken)


@transaction.atomic
def convene(
    *,
    name: str,
    meets_on: datetime.date | None,
    seats: Sequence[Seat],
    proposals: Iterable[int],
    paper: Paper,
    by: User,
    venue: str = "",
    form_key: uuid.UUID | None = None,
) -> Panel:
    """A new panel with its code. The same page (``form_key``) sent twice makes one.

    Raises ``NotAllowed``, or ``Refused`` with every fault at once.
    """
    if reason := permissions.refusal(by, "projects.panel.convene"):
        raise NotAllowed(reason)
    office, key = by.organisation, uuid.uuid5(form_key, str(by.pk)) if form_key else None
    province, asked = office.province, sorted(set(proposals))
    # Locked in one order: of two panels over one dossier the second finds the first.
    dossiers = list(Proposal.objects.select_for_update().filter(pk__in=asked).order_by("pk"))
    if made := _made_with(key):
        loading.drop_scan(paper)
        return made
    faults = [
        *_faults_of_facts(name, meets_on, paper),
        *faults_of_seats(seats),
        *_faults_of_dossiers(office, dossiers, len(asked)),
    ]
    if faults:
        raise Refused(faults)
    code = _take_code(province, meets_on.year)
    if made := _made_with(key):  # the serial's row is locked: nobody is between here and there
        loading.drop_scan(paper)
        return made
    decision = papers.register(
        paper,
        kind=LegalDocument.Kind.DECISION,
        issuer=office,
        province=province,
        illustration=any(row.programme.is_illustration for row in dossiers),
    )
    panel = Panel(
        code=code,
        name=_line(name, "name"),
        province=province,
        organisation=office,
        decision=decision,
        meets_on=meets_on,
        venue=_line(venue, "venue"),
        created_by=by,
        form_key=key,
    )
    panel.save()
    for position, seat in enumerate(seats, 1):
        row = seat.row(position)
        row.panel = panel
        row.save()
    PanelItem.objects.bulk_create(
        PanelItem(panel=panel, proposal=row, round=row.round, position=position)
        for position, row in enumerate(dossiers, 1)
    )
    audit.record(
        "projects.panel.convene",
        panel,
        by=by,
        document=decision,
        effective_on=decision.issued_on,
        changes={"members": len(seats), "proposals": [row.code for row in dossiers]},
    )
    audit.record_many(
        [("projects.proposal.panel_convened", row, {"panel": code}) for row in dossiers], by=by
    )
    panel = loading.locked(panel)
    conflicts.settle(panel, by=by)
    return panel


def _made_with(key: uuid.UUID | None) -> Panel | None:
    return Panel.objects.filter(form_key=key).first() if key else None


def _line(value: str, field: str) -> str:
    try:
        return text.clean(value)
    except text.TextInputError as error:
        raise Refused(Fault(str(error), field)) from error


def _take_code(province: Place, year: int) -> str:
    prefix = province.abbreviation or province.code
    return f"HD-{prefix}-{year}-{SerialCounter.take(f'panel/{prefix}/{year}'):03d}"


def _faults_of_facts(name: str, meets_on: datetime.date | None, paper: Paper) -> list[Fault]:
    faults = papers.faults_of(paper)
    if not name.strip():
        faults.append(Fault(_("Nhập tên hội đồng."), "name"))
    if meets_on is None:
        faults.append(Fault(_("Nhập ngày họp, ví dụ 05/02/2026."), "meets_on"))
    elif paper.issued_on and meets_on < paper.issued_on:
        faults.append(
            Fault(
                _("Ngày họp phải từ ngày {day}, ngày của quyết định, trở đi.").format(
                    day=f"{paper.issued_on:%d/%m/%Y}"
                ),
                "meets_on",
            )
        )
    return faults


def faults_of_seats(seats: Sequence[Seat]) -> list[Fault]:
    """One chair, one secretary, nobody twice, at least three. How many is the decision's matter."""
    faults, kinds = [], [row.seat for row in seats]
    if len(seats) < LEAST:
        faults.append(Fault(_("Hội đồng cần ít nhất {n} thành viên.").format(n=LEAST), "members"))
    if kinds.count(PanelMember.Seat.CHAIR) != 1:
        faults.append(Fault(_("Chọn đúng một chủ tịch hội đồng."), "members"))
    if kinds.count(PanelMember.Seat.SECRETARY) != 1:
        faults.append(Fault(_("Chọn đúng một thư ký hội đồng."), "members"))
    if any(not row.full_name.strip() for row in seats):
        faults.append(Fault(_("Nhập họ tên từng thành viên."), "members"))
    seen: set[object] = set()
    for row in seats:
        who = row.user.pk if row.user else (text.fold(row.full_name), text.fold(row.title))
        if who in seen:
            faults.append(
                Fault(_("{name} được nhập hai lần.").format(name=row.full_name), "members")
            )
        seen.add(who)
    return faults


def _faults_of_dossiers(office: Organisation, dossiers: list[Proposal], asked: int) -> list[Fault]:
    if not asked:
        return [Fault(_("Chọn ít nhất một đề án đưa ra hội đồng."), "proposals")]
    faults = []
    if len(dossiers) != asked:
        faults.append(Fault(_("Có đề án không còn. Chọn lại trong danh sách."), "proposals"))
    ids = [row.pk for row in dossiers]
    here = set(at_our_step(office).filter(pk__in=ids).values_list("pk", flat=True))
    items = at_a_panel(PanelItem.objects.filter(Q(proposal__in=ids))).select_related("panel")
    taken = {row.proposal_id: row.panel.code for row in items}
    for row in dossiers:
        if row.pk not in here:
            said = _("{code} không còn ở bước thẩm định của cơ quan bạn.").format(code=row.code)
            faults.append(Fault(said, "proposals"))
        elif row.pk in taken:
            said = _("{code} đang ở hội đồng {panel}.").format(code=row.code, panel=taken[row.pk])
            faults.append(Fault(said, "proposals"))
    return faults
