"""Who may write beside a dossier: remarks, replies, findings."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.models import User
from khuyencong.core.permissions import rule
from projects import tracks
from projects.models import Proposal, Remark, Review, Track

JUDGING = (roles.REVIEW, roles.CONCLUDE, roles.APPROVE)
# After approval the finance office may still have the detailed allotment on its desk.
AT_AN_OFFICE = (Track.Status.IN_STEP, Track.Status.APPROVED)


def open_reviews(user: User, live: Iterable[Track]) -> list[Review]:
    """The reviews that lie with the person's office now, under whatever name it bears."""
    return [
        review
        for track in live
        if track.status in AT_AN_OFFICE
        and (review := tracks.open_review(track))
        and review.organisation.is_same_office(user.organisation)
    ]


def _not_a_judge(user: User, proposal: Proposal) -> str | None:
    if not any(user.may(right) for right in JUDGING):
        return _("Tài khoản của bạn không thẩm định, phê duyệt.")
    if user.pk in {proposal.submitted_by_id, proposal.created_by_id}:
        return _("Bạn đã lập hoặc trình đề án này nên không ghi ý kiến thẩm định.")
    if user.organisation.is_same_office(proposal.implementing_unit):
        return _("Đơn vị thực hiện không ghi ý kiến thẩm định về đề án của chính mình.")
    return None


@rule("projects.remark.write", "projects.finding.save")
def may_remark(user: User, proposal: Proposal, live: Iterable[Track]) -> str | None:
    """The office that holds the dossier, as long as it holds it."""
    if reason := _not_a_judge(user, proposal):
        return reason
    if not open_reviews(user, live):
        return _("Hồ sơ không còn ở cơ quan bạn, không ghi thêm ý kiến được.")
    return None


@rule("projects.remark.reply")
def may_reply(
    user: User, proposal: Proposal, live: Iterable[Track], remark: Remark | None = None
) -> str | None:
    """Offices that hold the dossier; the unit while it is back with it, never to internal notes."""
    if user.organisation.is_same_office(proposal.implementing_unit):
        if not user.may(roles.PROPOSAL_WRITE):
            return _("Tài khoản của bạn không trả lời ý kiến.")
        if remark is not None and remark.is_internal:
            return _("Không có ý kiến này.")
        if not proposal.is_editable:
            return _("Trả lời ý kiến được khi hồ sơ đang ở đơn vị bạn.")
        return None
    return may_remark(user, proposal, live)


@rule("projects.remark.resolve")
def may_resolve(
    user: User, proposal: Proposal, live: Iterable[Track], remark: Remark | None = None
) -> str | None:
    """The office that asked says when it is answered."""
    if reason := may_remark(user, proposal, live):
        return reason
    if remark is not None and not remark.organisation.is_same_office(user.organisation):
        return _("Ý kiến của {office} do chính cơ quan đó khép lại.").format(
            office=remark.organisation.short_name
        )
    return None
