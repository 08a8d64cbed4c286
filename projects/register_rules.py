"""Who may keep the register of establishments, see a person's number, and merge two records."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core import audit, roles
from khuyencong.core.models import User
from khuyencong.core.permissions import rule
from projects.models import Enterprise


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
    lineage = user.organisation.lineage
    entered = trail.filter(organisation__lineage=lineage)
    served = enterprise.benefits.filter(proposal__implementing_unit__lineage=lineage)
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
