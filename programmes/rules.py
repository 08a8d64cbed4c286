"""Who may change the catalogues that every programme refers to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from khuyencong.core import roles
from khuyencong.core.permissions import rule


@rule("programmes.norms.edit")
def may_edit_norms(user: Any) -> str | None:
    """Định mức, hạn đăng ký: the administrator, for the country and for the own province."""
    if not user.may(roles.ADMINISTER):
        return _("Chỉ quản trị hệ thống được sửa định mức và hạn đăng ký.")
    return None
