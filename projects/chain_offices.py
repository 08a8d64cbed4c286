"""Which offices cannot become one, since the one approves what the other appraises."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from khuyencong.core import organisations
from khuyencong.core.models import Organisation
from khuyencong.core.refusals import Fault
from projects.models import ReviewChain, ReviewStep


@organisations.objects_to_merging
def appraiser_and_approver(office: Organisation, into: Organisation) -> Iterator[Fault]:
    """Rights go by the lineage: nobody could approve, and past approvals would look like their own.

    Versions that have ended count as well, for the dossiers decided under them.
    """
    if office.kind == into.kind:
        return
    pair = (office.kind, into.kind)
    for chain in ReviewChain.objects.prefetch_related("steps"):
        kinds: dict[bool, set[str]] = {True: set(), False: set()}
        for step in chain.steps.all():
            if step.organisation_kind in pair:
                kinds[step.kind == ReviewStep.Kind.APPROVE].add(step.organisation_kind)
        if kinds[True] and kinds[False] - kinds[True]:
            yield Fault(
                _(
                    "Theo quy trình «{chain}», một cơ quan thẩm định và cơ quan kia phê duyệt cùng "
                    "hồ sơ: gộp làm một thì không ai phê duyệt được."
                ).format(chain=chain.name),
                "into",
            )
            return
