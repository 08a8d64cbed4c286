"""What rests on documents in the dossiers, and which of their papers are not for everybody."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from khuyencong.core import audit
from khuyencong.core.documents import hides, tells_uses
from khuyencong.core.models import AuditEntry, User
from projects.models import CraftVillage, Decision, DecisionLine, Proposal


@hides
def papers_of_others(user: User) -> Q:
    """Papers of dossiers, but for those in a dossier the person may see."""
    rows = AuditEntry.objects.filter(
        subject_type=audit.subject_type(Proposal), document__isnull=False
    )
    seen = rows.filter(subject_id__in=Proposal.objects.visible_to(user).values("pk"))
    return Q(pk__in=rows.values("document")) & ~Q(pk__in=seen.values("document"))


@tells_uses
def dossiers_decided(ids: list[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    rows = DecisionLine.objects.filter(decision__document__in=ids, is_effective=True)
    counted = rows.values("decision__document", "is_approval").annotate(
        times=Count("track__proposal", distinct=True)
    )
    for row in counted.order_by("-is_approval"):
        text = _("Phê duyệt {count} đề án") if row["is_approval"] else _("Từ chối {count} đề án")
        found[row["decision__document"]].append(text.format(count=row["times"]))
    return found


@tells_uses
def villages_recognised(ids: list[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    rows = CraftVillage.objects.filter(recognised_by__in=ids).order_by("name", "pk")
    for pk, name in rows.values_list("recognised_by", "name"):
        found[pk].append(_("Công nhận {name}").format(name=name))
    return found


@tells_uses
def dossiers_papered(ids: list[int]) -> dict[int, list[str]]:
    """The one dossier that a paper belongs to; papers over several are told by their decisions."""
    decided = set(Decision.objects.filter(document__in=ids).values_list("document_id", flat=True))
    rows = AuditEntry.objects.filter(
        subject_type=audit.subject_type(Proposal), document__in=set(ids) - decided
    )
    owners: dict[int, set[int]] = defaultdict(set)
    for document_id, proposal_id in rows.values_list("document_id", "subject_id").distinct():
        owners[document_id].add(proposal_id)
    single = {pk: next(iter(found)) for pk, found in owners.items() if len(found) == 1}
    codes = dict(Proposal.objects.filter(pk__in=single.values()).values_list("pk", "code"))
    return {pk: [_("Đề án {code}").format(code=codes[owner])] for pk, owner in single.items()}
