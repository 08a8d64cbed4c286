"""How the acts on the money plan read."""

from django.utils.translation import gettext as _

from khuyencong.core import money
from khuyencong.core.audit import says
from khuyencong.core.models import AuditEntry


@says("budgets.allocation.post")
def allocation_posted(entry: AuditEntry) -> str:
    total = sum(cell["amount"] for cell in entry.changes.get("cells", []))
    return _("{who} nhập {document}, giao dự toán {total} triệu đồng").format(
        who=entry.actor_name, document=entry.document_text, total=money.format_trieu(total)
    )
