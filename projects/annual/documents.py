"""What rests on the papers under which lists were sent: told in the register of documents."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _

from khuyencong.core.documents import tells_uses
from projects.models import AnnualPlan


@tells_uses
def lists_sent(ids: list[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    rows = AnnualPlan.objects.filter(submission__in=ids).order_by("pk")
    for pk, code in rows.values_list("submission_id", "code"):
        found[pk].append(_("Trình danh mục {code}").format(code=code))
    return found
