"""Who may fire which verb. Each rule gives the reason for refusal in words, or None.

Separation of duties compares the person and body that decided, never the one that recorded.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.models import User
from khuyencong.core.permissions import rule
from projects import sites, tracks
from projects.models import Proposal, Review, ReviewStep, Track


def _own_unit(user: User, proposal: Proposal) -> str | None:
    if not _is_own_unit(user, proposal):
        return _("Chỉ đơn vị thực hiện đề án được làm việc này.")
    return None


def _is_own_unit(user: User, proposal: Proposal) -> bool:
    return user.organisation.is_same_office(proposal.implementing_unit)


def _keeps(user: User, proposal: Proposal) -> bool:
    """Whether the person works at the department of the province whose dossier it is."""
    office = user.organisation
    return office.is_industry_department and office.province_id == proposal.province_id


@rule("projects.proposal.create")
def may_create(user: User) -> str | None:
    if not user.may(roles.PROPOSAL_WRITE):
        return _("Tài khoản của bạn không lập đề án.")
    return None


@rule("projects.proposal.edit")
def may_edit(user: User, proposal: Proposal) -> str | None:
    if not user.may(roles.PROPOSAL_WRITE):
        return _("Tài khoản của bạn không sửa đề án.")
    if reason := _own_unit(user, proposal):
        return reason
    if not proposal.is_editable:
        return _("Đề án đang ở trạng thái «{status}», không sửa được.").format(
            status=proposal.get_status_display()
        )
    return None


@rule("projects.proposal.register_again")
def may_register_again(user: User, proposal: Proposal) -> str | None:
    """What was refused or withdrawn may come again in a later year, as a record of its own."""
    if not user.may(roles.PROPOSAL_WRITE):
        return _("Tài khoản của bạn không lập đề án.")
    if reason := _own_unit(user, proposal):
        return reason
    if proposal.status not in (Proposal.Status.REFUSED, Proposal.Status.WITHDRAWN):
        return _("Chỉ đăng ký lại đề án đã bị từ chối hoặc đã rút.")
    return None


@rule("projects.attachment.change")
def may_change_papers(user: User, proposal: Proposal) -> str | None:
    """Attach a paper or take one away: whoever may edit the dossier now."""
    return may_edit(user, proposal)


@rule("projects.import.enterprises")
def may_import_enterprises(user: User) -> str | None:
    if not user.may(roles.ENTERPRISE_WRITE) or user.organisation.province_id is None:
        return _("Tài khoản của bạn không nhập cơ sở từ Excel.")
    return None


@rule("projects.import.proposals", "projects.import.plan")
def may_import_proposals(user: User) -> str | None:
    if not user.may(roles.PROPOSAL_WRITE):
        return _("Tài khoản của bạn không nhập đề án từ Excel.")
    return None


@rule("submit", "withdraw", "replan")
def may_submit(user: User, proposal: Proposal, *_rest: object) -> str | None:
    if not user.may(roles.PROPOSAL_SUBMIT):
        return _("Tài khoản của bạn không trình đề án.")
    return _own_unit(user, proposal)


@rule("take_back")
def may_take_back(user: User, proposal: Proposal, live: Iterable[Track]) -> str | None:
    """Whoever acted last: the unit that submitted it, the office that passed it on or back."""
    acting = (roles.PROPOSAL_SUBMIT, roles.REVIEW, roles.CONCLUDE, roles.APPROVE)
    if not any(user.may(right) for right in acting):
        return _("Tài khoản của bạn không lấy lại được hồ sơ.")
    if proposal.status == Proposal.Status.SUBMITTED and not _own_unit(user, proposal):
        return None
    office = user.organisation
    if any(tracks.passed_on_by(t, office) or tracks.returned_by(t, office) for t in live):
        return None
    return _("Cơ quan của bạn không phải nơi xử lý gần nhất, không lấy lại được.")


def _reviews(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    """Common to all verbs of a step: the dossier lies with this office, and not with its author."""
    if review is None:
        return _("Hồ sơ không còn chờ ở bước này.")
    if not review.organisation.is_same_office(user.organisation):
        return _("Hồ sơ đang ở {office}.").format(office=review.organisation.name)
    if user.pk in {proposal.submitted_by_id, proposal.created_by_id}:
        return _("Bạn đã lập hoặc trình đề án này nên không thẩm định, phê duyệt được.")
    if _is_own_unit(user, proposal):
        return _("Đơn vị thực hiện không thẩm định, phê duyệt đề án của chính mình.")
    return None


def _in_other_hands(user: User, review: Review) -> str | None:
    """What was given to one specialist is not answered by another; a head may always."""
    if review.assigned_to_id in (None, user.pk) or user.may(roles.CONCLUDE):
        return None
    return _("Hồ sơ đã giao cho {name}. Lãnh đạo cơ quan giao lại thì bạn xử lý được.").format(
        name=review.assigned_to.full_name
    )


def appraised_by(track: Track) -> tuple[set[int], set[str]]:
    """Persons, and bodies by lineage, that appraised this money, in any round and attempt."""
    persons: set[int] = set()
    bodies: set[str] = set()
    reviews = track.reviews.all()
    if track.reopened_by_id:
        # Who appraised it the first time appraised it, though this attempt begins later.
        reviews = Review.objects.select_related("organisation", "step").filter(
            track__proposal=track.proposal_id, track__source=track.source_id
        )
    for review in reviews:
        if review.step.is_appraising and review.verdict not in Review.VOID:
            persons |= {review.decided_by_id, review.proposed_by_id} - {None}
            if review.verdict:
                bodies.add(review.organisation.lineage)
    return persons, bodies


@rule("pass")
def may_pass(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    if not user.may(roles.REVIEW):
        return _("Tài khoản của bạn không thẩm định.")
    if reason := _reviews(user, proposal, track, review):
        return reason
    if review.step.kind == ReviewStep.Kind.APPROVE:
        return _("Bước này là phê duyệt, không phải thẩm định.")
    if review.proposed:
        return _("Đã có ý kiến đề xuất, đang chờ lãnh đạo kết luận.")
    return _in_other_hands(user, review)


@rule("conclude")
def may_conclude(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    """The second signature: a head of the office, never the specialist who proposed."""
    if not user.may(roles.CONCLUDE):
        return _("Kết luận là việc của lãnh đạo cơ quan thẩm định.")
    if reason := _reviews(user, proposal, track, review):
        return reason
    if not review.proposed:
        return _("Chưa có ý kiến đề xuất của chuyên viên.")
    if _signs_twice(user, review):
        return _("Người đề xuất không tự kết luận; cần người thứ hai.")
    return None


def _signs_twice(user: User, review: Review) -> bool:
    """Whether one person proposes and concludes, in person or by who stands in for them."""
    proposers = {review.proposed_by_id}
    if review.delegation_id:
        proposers.add(review.delegation.on_behalf_of_id)
    return bool({user.pk, user.stands_in_for({roles.CONCLUDE})} & proposers - {None})


@rule("return")
def may_return(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    if reason := may_refuse(user, proposal, track, review):
        return reason
    if not review.step.may_return:
        return _("Bước này không trả lại bổ sung: chỉ đồng ý hoặc từ chối.")
    return None


@rule("refuse")
def may_refuse(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    if reason := _reviews(user, proposal, track, review):
        return reason
    if review.step.kind == ReviewStep.Kind.APPROVE:
        return _approves(user, track)
    if not (user.may(roles.REVIEW) or user.may(roles.CONCLUDE)):
        return _("Tài khoản của bạn không thẩm định.")
    if review.proposed and not user.may(roles.CONCLUDE):
        return _("Đã có ý kiến đề xuất, đang chờ lãnh đạo kết luận.")
    if review.proposed and _signs_twice(user, review):
        return _("Người đề xuất không tự kết luận; cần người thứ hai.")
    return _in_other_hands(user, review)


def _approves(user: User, track: Track) -> str | None:
    if not user.may(roles.APPROVE):
        return _("Tài khoản của bạn không phê duyệt.")
    persons, bodies = appraised_by(track)
    actors = {user.pk, user.stands_in_for({roles.APPROVE})}
    if actors & persons or user.organisation.lineage in bodies:
        return _("Người hoặc cơ quan đã thẩm định không phê duyệt chính đề án đó.")
    return None


@rule("approve")
def may_approve(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    if reason := _reviews(user, proposal, track, review):
        return reason
    if review.step.kind != ReviewStep.Kind.APPROVE:
        return _("Bước này là thẩm định, chưa phải phê duyệt.")
    return _approves(user, track)


def acts_itself(review: Review) -> bool:
    """Whether the office works in the portal: its step says so, and somebody has an account."""
    return tracks.works_here(review.step, review.organisation)


@rule("record_decision")
def may_record(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    """An outside body without accounts: the department enters its paper, and the trail says so."""
    if not user.may(roles.RECORD) or not _keeps(user, proposal):
        return _("Chỉ chuyên viên Sở Công Thương ghi nhận văn bản của cơ quan ngoài.")
    if review is None:
        return _("Hồ sơ không còn chờ ở bước này.")
    if review.organisation.is_same_office(user.organisation):
        return _("Hồ sơ đang ở cơ quan bạn: dùng ý kiến thẩm định.")
    if acts_itself(review):
        return _("{office} tự xử lý trên cổng, không ghi nhận thay.").format(
            office=review.organisation.name
        )
    if review.organisation.is_same_office(proposal.implementing_unit):
        return _("Đơn vị thực hiện không thẩm định, phê duyệt đề án của chính mình.")
    if review.step.kind == ReviewStep.Kind.APPROVE:
        _persons, bodies = appraised_by(track)
        if review.organisation.lineage in bodies:
            return _("Người hoặc cơ quan đã thẩm định không phê duyệt chính đề án đó.")
    return None


@rule("assign")
def may_assign(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    """Giao thẩm định: the head gives it to somebody; a specialist may take what nobody has."""
    if reason := _reviews(user, proposal, track, review):
        return reason
    if user.may(roles.CONCLUDE):
        return None
    if not (user.may(roles.REVIEW) or user.may(roles.APPROVE)):
        return _("Tài khoản của bạn không giao hồ sơ thẩm định.")
    return _in_other_hands(user, review)


@rule("clear")
def may_clear(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    """Thẩm định phân bổ dự toán: the office of the step after approval."""
    if review is None:
        return _("Quy trình của nguồn này không có bước nào sau phê duyệt đang chờ.")
    if not user.may(roles.REVIEW):
        return _("Tài khoản của bạn không thẩm định.")
    if proposal.status == Proposal.Status.SUSPENDED:
        return _("Đề án đang tạm dừng: chờ cho tiếp tục rồi thẩm định phân bổ.")
    return _reviews(user, proposal, track, review) or _in_other_hands(user, review)


def _last_word(step: ReviewStep) -> str:
    """The permission of who signs for an office at a step."""
    if step.kind == ReviewStep.Kind.APPROVE:
        return roles.APPROVE
    return roles.CONCLUDE if step.two_signatures else roles.REVIEW


@rule("reopen")
def may_reopen(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    """The body that decided, by a new paper; the department records that of an outside body."""
    spoken = tracks.last_spoken(track)
    if spoken is None:
        return _("Chưa có ý kiến nào để xem xét lại.")
    if proposal.status not in Proposal.DERIVED:
        return _("Đề án đã ký hợp đồng: điều chỉnh hoặc ngừng thực hiện, không xem xét lại.")
    if acts_itself(spoken):
        if not spoken.organisation.is_same_office(user.organisation):
            return _("Chỉ {office}, nơi đã quyết định, xem xét lại được.").format(
                office=spoken.organisation.name
            )
        if not user.may(_last_word(spoken.step)):
            return _("Xem xét lại là việc của người ký quyết định của cơ quan.")
        return None
    if not user.may(roles.RECORD) or not _keeps(user, proposal):
        return _("Chỉ chuyên viên Sở Công Thương ghi nhận văn bản của cơ quan ngoài.")
    return None


@rule("sign", "accept", "liquidate", "settle", "disburse", "commit_year")
def may_execute(user: User, proposal: Proposal, *_rest: object) -> str | None:
    if not user.may(roles.EXECUTE) or not _keeps(user, proposal):
        return _("Hợp đồng, giải ngân, nghiệm thu và quyết toán do kế toán Sở Công Thương nhập.")
    return None


@rule("list_sites")
def may_list_sites(user: User, proposal: Proposal, *_rest: object) -> str | None:
    """Đề án nhóm: named after approval, one list at a time."""
    if proposal.kind != Proposal.Kind.GROUP:
        return _("Chỉ đề án nhóm trình danh sách cơ sở sau khi được phê duyệt.")
    if reason := may_submit(user, proposal):
        return reason
    if waiting := sites.open_list(proposal):
        return _("Danh sách lần {n} đang chờ Sở Công Thương xác nhận.").format(n=waiting.seq)
    return None


@rule("confirm_sites", "return_sites")
def may_answer_sites(user: User, proposal: Proposal, *_rest: object) -> str | None:
    """The department of the province, but nobody who listed the sites, and no unit of its own."""
    if proposal.kind != Proposal.Kind.GROUP:
        return _("Chỉ đề án nhóm trình danh sách cơ sở sau khi được phê duyệt.")
    if not (user.may(roles.REVIEW) or user.may(roles.CONCLUDE)) or not _keeps(user, proposal):
        return _("Danh sách cơ sở do Sở Công Thương xác nhận.")
    if _is_own_unit(user, proposal):
        return _("Đơn vị thực hiện không xác nhận danh sách của chính mình.")
    waiting = sites.open_list(proposal)
    if waiting is None:
        return _("Không có danh sách cơ sở nào đang chờ xác nhận.")
    if waiting.submitted_by_id == user.pk:
        return _("Người trình danh sách không tự xác nhận; cần người khác.")
    return None


def right_used(verb: str, user: User, review: Review | None) -> frozenset[str]:
    """Which of a person's permissions a verb rests on: to know in whose place it is done."""
    if verb in {"return", "refuse"} and review is not None:
        if review.step.kind == ReviewStep.Kind.APPROVE:
            return frozenset({roles.APPROVE})
        as_head = review.step.two_signatures and user.may(roles.CONCLUDE)
        return frozenset({roles.CONCLUDE if as_head else roles.REVIEW})
    return RIGHTS.get(verb, frozenset({roles.PROPOSAL_SUBMIT}))


RIGHTS = {
    "pass": frozenset({roles.REVIEW}),
    "clear": frozenset({roles.REVIEW}),
    "conclude": frozenset({roles.CONCLUDE}),
    "assign": frozenset({roles.CONCLUDE, roles.REVIEW, roles.APPROVE}),
    "approve": frozenset({roles.APPROVE}),
    "reopen": frozenset({roles.APPROVE, roles.CONCLUDE, roles.REVIEW, roles.RECORD}),
    "record_decision": frozenset({roles.RECORD}),
    "confirm_sites": frozenset({roles.REVIEW, roles.CONCLUDE}),
    "return_sites": frozenset({roles.REVIEW, roles.CONCLUDE}),
    **dict.fromkeys(
        ("sign", "accept", "liquidate", "settle", "disburse", "commit_year"),
        frozenset({roles.EXECUTE}),
    ),
    **dict.fromkeys(("suspend", "resume", "stop"), frozenset({roles.CONCLUDE})),
}


@rule("start")
def may_start(user: User, proposal: Proposal, *_rest: object) -> str | None:
    if not user.may(roles.PROPOSAL_WRITE):
        return _("Tài khoản của bạn không báo bắt đầu thực hiện.")
    return _own_unit(user, proposal)


@rule("suspend", "resume", "stop")
def may_halt(user: User, proposal: Proposal, *_rest: object) -> str | None:
    if not user.may(roles.CONCLUDE) or not _keeps(user, proposal):
        return _("Tạm dừng, ngừng thực hiện do lãnh đạo Sở Công Thương quyết định.")
    return None
