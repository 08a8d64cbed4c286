"""Checks on what a person entered with a verb: reason, paper, amounts, choices."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from khuyencong.core import clock, papers, roles
from khuyencong.core.models import LegalDocument, User
from khuyencong.core.refusals import Fault
from projects import amount_input, findings, guards, remarks, tracks
from projects.act import Act
from projects.checks import acting
from projects.dossier_parts import CODES, TITLES
from projects.models import Proposal, ReturnPoint, Review, ReviewStep, Track

S, T = Proposal.Status, Track.Status
Verdict = Review.Verdict
POINTS_MAX = 40
POINT_MAX = ReturnPoint._meta.get_field("text").max_length


def _submitted_on(act: Act) -> datetime.date | None:
    submitted = act.proposal.submitted_at
    return timezone.localdate(submitted) if submitted else None


def dossier_complete(act: Act) -> Iterator[Fault]:
    yield from guards.complete(act.proposal)


def within_norms(act: Act) -> Iterator[Fault]:
    """The norms and rules in force on the day of the act, on its own amounts (``checks``)."""
    yield from acting.faults(act)


def remarks_resolved(act: Act) -> Iterator[Fault]:
    """What the office asked is settled before it agrees; one known to have none is skipped."""
    if act.agrees and act.is_remarked:
        yield from remarks.faults(act)


def criteria_met(act: Act) -> Iterator[Fault]:
    """Nobody agrees while a criterion says «Chưa» (TT 36/2013/TT-BCT Điều 9)."""
    if act.agrees:
        yield from findings.faults(act)


def reason_given(act: Act) -> Iterator[Fault]:
    if not act.reason.strip():
        yield Fault(_("Nêu lý do, để đơn vị biết cần làm gì."), "reason")


def document_given(act: Act) -> Iterator[Fault]:
    """The paper is not dated before what it rests on: the dossier, its decisions, its contract."""
    yield from papers.faults_of(act.paper, not_before=_submitted_on(act))
    if act.track is None and act.paper.issued_on:
        base = _rests_on(act)
        if base and act.paper.issued_on < base.issued_on:
            yield Fault(
                _("Ngày văn bản phải từ ngày {day}, ngày của {base}, trở đi.").format(
                    day=f"{base.issued_on:%d/%m/%Y}", base=base
                ),
                "document_date",
            )


def _rests_on(act: Act) -> LegalDocument | None:
    """The latest paper among the dossier's decisions and contracts."""
    ours = Q(decision__lines__track__proposal=act.proposal) | Q(
        pk__in=act.proposal.contracts.values("document_id")
    )
    return (
        LegalDocument.objects.filter(ours, issued_on__isnull=False).order_by("-issued_on").first()
    )


def document_right_if_given(act: Act) -> Iterator[Fault]:
    if act.paper:
        yield from document_given(act)


def decision_has_document(act: Act) -> Iterator[Fault]:
    """A refusal at the approving step is a decision: it has a number and a date."""
    if act.review and act.review.step.kind == ReviewStep.Kind.APPROVE:
        yield from document_given(act)
    else:
        yield from document_right_if_given(act)


def nothing_approved(act: Act) -> Iterator[Fault]:
    live = tracks.current(tracks.of(act.proposal))
    if act.proposal.status != S.PARTLY_APPROVED and any(t.status == T.APPROVED for t in live):
        yield Fault(_("Một nguồn vốn đã được phê duyệt, không rút được cả hồ sơ."))


def recorded_paper_right(act: Act) -> Iterator[Fault]:
    """What an outside body said must fit its step, and come with its paper and scan."""
    verdict = act.data.get("verdict")
    approving = act.review.step.kind == ReviewStep.Kind.APPROVE
    open_to = {Verdict.APPROVE if approving else Verdict.PASS}
    if not act.after_approval:
        open_to.add(Verdict.REFUSE)
        if act.review.step.may_return:
            open_to.add(Verdict.RETURN)
    if verdict not in open_to:
        yield Fault(_("Chọn ý kiến ghi trong văn bản."), "verdict")
    yield from papers.faults_of(act.paper, not_before=_submitted_on(act), needs_file=True)
    if verdict in {Verdict.RETURN, Verdict.REFUSE}:
        yield from reason_given(act)
    if verdict in {Verdict.PASS, Verdict.APPROVE}:
        yield from amount_input.faults(act)
    if verdict == Verdict.RETURN:
        yield from return_points_right(act)


def return_points_right(act: Act) -> Iterator[Fault]:
    """What to supplement names parts of the dossier; the day to answer by is still to come."""
    points = act.data.get("points") or ()
    if len(points) > POINTS_MAX:
        yield Fault(
            _("Một lần trả lại ghi tối đa {n} mục cần bổ sung.").format(n=POINTS_MAX), "points"
        )
    for section, said in points:
        if section not in CODES[:-1]:
            yield Fault(_("Chọn phần hồ sơ cần bổ sung."), "points")
        elif not said.strip():
            yield Fault(
                _("Ghi rõ cần bổ sung gì ở phần «{part}».").format(part=TITLES[section]),
                f"point-{section}",
            )
        elif len(said) > POINT_MAX:
            yield Fault(
                _("Nội dung bổ sung của phần «{part}» dài quá {n} ký tự. Viết gọn lại.").format(
                    part=TITLES[section], n=POINT_MAX
                ),
                f"point-{section}",
            )
    due_on = act.data.get("due_on")
    if due_on and due_on <= clock.today():
        yield Fault(_("Hạn bổ sung phải sau hôm nay."), "due_on")


def assignee_right(act: Act) -> Iterator[Fault]:
    """A colleague of the same office who may do what the step asks; nobody gives it back."""
    chosen = act.data.get("assignee")
    if chosen is None:
        return
    right = roles.APPROVE if act.review.step.kind == ReviewStep.Kind.APPROVE else roles.REVIEW
    found = User.objects.filter(pk=chosen, is_active=True).select_related("organisation").first()
    if found is None or not found.organisation.is_same_office(act.review.organisation):
        yield Fault(_("Chọn một người của cơ quan đang giữ hồ sơ."), "assignee")
    elif not found.may(right):
        yield Fault(
            _("{name} không có quyền xử lý bước này.").format(name=found.full_name), "assignee"
        )
    elif found.pk in {act.proposal.submitted_by_id, act.proposal.created_by_id}:
        yield Fault(
            _("{name} đã lập hoặc trình đề án này, không thẩm định được.").format(
                name=found.full_name
            ),
            "assignee",
        )


def new_paper_reopens(act: Act) -> Iterator[Fault]:
    """Only a paper of its own, not dated before the one it takes up again; a scan if recorded."""
    spoken = tracks.last_spoken(act.track)
    outside = not tracks.works_here(spoken.step, spoken.organisation)
    old = LegalDocument.objects.filter(pk=spoken.document_id).first()
    base = old.issued_on if old and old.issued_on else _submitted_on(act)
    yield from papers.faults_of(act.paper, not_before=_submitted_on(act), needs_file=outside)
    used = _used_before(act)
    if used:
        yield Fault(
            _("Xem xét lại cần một văn bản mới, không phải {old}.").format(old=used),
            "document_number",
        )
    elif act.paper.issued_on and base and act.paper.issued_on < base:
        yield Fault(
            _("Ngày văn bản phải từ ngày {day}, ngày của {base}, trở đi.").format(
                day=f"{base:%d/%m/%Y}", base=old or _("lần trình")
            ),
            "document_date",
        )


def _used_before(act: Act) -> LegalDocument | None:
    """The paper given now, where something was said on this source by it already."""
    ours = Track.objects.filter(proposal=act.proposal, source=act.track.source_id)
    return LegalDocument.objects.filter(
        Q(pk__in=ours.values("reviews__document")) | Q(pk__in=ours.values("reopened_by")),
        number=act.paper.number.strip(),
        issued_on=act.paper.issued_on,
    ).first()


def decision_still_holds(act: Act) -> Iterator[Fault]:
    """A source taken up again is not approved by the paper that was taken back."""
    if not act.agrees or not act.track.reopened_by_id or not act.paper.issued_on:
        return
    gone = LegalDocument.objects.filter(
        decision__lines__track__proposal=act.proposal,
        decision__lines__track__source=act.track.source_id,
        decision__lines__is_effective=False,
        number=act.paper.number.strip(),
        issued_on=act.paper.issued_on,
    ).first()
    if gone:
        yield Fault(
            _("{paper} đã được thay bằng văn bản xem xét lại. Nhập quyết định mới.").format(
                paper=gone
            ),
            "document_number",
        )


def allotment_cleared(act: Act) -> Iterator[Fault]:
    """Money is paid once the detailed allotment is appraised, where the chain has such a step."""
    line = next(
        (row for row in act.proposal.funding_lines.all() if row.pk == act.data.get("line_id")),
        None,
    )
    if line is None:
        return
    for track in tracks.current(tracks.at_work(act.proposal)):
        waiting = tracks.allotment_review(track)
        if track.source_id == line.source_id and waiting:
            yield Fault(
                _("{office} chưa thẩm định phân bổ dự toán của nguồn này, chưa chi được.").format(
                    office=waiting.organisation.name
                ),
                "line_id",
            )


def replan_chosen(act: Act) -> Iterator[Fault]:
    if act.data.get("how") not in {"less", "again"}:
        yield Fault(_("Chọn cách xử lý phần vốn không được duyệt."), "how")
