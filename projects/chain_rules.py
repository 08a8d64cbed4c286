"""Who may write the chains of review."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.models import User
from khuyencong.core.permissions import rule
from projects.models import ReviewChain


@rule("projects.chains.edit")
def may_edit_chains(user: User, chain: ReviewChain | None = None) -> str | None:
    """Quy trình thẩm định: the administrator, for the country and for the own province."""
    if not user.may(roles.ADMINISTER):
        return _("Chỉ quản trị hệ thống được sửa quy trình thẩm định.")
    if chain and chain.province_id not in (None, user.organisation.province_id):
        return _("Quy trình này là của tỉnh khác.")
    return None
