"""What programmes and the money plan rest on, for the register of documents."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Sum
from django.utils.translation import gettext as _

from budgets.models import Allocation
from khuyencong.core import money
from khuyencong.core.documents import tells_uses
from programmes.models import ProgrammeVersion


@tells_uses
def programmes_decided(ids: list[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    rows = ProgrammeVersion.objects.filter(decision__in=ids).select_related("programme")
    for version in rows.order_by("pk"):
        found[version.decision_id].append(
            _("Phê duyệt {programme}").format(programme=version.programme)
        )
    return found


@tells_uses
def money_given(ids: list[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    rows = Allocation.objects.filter(document__in=ids).annotate(total=Sum("lines__amount"))
    for document_id, total in rows.values_list("document_id", "total"):
        found[document_id].append(
            _("Giao dự toán {total} triệu đồng").format(total=money.format_trieu(total or 0))
        )
    return found
