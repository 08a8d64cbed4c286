"""Who may order a report."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.models import User
from khuyencong.core.permissions import rule


@rule("reports.run.order")
def may_order(user: User) -> str | None:
    """Figures of reports are of the whole province, so seeing the budget is needed as well."""
    if not (user.may(roles.REPORT) and user.may(roles.SEE_BUDGET)):
        return _("Tài khoản của bạn không lập báo cáo.")
    return None
