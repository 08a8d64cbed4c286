"""How the acts on a programme read."""

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry


@says("programmes.programme.load")
def programme_loaded(entry: AuditEntry) -> str:
    return _("{who} nạp chương trình theo {document}, tổng kinh phí {total} triệu đồng").format(
        who=entry.actor_name,
        document=entry.document_text,
        total=money.format_trieu(entry.changes.get("total", 0)),
    )
