"""What a person found on the criteria of an open review (TT 36/2013/TT-BCT Điều 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khuyencong.core import audit, clock, text
from khuyencong.core.gathering import Part, gathered
from khuyencong.core.models import User
from khuyencong.core.refusals import Fault, NotNow, Refused
from projects import remarks, tracks
from projects.act import Act
from projects.models import Criterion, Finding, Proposal, Review

Verdict = Finding.Verdict
REMARK_MAX: Final = 1000


@dataclass(frozen=True)
class Answer:
    """Đạt, Chưa or Không xét, with what the person says of it; an empty verdict takes it back."""

    verdict: str
    remark: str = ""


@dataclass
class Asked:
    """A criterion on the desk: what stands now, and what the office found the last time."""

    criterion: Criterion
    finding: Finding | None = None
    before: Finding | None = None


def save(review: Review, answers: Mapping[int, Answer], by: User) -> list[Finding]:
    """Write the answers of one open review; those not named stay as they are.

    Raises ``NotNow`` where the review is closed, ``NotAllowed``, or ``Refused`` with every fault.
    """
    proposal_id = review.track.proposal_id
    with transaction.atomic():
        Proposal.objects.select_for_update().only("pk").get(pk=proposal_id)
        proposal = Proposal.objects.select_related("implementing_unit").get(pk=proposal_id)
        fresh = Review.objects.select_related("organisation").get(pk=review.pk)
        if not fresh.is_open:
            raise NotNow(_("Cơ quan đã kết luận ở bước này, không ghi thêm kết quả tiêu chí."))
        live = tracks.current(tracks.at_work(proposal))
        remarks.refuse("projects.finding.save", by, proposal, live)
        if fresh.organisation.lineage != by.organisation.lineage:
            raise NotNow(_("Hồ sơ đang ở {office}.").format(office=fresh.organisation.name))
        clean = _readable(answers)
        if _write(fresh, clean, by):
            counted = Counter(fresh.findings.values_list("verdict", flat=True))
            audit.record(
                "projects.finding.save",
                proposal,
                by=by,
                changes={verdict: counted[verdict] for verdict in Verdict.values},
            )
        return list(fresh.findings.select_related("criterion"))


def faults(act: Act) -> Iterator[Fault]:
    """Who finds a criterion unmet does not agree; criteria nobody judged stand in no way."""
    if act.review is None:
        return
    unmet = list(
        act.review.findings.filter(verdict=Verdict.UNMET).values_list("criterion__name", flat=True)
    )
    if unmet:
        said = ngettext(
            "%(n)s tiêu chí «Chưa»: %(named)s. Trả lại bổ sung, hoặc xem lại kết quả.",
            "%(n)s tiêu chí «Chưa»: %(named)s. Trả lại bổ sung, hoặc xem lại kết quả.",
            len(unmet),
        )
        yield Fault(said % {"n": len(unmet), "named": "; ".join(unmet)}, "findings")


def asked(review: Review) -> list[Asked]:
    """The criteria in force, what this review says on each, and what the office said before."""
    same = Finding.objects.filter(
        review__track__proposal_id=review.track.proposal_id,
        review__organisation__lineage=review.organisation.lineage,
    )
    earlier = same.filter(review__round__lt=review.round)
    last = earlier.order_by().values("criterion").annotate(last=Max("pk")).values("last")
    said = Finding.objects.filter(Q(review=review) | Q(pk__in=last))
    told = said.select_related("review", "found_by").order_by("pk")
    asked = []
    criteria = Criterion.objects.valid_on(clock.today())
    for row in gathered(criteria, [Part("", told, "criterion", to_attr="said")]):
        here = [finding for finding in row.said if finding.review_id == review.pk]
        before = [finding for finding in row.said if finding.review_id != review.pk]
        asked.append(Asked(row, here[-1] if here else None, before[-1] if before else None))
    return asked


def unmet(rows: Iterable[Asked]) -> list[Asked]:
    return [row for row in rows if row.finding and row.finding.verdict == Verdict.UNMET]


def _readable(answers: Mapping[int, Answer]) -> dict[int, Answer]:
    known = {row.pk: row for row in Criterion.objects.valid_on(clock.today())}
    wrong, clean = [], {}
    for pk, answer in answers.items():
        box = f"criterion-{pk}"
        if pk not in known or answer.verdict not in {"", *Verdict.values}:
            wrong.append(Fault(_("Tiêu chí đã đổi từ lúc bạn mở trang. Mở lại trang."), box))
            continue
        try:
            said = text.clean(answer.remark, multiline=True)
        except text.TextInputError as error:
            wrong.append(Fault(str(error), f"{box}-remark"))
            continue
        if len(said) > REMARK_MAX:
            long = _("Nhận xét dài quá {n} ký tự. Viết gọn lại.").format(n=REMARK_MAX)
            wrong.append(Fault(long, f"{box}-remark"))
        elif said and not answer.verdict:
            lacking = _("«{criterion}»: chọn Đạt, Chưa hoặc Không xét cho nhận xét này.")
            wrong.append(Fault(lacking.format(criterion=known[pk]), box))
        else:
            clean[pk] = Answer(answer.verdict, said)
    if wrong:
        raise Refused(list(dict.fromkeys(wrong)))
    return clean


def _write(review: Review, answers: Mapping[int, Answer], by: User) -> bool:
    """Write what differs; gives whether anything did."""
    stored = {row.criterion_id: row for row in review.findings.all()}
    changed = False
    for pk, answer in answers.items():
        row = stored.get(pk)
        if not answer.verdict:
            if row is not None:
                row.delete()
                changed = True
            continue
        if row is not None and (row.verdict, row.remark) == (answer.verdict, answer.remark):
            continue
        row = row or Finding(review=review, criterion_id=pk)
        row.verdict, row.remark = answer.verdict, answer.remark
        row.found_by, row.found_at = by, clock.now()
        row.save()
        changed = True
    return changed
