"""Who may do what with a panel. Each rule gives the reason for refusal in words, or None."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.models import User
from khuyencong.core.permissions import rule
from projects.models import Panel, PanelMember

Seat = PanelMember.Seat


def seat_of(user: User, panel: Panel) -> PanelMember | None:
    """The person's own seat on the panel."""
    return next((row for row in panel.members.all() if row.user_id == user.pk), None)


def _works_there(user: User, panel: Panel) -> bool:
    """At the office that convened it, under any of its names."""
    return user.organisation.lineage == panel.organisation.lineage


def _is_secretary(user: User, panel: Panel) -> bool:
    seat = seat_of(user, panel)
    return seat is not None and seat.seat == Seat.SECRETARY


@rule("projects.panel.convene")
def may_convene(user: User) -> str | None:
    """Hội đồng thẩm định cấp cơ sở: the department of the province, its head or a specialist."""
    judges = user.may(roles.REVIEW) or user.may(roles.CONCLUDE)
    office = user.organisation
    if not judges or not office.is_industry_department or office.province_id is None:
        return _("Hội đồng thẩm định do chuyên viên hoặc lãnh đạo Sở Công Thương lập.")
    return None


@rule("projects.panel.change")
def may_change(user: User, panel: Panel) -> str | None:
    """Another member in the place of one: whoever may convene, at the office that convened."""
    if not _works_there(user, panel) or may_convene(user):
        return _("Thay thành viên là việc của cơ quan lập hội đồng.")
    return None


@rule("projects.panel.vote")
def may_vote(user: User, panel: Panel) -> str | None:
    if seat_of(user, panel) is None:
        return _("Bạn không phải thành viên của hội đồng này.")
    return None


@rule("projects.panel.record")
def may_record(user: User, panel: Panel, member: PanelMember) -> str | None:
    """Votes on paper of who has no account; nobody votes for somebody who can vote."""
    specialist = user.may(roles.REVIEW) and _works_there(user, panel)
    if not (specialist or _is_secretary(user, panel)):
        return _("Phiếu của người không có tài khoản do thư ký hoặc chuyên viên của Sở nhập.")
    if member.user_id is not None:
        return _("Thành viên này có tài khoản và tự bỏ phiếu.")
    return None


@rule("projects.panel.close")
def may_close(user: User, panel: Panel) -> str | None:
    """The chair's side: the chair, the secretary, or the head of the office that convened it."""
    seat = seat_of(user, panel)
    if seat is not None and seat.seat in (Seat.CHAIR, Seat.SECRETARY):
        return None
    if user.may(roles.CONCLUDE) and _works_there(user, panel):
        return None
    return _("Kết luận hội đồng là việc của chủ tịch, thư ký hội đồng hoặc lãnh đạo Sở.")
