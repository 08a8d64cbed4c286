"""Who keeps, sends and decides an annual plan. Each rule gives the reason for refusal, or None."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.models import User
from khuyencong.core.permissions import rule
from projects.models import AnnualPlan, Review


def keeps(user: User, plan: AnnualPlan) -> bool:
    """Whether the person works at the department of the province whose list it is."""
    office = user.organisation
    return office.is_industry_department and office.province_id == plan.province_id


@rule("projects.annual.create")
def may_create(user: User) -> str | None:
    office = user.organisation
    if not (user.may(roles.REVIEW) and office.is_industry_department and office.province_id):
        return _("Danh mục năm do chuyên viên Sở Công Thương lập.")
    return None


@rule("projects.annual.edit")
def may_edit(user: User, plan: AnnualPlan) -> str | None:
    if reason := may_create(user):
        return reason
    if not keeps(user, plan):
        return _("Danh mục này của tỉnh khác.")
    return None


@rule("projects.annual.send", "projects.annual.close")
def may_send(user: User, plan: AnnualPlan) -> str | None:
    if not user.may(roles.CONCLUDE) or not keeps(user, plan):
        return _("Danh mục do lãnh đạo Sở Công Thương trình, khép lại.")
    return None


@rule("projects.annual.decide")
def may_decide(user: User, plan: AnnualPlan) -> str | None:
    """The office the list waits at, or the department that records an outside body's paper."""
    if user.may(roles.RECORD) and keeps(user, plan):
        return None
    if not user.may(roles.APPROVE):
        return _("Tài khoản của bạn không phê duyệt, cũng không ghi nhận quyết định.")
    here = Review.objects.filter(
        track__plan_items__plan=plan, organisation__lineage=user.organisation.lineage
    )
    if not here.exists():
        return _("Danh mục này không chờ cơ quan bạn quyết định.")
    return None


@rule("projects.annual.amounts")
def may_enter_amounts(user: User, plan: AnnualPlan) -> str | None:
    """Amounts of a decision to come: who keeps the list, or who records the decision."""
    if not keeps(user, plan) or not (user.may(roles.REVIEW) or user.may(roles.RECORD)):
        return _("Số phê duyệt do chuyên viên Sở Công Thương nhập.")
    return None


@rule("projects.import.annual")
def may_import(user: User) -> str | None:
    return may_create(user)
