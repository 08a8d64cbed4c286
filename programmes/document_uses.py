"""What the norms rest on, for the register of documents."""

from __future__ import annotations

from django.db.models import Count
from django.utils.translation import gettext as _

from khuyencong.core.documents import tells_uses
from programmes.models import SupportNorm


@tells_uses
def norms_cited(ids: list[int]) -> dict[int, list[str]]:
    rows = SupportNorm.objects.filter(document__in=ids).order_by().values("document")
    counted = rows.annotate(times=Count("pk")).values_list("document", "times")
    return {pk: [_("{count} định mức hỗ trợ").format(count=times)] for pk, times in counted}
