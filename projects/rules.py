"""Who may fire which verb. Each rule gives the reason for refusal in words, or None.

Separation of duties compares the person and body that decided, never the one that recorded.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from khuyencong.core import audit, clock, roles
from khuyencong.core.models import User, dated_on
from khuyencong.core.permissions import rule
from projects import sites, tracks
from projects.models import Enterprise, Proposal, Review, ReviewStep, Track


def _own_unit(user: User, proposal: Proposal) -> str | None:
    if user.organisation_id != proposal.implementing_unit_id:
        return _("Chỉ đơn vị thực hiện đề án được làm việc này.")
    return None


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
    """Whoever had the dossier last: the unit that submitted it, or the office that passed it on."""
    if not (user.may(roles.PROPOSAL_SUBMIT) or user.may(roles.REVIEW) or user.may(roles.CONCLUDE)):
        return _("Tài khoản của bạn không lấy lại được hồ sơ.")
    if proposal.status == Proposal.Status.SUBMITTED and not _own_unit(user, proposal):
        return None
    if any(tracks.passed_on_by(track, user.organisation_id) for track in live):
        return None
    return _("Cơ quan của bạn không phải nơi xử lý gần nhất, không lấy lại được.")


def _reviews(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    """Common to all verbs of a step: the dossier lies with this office, and not with its author."""
    if review is None:
        return _("Hồ sơ không còn chờ ở bước này.")
    if review.organisation_id != user.organisation_id:
        return _("Hồ sơ đang ở {office}.").format(office=review.organisation.name)
    if user.pk in {proposal.submitted_by_id, proposal.created_by_id}:
        return _("Bạn đã lập hoặc trình đề án này nên không thẩm định, phê duyệt được.")
    if user.organisation_id == proposal.implementing_unit_id:
        return _("Đơn vị thực hiện không thẩm định, phê duyệt đề án của chính mình.")
    return None


def appraised_by(track: Track) -> tuple[set[int], set[int]]:
    """Persons and bodies that appraised on this track, in any round."""
    persons: set[int] = set()
    bodies: set[int] = set()
    for review in track.reviews.all():
        if review.step.kind == ReviewStep.Kind.APPRAISE and review.verdict not in Review.VOID:
            persons |= {review.decided_by_id, review.proposed_by_id} - {None}
            if review.verdict:
                bodies.add(review.organisation_id)
    return persons, bodies


@rule("pass")
def may_pass(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    if not user.may(roles.REVIEW):
        return _("Tài khoản của bạn không thẩm định.")
    if reason := _reviews(user, proposal, track, review):
        return reason
    if review.step.kind != ReviewStep.Kind.APPRAISE:
        return _("Bước này là phê duyệt, không phải thẩm định.")
    if review.proposed:
        return _("Đã có ý kiến đề xuất, đang chờ lãnh đạo kết luận.")
    return None


@rule("conclude")
def may_conclude(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    """The second signature: a head of the office, never the specialist who proposed."""
    if not user.may(roles.CONCLUDE):
        return _("Kết luận là việc của lãnh đạo cơ quan thẩm định.")
    if reason := _reviews(user, proposal, track, review):
        return reason
    if not review.proposed:
        return _("Chưa có ý kiến đề xuất của chuyên viên.")
    if review.proposed_by_id == user.pk:
        return _("Người đề xuất không tự kết luận; cần người thứ hai.")
    return None


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
    if review.proposed and review.proposed_by_id == user.pk:
        return _("Người đề xuất không tự kết luận; cần người thứ hai.")
    return None


def _approves(user: User, track: Track) -> str | None:
    if not user.may(roles.APPROVE):
        return _("Tài khoản của bạn không phê duyệt.")
    persons, bodies = appraised_by(track)
    if user.pk in persons or user.organisation_id in bodies:
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
    return (
        review.step.acts_in_portal
        and review.organisation.users.filter(
            dated_on(clock.today(), "role_grants__"), is_active=True, role_grants__isnull=False
        ).exists()
    )


@rule("record_decision")
def may_record(user: User, proposal: Proposal, track: Track, review: Review | None) -> str | None:
    """An outside body without accounts: the department enters its paper, and the trail says so."""
    if not user.may(roles.RECORD) or not _keeps(user, proposal):
        return _("Chỉ chuyên viên Sở Công Thương ghi nhận văn bản của cơ quan ngoài.")
    if review is None:
        return _("Hồ sơ không còn chờ ở bước này.")
    if review.organisation_id == user.organisation_id:
        return _("Hồ sơ đang ở cơ quan bạn: dùng ý kiến thẩm định.")
    if acts_itself(review):
        return _("{office} tự xử lý trên cổng, không ghi nhận thay.").format(
            office=review.organisation.name
        )
    if review.organisation_id == proposal.implementing_unit_id:
        return _("Đơn vị thực hiện không thẩm định, phê duyệt đề án của chính mình.")
    if review.step.kind == ReviewStep.Kind.APPROVE:
        _persons, bodies = appraised_by(track)
        if review.organisation_id in bodies:
            return _("Người hoặc cơ quan đã thẩm định không phê duyệt chính đề án đó.")
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
    if user.organisation_id == proposal.implementing_unit_id:
        return _("Đơn vị thực hiện không xác nhận danh sách của chính mình.")
    waiting = sites.open_list(proposal)
    if waiting is None:
        return _("Không có danh sách cơ sở nào đang chờ xác nhận.")
    if waiting.submitted_by_id == user.pk:
        return _("Người trình danh sách không tự xác nhận; cần người khác.")
    return None


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


def _of_the_province(user: User, enterprise: Enterprise) -> bool:
    return user.organisation.province_id == enterprise.province_id


@rule("projects.enterprise.write")
def may_keep_register(user: User, enterprise: Enterprise) -> str | None:
    """The register is shared: whoever keeps it in the province writes every entry."""
    if not user.may(roles.ENTERPRISE_WRITE):
        return _("Tài khoản của bạn không ghi sổ cơ sở.")
    if not _of_the_province(user, enterprise):
        return _("Sổ cơ sở do đơn vị trong tỉnh lập.")
    return None


@rule("projects.enterprise.reveal")
def may_reveal(user: User, enterprise: Enterprise) -> str | None:
    """A person's own number: the unit that serves or entered it, the department, who pays."""
    if not _of_the_province(user, enterprise) or not _needs_numbers(user, enterprise):
        return _(
            "Số của cá nhân chỉ hiện cho đơn vị đã ghi hoặc có đề án cho cơ sở này, "
            "chuyên viên và kế toán Sở Công Thương."
        )
    return None


def _needs_numbers(user: User, enterprise: Enterprise) -> bool:
    if user.may(roles.EXECUTE):
        return True
    if user.may(roles.REVIEW):
        return user.organisation.is_industry_department
    if not user.may(roles.PROPOSAL_SUBMIT):
        return False  # a service reads programs' data, never a person's number
    trail = audit.trail(enterprise).exclude(action="projects.enterprise.reveal")
    entered = trail.filter(organisation=user.organisation)
    served = enterprise.benefits.filter(proposal__implementing_unit=user.organisation)
    return entered.exists() or served.exists()


@rule("projects.enterprise.merge")
def may_merge(user: User, enterprise: Enterprise) -> str | None:
    """Two records of one establishment: only where all dossiers of the province are seen."""
    if reason := may_keep_register(user, enterprise):
        return reason
    judges = user.may(roles.REVIEW) or user.may(roles.RECORD)
    if not judges or not user.organisation.is_industry_department:
        return _("Gộp cơ sở là việc của chuyên viên Sở Công Thương.")
    return None
