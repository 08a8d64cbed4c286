"""How the export of a bundle reads in the trail."""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry
from projects.bundles.writing import ACTION
from projects.sentences import who


@says(ACTION)
def exported(entry: AuditEntry) -> str:
    if entry.changes.get("dossiers", 1) > 1:
        return _("{who} xuất bộ hồ sơ kiểm toán cùng {n} đề án").format(
            who=who(entry), n=entry.changes["dossiers"]
        )
    return _("{who} xuất bộ hồ sơ kiểm toán").format(who=who(entry))
