"""Effects on the sites of a group proposal: listed by the unit, answered by the department.

Đề án nhóm: TT 36/2013/TT-BCT Điều 10 khoản 1 điểm a and Điều 11 khoản 4 (place and beneficiary of
a group proposal are decided by the department).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from khuyencong.core import clock, papers
from khuyencong.core.models import LegalDocument
from khuyencong.core.refusals import Fault, Refused
from projects import search, site_guards, sites
from projects.act import Act
from projects.checks import acting
from projects.models import Beneficiary, Proposal, SiteList

Standing, Verdict = Beneficiary.Status, SiteList.Verdict
Status = Proposal.Status
WHILE = (Status.APPROVED, Status.CONTRACTED, Status.IN_PROGRESS)


def list_sites(act: Act) -> None:
    """Trình danh sách cơ sở (Mẫu 11): planned until the department confirms them."""
    rows = site_guards.rows_of(act)
    acting.keep(act)
    _register(act, LegalDocument.Kind.LETTER)
    earlier = sites.lists_of(act.proposal)
    if any(
        row.document_id == act.document.pk and row.verdict != Verdict.RETURNED for row in earlier
    ):
        raise Refused(
            Fault(
                _("Số {number} đã dùng cho một danh sách trước của đề án.").format(
                    number=act.document.number
                ),
                "document_number",
            )
        )
    made = SiteList.objects.create(
        proposal=act.proposal,
        seq=len(earlier) + 1,
        document=act.document,
        note=act.reason[:300],
        submitted_by=act.by,
        submitted_at=clock.now(),
    )
    known = {row.enterprise_id: row for row in act.proposal.beneficiaries.all()}
    _forget(act, {row["enterprise"] for row in rows})
    for row in rows:
        site = known.get(row["enterprise"]) or Beneficiary(
            proposal=act.proposal, enterprise_id=row["enterprise"]
        )
        site.place_id, site.support, site.counterpart = (
            row["place"],
            row["support"],
            row["counterpart"],
        )
        site.standing, site.site_list, site.replaced_by, site.leaving = (
            Standing.PLANNED,
            made,
            None,
            None,
        )
        site.save()
        if row.get("replaces"):
            Beneficiary.objects.filter(pk=row["replaces"]).update(leaving=made, replaced_by=site)
    withdrawn = list(act.data.get("withdraws") or [])
    Beneficiary.objects.filter(proposal=act.proposal, pk__in=withdrawn).update(leaving=made)
    gone = site_guards.leaving_of(act)
    search.refresh(act.proposal)  # found by the names of its sites from now on
    act.note(
        list=made.seq,
        amount=sum(row["support"] for row in rows),
        sites=[f"CS-{row['enterprise']}" for row in rows],
        leaving=[f"CS-{row.enterprise_id}" for row in known.values() if row.pk in gone],
    )


def _forget(act: Act, kept: set[int]) -> None:
    """Sites of a returned list that the next one leaves out are planned no more."""
    rows = act.proposal.beneficiaries.filter(
        standing=Standing.PLANNED, site_list__verdict=Verdict.RETURNED
    )
    rows.exclude(enterprise_id__in=kept).delete()


def confirm_sites(act: Act) -> None:
    """Xác nhận danh sách: its sites are confirmed, those it lets go are withdrawn or replaced."""
    waiting = sites.open_list(act.proposal)
    acting.keep(act)
    if act.paper:
        _register(act, LegalDocument.Kind.APPRAISAL)
    _answer(act, waiting, Verdict.CONFIRMED)
    listed = list(waiting.sites.filter(standing=Standing.PLANNED))
    waiting.sites.filter(standing=Standing.PLANNED).update(standing=Standing.CONFIRMED)
    going = list(waiting.leaving.filter(standing=Standing.CONFIRMED))
    for site in going:
        site.standing = Standing.REPLACED if site.replaced_by_id else Standing.WITHDRAWN
        site.save(update_fields=["standing"])
    act.note(
        list=waiting.seq,
        amount=sum(site.support or 0 for site in listed),
        sites=[f"CS-{site.enterprise_id}" for site in listed],
        leaving=[f"CS-{site.enterprise_id}" for site in going],
    )


def return_sites(act: Act) -> None:
    """Trả lại danh sách: the unit lists again, and who was to leave stays."""
    waiting = sites.open_list(act.proposal)
    _answer(act, waiting, Verdict.RETURNED)
    waiting.leaving.update(leaving=None, replaced_by=None)
    act.note(list=waiting.seq)


def _answer(act: Act, waiting: SiteList, verdict: str) -> None:
    waiting.verdict, waiting.reason = verdict, act.reason
    waiting.decided_by, waiting.decided_at, waiting.decision = act.by, clock.now(), act.document
    waiting.save(update_fields=["verdict", "reason", "decided_by", "decided_at", "decision"])


def _register(act: Act, kind: str) -> None:
    act.document = papers.register(
        act.paper,
        kind=kind,
        issuer=act.by.organisation,
        province=act.proposal.province,
        illustration=act.proposal.programme.is_illustration,
    )
