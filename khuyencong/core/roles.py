"""Which role may do what. In code, so that every change is reviewed.

A permission opens a door; the rule of each verb (rules.py of the app) still looks at whose dossier
it is, which office it lies with, and what the person did to it before.
"""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OFFICER = "officer", _("Cán bộ lập đề án")
    APPRAISER = "appraiser", _("Chuyên viên thẩm định")
    HEAD = "head", _("Lãnh đạo kết luận")
    APPROVER = "approver", _("Người phê duyệt")
    ACCOUNTANT = "accountant", _("Kế toán")
    MANAGER = "manager", _("Lãnh đạo theo dõi")
    AUDITOR = "auditor", _("Kiểm toán, thanh tra")
    ADMINISTRATOR = "administrator", _("Quản trị hệ thống")
    SERVICE = "service", _("Tài khoản hệ thống")


# Seeing
SEE_OWN = "see.own"  # the dossiers of one's own unit
SEE_RECEIVED = "see.received"  # those that reached one's office
SEE_PROVINCE = "see.province"  # all of the province
SEE_BUDGET = "see.budget"
SEE_AUDIT = "see.audit"
# Doing
PROPOSAL_WRITE = "proposal.write"
PROPOSAL_SUBMIT = "proposal.submit"
REVIEW = "review.appraise"
CONCLUDE = "review.conclude"
APPROVE = "review.approve"
RECORD = "review.record"
ALLOCATE = "budget.allocate"
EXECUTE = "execution.write"
ENTERPRISE_WRITE = "enterprise.write"
REPORT = "report.run"
ADMINISTER = "system.administer"

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.OFFICER: frozenset(
        {SEE_OWN, SEE_BUDGET, PROPOSAL_WRITE, PROPOSAL_SUBMIT, ENTERPRISE_WRITE, REPORT}
    ),
    Role.APPRAISER: frozenset(
        {SEE_RECEIVED, SEE_BUDGET, REVIEW, RECORD, ALLOCATE, ENTERPRISE_WRITE, REPORT}
    ),
    Role.HEAD: frozenset({SEE_RECEIVED, SEE_BUDGET, CONCLUDE, REPORT}),
    Role.APPROVER: frozenset({SEE_RECEIVED, SEE_BUDGET, APPROVE, REPORT}),
    Role.ACCOUNTANT: frozenset({SEE_PROVINCE, SEE_BUDGET, EXECUTE, REPORT}),
    Role.MANAGER: frozenset({SEE_PROVINCE, SEE_BUDGET, REPORT}),
    Role.AUDITOR: frozenset({SEE_PROVINCE, SEE_BUDGET, SEE_AUDIT, REPORT}),
    Role.ADMINISTRATOR: frozenset({ADMINISTER}),
    Role.SERVICE: frozenset({SEE_PROVINCE, SEE_BUDGET, PROPOSAL_WRITE, ENTERPRISE_WRITE, REPORT}),
}


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in roles))
