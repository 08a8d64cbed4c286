"""Who may move money between and into cells."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.permissions import rule
from programmes.models import Programme


@rule("budgets.allocate")
def may_allocate(user: Any, programme: Programme) -> str | None:
    """Giao dự toán: the specialist of the department that keeps the province's programme."""
    organisation = user.organisation
    if not user.may(roles.ALLOCATE) or not organisation.is_industry_department:
        return _("Chỉ chuyên viên Sở Công Thương được nhập quyết định giao dự toán.")
    if organisation.province_id != programme.province_id:
        return _("Chương trình này của tỉnh khác.")
    return None
