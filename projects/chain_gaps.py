"""What a person is told when no chain of review takes money of a source today."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext as _

from khuyencong.core import clock, roles
from khuyencong.core.models import User, dated_on
from khuyencong.core.refusals import Fault
from programmes.models import FundingSource
from projects.models import ReviewChain


def missing(source: FundingSource, province_id: int) -> Fault:
    """Why no chain takes money of this source today, and who can set one up."""
    last = _last_ended(source, province_id)
    if last is None:
        said = _("Chưa có quy trình thẩm định cho nguồn {source}.").format(source=source.name)
    else:
        said = _(
            "Quy trình «{chain}» của nguồn {source} đã hết hiệu lực ngày {day}, "
            "chưa có phiên bản tiếp theo."
        ).format(chain=last.name, source=source.name, day=f"{last.valid_to:%d/%m/%Y}")
    return Fault(f"{said} {_whom_to_tell(province_id)}", "funding_lines")


def _last_ended(source: FundingSource, province_id: int) -> ReviewChain | None:
    return (
        ReviewChain.objects.filter(source=source, valid_to__lt=clock.today())
        .filter(Q(province_id=province_id) | Q(province__isnull=True))
        .order_by("-valid_to", F("province_id").asc(nulls_last=True))
        .first()
    )


def _whom_to_tell(province_id: int) -> str:
    """The administrators of the province by name, where it has some."""
    today = dated_on(clock.today(), "role_grants__")
    people = (
        User.objects.filter(
            today,
            is_active=True,
            role_grants__role=roles.Role.ADMINISTRATOR,
            organisation__province_id=province_id,
        )
        .select_related("organisation")
        .distinct()
        .order_by("pk")[:2]
    )
    names = ", ".join(f"{user.full_name} ({user.organisation.short_name})" for user in people)
    if not names:
        return _("Báo quản trị viên của cổng để thêm.")
    return _("Báo quản trị viên {names} để thêm.").format(names=names)
